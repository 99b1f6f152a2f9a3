package engine

import (
	"container/list"
	"context"
	"strings"
	"sync"

	"hookline/shared/bot"
	"hookline/shared/match"
	"hookline/shared/template"
)

// libraryBytes bounds the memory of compiled bots; the one used longest ago goes first.
const libraryBytes = 256 << 20

// library keeps definitions compiled. A definition never changes, so what is found need not be checked again.
type library struct {
	load  func(ctx context.Context, head bot.Head, definition string) (bot.Definition, error)
	limit int // of bytes

	mutex sync.Mutex
	shelf map[string]*list.Element
	used  list.List // of *book, the one used last in front
	bytes int
}

// book is a place in the library. Its own lock is held while it is loaded, so that one bot is loaded once at a time and
// holds up no other.
type book struct {
	mutex sync.Mutex
	name  string
	bot   *liveBot
	size  int
}

// liveBot is a compiled definition. Templates are parsed when they are first used: most handlers of a large bot never are.
type liveBot struct {
	matcher *match.Matcher
	env     map[string]any
	secrets map[string]any
	hooks   map[string]*bot.Response
	states  map[string]bot.State
	// masks hides secrets in what is shown of turns.
	masks *strings.Replacer

	mutex     sync.Mutex
	templates map[string]*template.Template
}

// get gives the compiled live version of a bot.
func (l *library) get(ctx context.Context, head bot.Head) (*liveBot, error) {
	b := l.find(head.ID + "#" + head.Definition)
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.bot != nil {
		return b.bot, nil
	}
	def, err := l.load(ctx, head, head.Definition)
	if err != nil {
		return nil, err
	}
	live, err := compile(def)
	if err != nil {
		return nil, err
	}
	b.bot = live
	l.weigh(b, live.matcher.Size())
	return live, nil
}

func (l *library) find(name string) *book {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if found, ok := l.shelf[name]; ok {
		l.used.MoveToFront(found)
		return found.Value.(*book)
	}
	if l.shelf == nil {
		l.shelf = map[string]*list.Element{}
	}
	b := &book{name: name}
	l.shelf[name] = l.used.PushFront(b)
	return b
}

// weigh adds a loaded bot's size and takes the bots used longest ago away, but never the one just loaded.
func (l *library) weigh(b *book, size int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if _, shelved := l.shelf[b.name]; !shelved {
		return
	}
	b.size = size
	l.bytes += size
	for l.bytes > l.limit && l.used.Len() > 1 {
		oldest := l.used.Back()
		gone := l.used.Remove(oldest).(*book)
		delete(l.shelf, gone.name)
		l.bytes -= gone.size
	}
}

func compile(def bot.Definition) (*liveBot, error) {
	matcher, problems := match.Compile(&def)
	if len(problems) > 0 {
		return nil, bot.Errorf(bot.Invalid, problems[0].Path+": "+problems[0].Message)
	}
	env := make(map[string]any, len(def.Env))
	for name, value := range def.Env {
		env[name] = value
	}
	secrets := make(map[string]any, len(def.Secrets))
	for name, secret := range def.Secrets {
		secrets[name] = secret.Value.Reveal()
	}
	hooks := make(map[string]*bot.Response, len(def.Hooks))
	for _, hook := range def.Hooks {
		hooks[hook.Name] = hook.Response
	}
	return &liveBot{
		matcher: matcher, env: env, secrets: secrets, hooks: hooks, states: def.States, masks: maskOf(def.Secrets),
		templates: map[string]*template.Template{},
	}, nil
}

// apart gives the bot for templates that are not its own, which are not kept.
func (live *liveBot) apart() *liveBot {
	return &liveBot{
		matcher: live.matcher, env: live.env, secrets: live.secrets, hooks: live.hooks, states: live.states, masks: live.masks,
		templates: map[string]*template.Template{},
	}
}

// text renders a template of the bot.
func (live *liveBot) text(source string, scope template.Scope, format bot.Format) (string, error) {
	if source == "" {
		return "", nil
	}
	live.mutex.Lock()
	parsed, ok := live.templates[source]
	live.mutex.Unlock()
	if !ok {
		var err error
		if parsed, err = template.Parse(source); err != nil {
			return "", err
		}
		live.mutex.Lock()
		live.templates[source] = parsed
		live.mutex.Unlock()
	}
	return parsed.Render(scope, format)
}
