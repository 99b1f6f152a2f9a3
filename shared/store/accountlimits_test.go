package store_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// limited gives a store with an account acme of these limits.
func limited(t *testing.T, c *clock, limits store.Limits) *store.Store {
	t.Helper()
	s, _ := open(t, c)
	if _, err := s.CreateAccount(t.Context(), "acme", store.Limits{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.ChangeLimits(t.Context(), "acme", func(l *store.Limits) error { *l = limits; return nil }); err != nil {
		t.Fatal(err)
	}
	return s
}

// incompressible is a text that compresses to no less than half its length.
func incompressible(seed, length int) string {
	var text strings.Builder
	for state := uint64(seed + 1); text.Len() < length; state = state*6364136223846793005 + 1442695040888963407 {
		fmt.Fprintf(&text, "%x", state>>16)
	}
	return text.String()[:length]
}

func named(name string, texts ...string) bot.Definition {
	def := definition(texts...)
	def.Bot = name
	return def
}

func TestLimitsOfAnAccount(t *testing.T) {
	tests := []struct {
		name   string
		limits store.Limits
		def    bot.Definition // published over pizza, of one handler
		want   string
	}{
		{"none", store.Limits{}, named("pasta", incompressible(1, 9000), "b", "c"), ""},
		{"rates are no limits of what is published", store.Limits{Requests: 1, Sends: 1}, named("pasta", "a", "b", "c"), ""},
		{"as many bots as it may", store.Limits{Bots: 2}, named("pasta", "a"), ""},
		{"a bot too many", store.Limits{Bots: 1}, named("pasta", "a"),
			"account acme: the account has 1 bots and may have 1. The main account can raise that: hookline account limit acme --bots N"},
		{"a new version is no new bot", store.Limits{Bots: 1}, named("pizza", "b"), ""},
		{"as many handlers as it may", store.Limits{Handlers: 2}, named("pizza", "a", "b"), ""},
		{"a handler too many", store.Limits{Handlers: 2}, named("pizza", "a", "b", "c"), "bot pizza has 3 handlers and may have 2."},
		{"room for both versions", store.Limits{StoredBytes: 9000}, named("pizza", incompressible(1, 4000)), ""},
		{"too large", store.Limits{StoredBytes: 2000}, named("pizza", incompressible(1, 9000)), "bytes and may have 2000; each goes 30 days after"},
		{"too large from the start", store.Limits{StoredBytes: 2000}, named("pasta", incompressible(1, 9000)), "the versions of bot pasta would have"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := limited(t, newClock(), store.Limits{})
			live, err := s.Publish(t.Context(), "acme", named("pizza", "a"))
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := s.ChangeLimits(t.Context(), "acme", func(l *store.Limits) error { *l = test.limits; return nil }); err != nil {
				t.Fatal(err)
			}
			said := s.CheckLimits(t.Context(), "acme", test.def)
			_, err = s.Publish(t.Context(), "acme", test.def)
			for call, err := range map[string]error{"CheckLimits": said, "Publish": err} {
				if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
					t.Errorf("%s() = %v, want %q", call, err, test.want)
				}
				if err != nil && (bot.KindOf(err) != bot.Forbidden || bot.ReasonOf(err) != store.ReasonLimit) {
					t.Errorf("%s() is of kind %s, reason %q, want forbidden, account_limit", call, bot.KindOf(err), bot.ReasonOf(err))
				}
			}
			head, err2 := s.BotByName(t.Context(), "acme", "pizza")
			if _, readable := s.Definition(t.Context(), head, head.Definition); err2 != nil || readable != nil || err != nil && head.Version != live.Head.Version {
				t.Errorf("what was live is %+v, %v, %v after %v", head, err2, readable, err)
			}
		})
	}
}

// A limit that was lowered holds what comes: what is live can still be given another token.
func TestLoweredLimitLeavesWhatIsLive(t *testing.T) {
	s := limited(t, newClock(), store.Limits{})
	def := named("pizza", "a", "b", "c")
	if _, err := s.Publish(t.Context(), "acme", def); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.ChangeLimits(t.Context(), "acme", func(l *store.Limits) error { *l = store.Limits{1, 1, 1, 1, 1}; return nil }); err != nil {
		t.Fatal(err)
	}
	def.Channels["telegram"].Credentials["token"][0].Value = "123:another-token-of-the-test"
	p, err := s.Publish(t.Context(), "acme", def)
	if err != nil || p.Changed {
		t.Fatalf("Publish() of the same handlers with another token = changed %v, %v, want it taken", p.Changed, err)
	}
}

// What was replaced counts as long as it is kept.
func TestReplacedVersionsCountForThirtyDays(t *testing.T) {
	c := newClock()
	s := limited(t, c, store.Limits{StoredBytes: 10_000})
	publish := func(seed int) error {
		_, err := s.Publish(t.Context(), "acme", named("pizza", incompressible(seed, 8000)))
		return err
	}
	for seed := range 2 {
		if err := publish(seed); err != nil {
			t.Fatalf("Publish() of version %d: %v", seed+1, err)
		}
	}
	if err := publish(2); bot.KindOf(err) != bot.Forbidden {
		t.Errorf("Publish() of a third version = %v, want kind forbidden", err)
	}
	c.Advance(30*24*time.Hour + time.Second)
	if err := publish(2); err != nil {
		t.Errorf("Publish() once the first version is gone: %v", err)
	}
}

// Of bots that are made at once no more are made than there may be.
func TestBotsMadeAtOnceKeepToTheLimit(t *testing.T) {
	s := limited(t, newClock(), store.Limits{Bots: 3})
	var making sync.WaitGroup
	for i := range 8 {
		making.Go(func() { _, _ = s.Publish(t.Context(), "acme", named(fmt.Sprint("bot", i), "a")) })
	}
	making.Wait()
	for i := range 3 { // those that lost every race
		_, _ = s.Publish(t.Context(), "acme", named(fmt.Sprint("late", i), "a"))
	}
	bots, err := s.Bots(t.Context(), "acme", "", 100)
	if err != nil || len(bots) != 3 {
		t.Errorf("Bots() = %d, %v, want 3", len(bots), err)
	}
}

func TestAccountLimitsOfNobody(t *testing.T) {
	s, _ := open(t, newClock())
	if limits, err := s.AccountLimits(t.Context(), "nobody"); err != nil || limits != (store.Limits{}) {
		t.Errorf("AccountLimits() of no account = %+v, %v, want none", limits, err)
	}
	if _, _, err := s.ChangeLimits(t.Context(), "nobody", func(*store.Limits) error { return nil }); bot.KindOf(err) != bot.NotFound {
		t.Errorf("ChangeLimits() of no account = %v, want kind not_found", err)
	}
}
