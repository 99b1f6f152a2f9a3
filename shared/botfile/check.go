package botfile

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// Check gives what is wrong with a definition, without lines. A network that Hookline does not speak with yet
// is told as "not supported yet".
func (c Checker) Check(def *bot.Definition) []bot.Problem {
	k := &check{def: def, providers: c.Providers, roots: roots}
	k.name("bot", def.Bot)
	if len(def.Handlers) == 0 {
		k.warn("handlers", "the bot has no handlers: it answers nothing")
	}
	if len(def.Channels) == 0 {
		k.warn("channels", "the bot has no channels: nobody can reach it")
	}
	k.states()
	k.secrets()
	k.channels()
	k.handlers()
	k.hooks()
	if c.Lint && !HasErrors(k.problems) {
		k.lint()
	}
	return k.problems
}

// check collects the problems of one definition.
type check struct {
	report
	def       *bot.Definition
	providers provider.Set
	sources   []string // of the templates
	roots     []string // the names that templates of the part being checked know
}

var (
	nameRule = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	// constantRule is what {{ env.NAME }} can name.
	constantRule = regexp.MustCompile(`^[\pL_][\pL\p{Nd}_]*$`)
)

// name checks a name that stands in addresses.
func (k *check) name(path, name string) {
	switch {
	case name == "":
		k.fail(path, "is required: 1 to 64 letters, digits, '-' and '_'")
	case !nameRule.MatchString(name):
		k.fail(path, "must be 1 to 64 letters, digits, '-' and '_', not %q", shorten(name))
	}
}

// label checks a name that stands in bot files and records only.
func (k *check) label(path, name string) {
	const limit = 128
	switch {
	case name == "":
		k.fail(path, "is required")
	case len(name) > limit:
		k.fail(path, "has %d bytes; at most %d are allowed", len(name), limit)
	case strings.TrimSpace(name) != name, strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		k.fail(path, "must be printable text without space around it, not %q", name)
	}
}

// firstState is the name under which the context of a conversation is kept that had no state before.
const firstState = "_start"

func (k *check) state(path, name string) {
	k.label(path, name)
	if name == firstState {
		k.fail(path, "%s is the state before the first one: choose another name", firstState)
	}
}

func (k *check) states() {
	for _, name := range slices.Sorted(maps.Keys(k.def.States)) {
		path, state := join("states", name), k.def.States[name]
		k.state(path, name)
		if state.Expires != "" {
			k.duration(join(path, "expires"), state.Expires)
		}
		k.then(join(path, "then"), state)
	}
	for _, name := range slices.Sorted(maps.Keys(k.def.Env)) {
		k.constant(join("env", name), name)
	}
}

// then checks the handler that is tried first once a state has expired.
func (k *check) then(path string, state bot.State) {
	if state.Then == "" {
		return
	}
	if state.Expires == "" {
		k.fail(path, "goes with expires: write when")
	}
	var names []string
	for _, h := range k.def.Handlers {
		if h.Name == state.Then {
			return
		}
		names = append(names, h.Name)
	}
	k.fail(path, "the bot has no handler %q%s", shorten(state.Then), didYouMean(state.Then, names))
}

// constant checks what templates name as {{ env.NAME }} or {{ secret.NAME }}.
func (k *check) constant(path, name string) {
	if !constantRule.MatchString(name) {
		k.warn(path, "no template can read it: a name has letters, digits and '_', and starts with no digit")
	}
}

func (k *check) secrets() {
	for _, name := range slices.Sorted(maps.Keys(k.def.Secrets)) {
		path := join("secrets", name)
		k.constant(path, name)
		if message := credentialMistake(k.def.Secrets[name], name); message != "" {
			k.fail(path, "%s", message)
		}
	}
}

func (k *check) duration(path, written string) {
	if d, err := time.ParseDuration(written); err != nil || d <= 0 {
		k.fail(path, "must be a duration such as 30s, 5m or 24h, not %q", shorten(written))
	}
}

// shorten keeps what a message repeats readable.
func shorten(s string) string {
	const limit = 60
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return s
}
