package store_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/secret"
	"hookline/shared/store"
)

// withHooks is a bot whose file lists the chats as recipients of its hook courier.
func withHooks(chats ...string) bot.Definition {
	def := definition("hi")
	hook := bot.Hook{Name: "courier", Response: &bot.Response{Message: bot.Message{Text: "{{ data.status }}"}}}
	for _, chat := range chats {
		hook.Recipients = append(hook.Recipients, bot.Recipient{Channel: "telegram", Chat: chat})
	}
	def.Hooks = []bot.Hook{hook}
	return def
}

func TestF41PublishMakesHooksOnce(t *testing.T) {
	s, table := open(t, newClock())
	first, again := publish(t, s, withHooks()), publish(t, s, withHooks("1"))
	made, kept := first.Hooks[0], again.Hooks[0]
	if len(made.ID) != 26 || !strings.HasPrefix(made.Token.Reveal(), "hook_") || len(made.Token.Reveal()) != 31 {
		t.Errorf("Publish made the hook %q with a token of %d characters, want ones that cannot be guessed", made.ID, len(made.Token.Reveal()))
	}
	if kept.ID != made.ID || kept.Token != "" {
		t.Errorf("Publish again: hook %q, token shown %v; want %q and no token", kept.ID, kept.Token != "", made.ID)
	}
	hook, err := s.Hook(t.Context(), made.ID)
	want := store.Hook{
		ID: made.ID, Bot: first.Head.ID, Owner: "main", Name: "courier", TokenHashes: []string{secret.HashToken(made.Token)},
		CreatedAt: newClock().Now(), UpdatedAt: newClock().Now(),
	}
	if diff := cmp.Diff(want, hook); err != nil || diff != "" {
		t.Errorf("Hook(), %v (-want +got):\n%s", err, diff)
	}
	items, err := table.Query(t.Context(), store.Query{PK: "HOOK#" + made.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		if strings.Contains(string(item.Body), made.Token.Reveal()) {
			t.Errorf("item %v holds the token", item.Key)
		}
	}
}

func TestF41RotatedTokensAndKeys(t *testing.T) {
	s, table := open(t, newClock())
	made := publish(t, s, withHooks()).Hooks[0]
	rotate := func(how func(context.Context, string, bool) (bot.Secret, error), keep bool) bot.Secret {
		t.Helper()
		value, err := how(t.Context(), made.ID, keep)
		if err != nil {
			t.Fatalf("rotate(keep %v) = %v", keep, err)
		}
		return value
	}
	one, two := rotate(s.RotateToken, false), rotate(s.RotateToken, true)
	signs, signsToo := rotate(s.RotateKey, true), rotate(s.RotateKey, true)
	hook, err := s.Hook(t.Context(), made.ID)
	if diff := cmp.Diff([]string{secret.HashToken(two), secret.HashToken(one)}, hook.TokenHashes); err != nil || diff != "" {
		t.Errorf("tokens after a rotation, and one that keeps, %v (-want +got):\n%s", err, diff)
	}
	if len(hook.Keys) != 2 || hook.Keys[0] != signsToo || hook.Keys[1] != signs {
		t.Errorf("%d keys after two rotations, want the newest first and the one before", len(hook.Keys))
	}
	last := rotate(s.RotateKey, false)
	if hook, _ = s.Hook(t.Context(), made.ID); len(hook.Keys) != 1 || hook.Keys[0] != last {
		t.Errorf("%d keys after a rotation that keeps nothing, want the new one", len(hook.Keys))
	}
	item, err := table.Get(t.Context(), store.Key{PK: "HOOK#" + made.ID, SK: "META"})
	if err != nil || strings.Contains(string(item.Body), last.Reveal()) {
		t.Errorf("the hook's item, %v, holds its key", err)
	}
	if err := s.DropKeys(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if hook, _ = s.Hook(t.Context(), made.ID); len(hook.Keys) != 0 {
		t.Errorf("hook = %d keys, want no keys", len(hook.Keys))
	}
	for name, how := range map[string]func(context.Context, string, bool) (bot.Secret, error){"token": s.RotateToken, "key": s.RotateKey} {
		if _, err := how(t.Context(), "unheard-of", false); bot.KindOf(err) != bot.NotFound {
			t.Errorf("rotating the %s of no hook = %v, want not_found", name, err)
		}
	}
}

func TestF41HookIsClosedAsTheFileSays(t *testing.T) {
	onEach(t, newClock(), testClosed)
}

func testClosed(t *testing.T, s *store.Store, table store.Table) {
	open, closed := withHooks("1"), withHooks("1")
	closed.Hooks[0].Disabled = true
	id := publish(t, s, closed).Hooks[0].ID
	is := func(when string, want bool) {
		t.Helper()
		if h, err := s.Hook(t.Context(), id); err != nil || h.Disabled != want {
			t.Errorf("%s: disabled = %v, %v, want %v", when, h.Disabled, err, want)
		}
	}
	is("made closed", true)
	if p := publish(t, s, open); p.Hooks[0].Disabled || !p.Changed {
		t.Errorf("publication = %+v, changed %v, want the hook open, in a new version", p.Hooks[0], p.Changed)
	}
	is("opened", false)
	if p := publish(t, s, closed); !p.Hooks[0].Disabled || p.Hooks[0].ID != id {
		t.Errorf("publication = %+v, want the same hook, closed", p.Hooks[0])
	}
	is("closed again", true)

	// Whoever loses the race leaves the hook as it is.
	lost := bot.Errorf(bot.Forbidden, "not yours")
	if _, err := s.PublishOver(t.Context(), "main", open, func(bot.Head) error { return lost }); err == nil {
		t.Error("PublishOver = nil, want what was not allowed")
	}
	is("not allowed", true)

	// Earlier a hook was closed beside its file: the file opens it, although it is the one that is live.
	live := publish(t, s, open)
	key := store.Key{PK: "HOOK#" + id, SK: "META"}
	item, err := table.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	item.Body = []byte(strings.Replace(string(item.Body), "{", `{"disabled":true,`, 1))
	if _, err := table.Put(t.Context(), item, store.Always); err != nil {
		t.Fatal(err)
	}
	is("closed by a program of yesterday", true)
	if p := publish(t, s, open); p.Changed || p.Head.Version != live.Head.Version {
		t.Errorf("publication = version %d, want it as before, %d", p.Head.Version, live.Head.Version)
	}
	is("opened by the file", false)
}

func TestHookThatTheFileNoLongerNamesIsRemovedWhole(t *testing.T) {
	onEach(t, newClock(), testRemoved)
}

func testRemoved(t *testing.T, s *store.Store, table store.Table) {
	hook := publish(t, s, withHooks("1", "2")).Hooks[0].ID
	if _, err := s.PutCall(t.Context(), bot.Call{Hook: hook}, []byte("{}"), "key"); err != nil {
		t.Fatal(err)
	}
	p := publish(t, s, definition("hi"))
	if diff := cmp.Diff([]string{"courier"}, p.RemovedHooks); diff != "" || len(p.Hooks) != 0 {
		t.Errorf("removed hooks (-want +got):\n%s", diff)
	}
	if _, err := s.Hook(t.Context(), hook); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Hook() = %v, want not_found", err)
	}
	if items, err := table.Query(t.Context(), store.Query{PK: "HOOK#" + hook}); err != nil || len(items) != 0 {
		t.Errorf("%d items of the hook are left, %v", len(items), err)
	}
	head, err := s.BotByName(t.Context(), "main", "pizza")
	if err != nil || len(head.Hooks) != 0 || len(head.LeavingHooks) != 0 {
		t.Errorf("head = hooks %v, leaving %v, %v, want none", head.Hooks, head.LeavingHooks, err)
	}
	if made := publish(t, s, withHooks()).Hooks[0]; made.ID == hook || made.Token == "" {
		t.Errorf("a hook of the same name = %s, token shown %v, want another one", made.ID, made.Token != "")
	}
}

func TestPublicationThatLosesLeavesNoHookBehind(t *testing.T) {
	c := newClock()
	_, table := open(t, c)
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	l := &losing{Table: table}
	p := publish(t, store.New(l, keys, c.Now), withHooks())
	if len(l.hooks) != 2 {
		t.Fatalf("hooks written = %d, want one by each of two tries", len(l.hooks))
	}
	if _, err := table.Get(t.Context(), l.hooks[0]); bot.KindOf(err) != bot.NotFound {
		t.Errorf("hook of the try that lost = %v, want not_found", err)
	}
	if hook, err := table.Get(t.Context(), l.hooks[1]); err != nil || !strings.Contains(string(hook.Body), secret.HashToken(p.Hooks[0].Token)) {
		t.Errorf("hook of the try that won = %s, %v, want the token that was shown to open it", hook.Body, err)
	}
}

// beaten is a table in which somebody else moves the head first, once.
type beaten struct {
	store.Table
	lost bool
}

func (b *beaten) Put(ctx context.Context, item store.Item, cond store.Condition) (int64, error) {
	if item.SK == "HEAD" && !b.lost {
		b.lost = true
		return 0, bot.Errorf(bot.Conflict, "somebody was quicker")
	}
	return b.Table.Put(ctx, item, cond)
}

func TestPublicationThatLosesKeepsTheHooksThatAreThere(t *testing.T) {
	c := newClock()
	s, table := open(t, c)
	hook := publish(t, s, withHooks()).Hooks[0]
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	again := publish(t, store.New(&beaten{Table: table}, keys, c.Now), withHooks("1"))
	if again.Hooks[0].ID != hook.ID {
		t.Errorf("hook after a race that was lost = %s, want %s", again.Hooks[0].ID, hook.ID)
	}
	if kept, err := s.Hook(t.Context(), hook.ID); err != nil || kept.TokenHashes[0] != secret.HashToken(hook.Token) {
		t.Errorf("Hook() = %+v, %v, want its first token to open it", kept, err)
	}
}
