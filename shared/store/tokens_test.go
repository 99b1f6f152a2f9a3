package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// newToken makes an account, if it is not there, and a token of it.
func newToken(t *testing.T, s *store.Store, account string, expires time.Time) (store.Token, bot.Secret) {
	t.Helper()
	if err := s.EnsureAccount(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	token, made, err := s.CreateToken(t.Context(), store.Token{
		Account: account, Name: "deploy", Scopes: []store.Scope{store.ScopeRead}, ExpiresAt: expires,
	})
	if err != nil {
		t.Fatal(err)
	}
	return token, made
}

func TestTokensAreKeptAsHashes(t *testing.T) {
	s, table := open(t, newClock())
	_, made := newToken(t, s, "acme", time.Time{})
	items, err := table.Query(t.Context(), store.Query{PK: "ACCOUNT#acme"})
	if err != nil || len(items) != 1 {
		t.Fatalf("items of the account = %v, %v, want the token's", items, err)
	}
	_, random, _ := strings.Cut(made.Reveal(), ".")
	if text := items[0].SK + string(items[0].Body); strings.Contains(text, random) {
		t.Errorf("the table holds the token: %s", text)
	}
}

// What somebody else does to a token meanwhile is not lost.
func TestTokenIsChangedAtOnce(t *testing.T) {
	c := newClock()
	onEach(t, c, func(t *testing.T, s *store.Store, _ store.Table) {
		token, made := newToken(t, s, "acme", time.Time{})
		tries := 0
		got, err := s.ChangeToken(t.Context(), "acme", token.ID, func(changed *store.Token) error {
			if tries++; tries == 1 {
				if _, err := s.Authenticate(t.Context(), made); err != nil { // which notes the use
					t.Fatal(err)
				}
			}
			changed.Name, changed.ExpiresAt = "ship", c.Now().Add(time.Hour)
			return nil
		})
		want := token
		want.Name, want.ExpiresAt, want.UsedAt = "ship", c.Now().Add(time.Hour), c.Now().Truncate(time.Hour)
		if diff := cmp.Diff(want, got); diff != "" || err != nil || tries != 2 {
			t.Errorf("ChangeToken in %d tries, %v (-want +got):\n%s", tries, err, diff)
		}
		if read, err := s.Token(t.Context(), "acme", token.ID); err != nil || !cmp.Equal(want, read) {
			t.Errorf("Token = %+v, %v, want %+v", read, err, want)
		}
	})
}

// A token that is revoked while it is changed does not come back.
func TestRevokedTokenIsNotChanged(t *testing.T) {
	s, _ := open(t, newClock())
	token, _ := newToken(t, s, "acme", time.Time{})
	_, err := s.ChangeToken(t.Context(), "acme", token.ID, func(*store.Token) error {
		_, err := s.RevokeToken(t.Context(), "acme", token.ID)
		return err
	})
	if bot.KindOf(err) != bot.NotFound {
		t.Errorf("ChangeToken of a token that is revoked = %v, want not_found", err)
	}
	if _, err := s.Token(t.Context(), "acme", token.ID); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Token of a token that was revoked = %v, want not_found", err)
	}
}

func TestAuthenticate(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	token, made := newToken(t, s, "acme", c.Now().Add(time.Hour))
	newToken(t, s, "evil", time.Time{})
	_, random, _ := strings.Cut(made.Reveal(), ".")
	tests := []struct {
		name  string
		given bot.Secret
		kind  bot.ErrorKind
	}{
		{"right", made, ""},
		{"of another account", bot.Secret("evil." + random), bot.Unauthorized},
		{"of no account", bot.Secret("nobody." + random), bot.Unauthorized},
		{"without account", bot.Secret(random), bot.Unauthorized},
		{"shorter", made[:len(made)-1], bot.Unauthorized},
		{"longer", made + "A", bot.Unauthorized},
		{"empty", "", bot.Unauthorized},
		{"its id", bot.Secret("acme." + token.ID), bot.Unauthorized},
		{"other bytes", "acme\x00\xff." + bot.Secret(random), bot.Unauthorized},
		{"an account too long for a key", bot.Secret(strings.Repeat("a", 5000) + ".x"), bot.Unauthorized},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := s.Authenticate(t.Context(), test.given)
			if bot.KindOf(err) != test.kind {
				t.Fatalf("Authenticate(%q) = %v, want kind %q", test.given.Reveal(), err, test.kind)
			}
			want := token
			if want.UsedAt = c.Now(); test.kind != "" {
				want = store.Token{}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Authenticate(%q) (-want +got):\n%s", test.given.Reveal(), diff)
			}
		})
	}
	c.Advance(time.Hour)
	if _, err := s.Authenticate(t.Context(), made); bot.KindOf(err) != bot.Unauthorized {
		t.Errorf("Authenticate of an expired token: %v, want kind unauthorized", err)
	}
}

// putting counts the writes of a table, which fails from the moment it is told to.
type putting struct {
	store.Table
	puts int
	fail error
}

func (c *putting) Put(ctx context.Context, item store.Item, cond store.Condition) (int64, error) {
	c.puts++
	if c.fail != nil {
		return 0, c.fail
	}
	return c.Table.Put(ctx, item, cond)
}

func TestLastUseIsWrittenOnceAnHour(t *testing.T) {
	c := newClock()
	_, table := open(t, c)
	counted := &putting{Table: table}
	s := store.New(counted, nil, c.Now)
	_, made := newToken(t, s, "acme", time.Time{})
	counted.puts = 0
	use := func(puts int, used string) {
		t.Helper()
		got, err := s.Authenticate(t.Context(), made)
		if err != nil || counted.puts != puts || got.UsedAt.Format("15:04") != used {
			t.Errorf("at %s: Authenticate = %v, %v after %d writes, want last use %s after %d", c.Now(), got, err, counted.puts, used, puts)
		}
	}
	use(1, "12:00")
	c.Advance(59 * time.Minute)
	use(1, "12:00")
	c.Advance(time.Minute)
	use(2, "13:00")
	tokens, err := s.Tokens(t.Context(), "acme", "", 10)
	if err != nil || len(tokens) != 1 || tokens[0].UsedAt.Format("15:04") != "13:00" {
		t.Errorf("Tokens = %v, %v, want the last use", tokens, err)
	}
	c.Advance(time.Hour)
	counted.fail = errors.New("the disk is full")
	use(3, "14:00")
}

// meddled does something before writes reach the table.
type meddled struct {
	store.Table
	before func()
}

func (m meddled) Put(ctx context.Context, item store.Item, cond store.Condition) (int64, error) {
	m.before()
	return m.Table.Put(ctx, item, cond)
}

func (m meddled) Transact(ctx context.Context, ops ...store.Op) error {
	m.before()
	return m.Table.Transact(ctx, ops...)
}

func TestTokensAtTheSameTime(t *testing.T) {
	c := newClock()
	s, table := open(t, c)
	token, made := newToken(t, s, "acme", time.Time{})
	revoking := store.New(meddled{table, func() { _, _ = s.RevokeToken(t.Context(), "acme", token.ID) }}, nil, c.Now)
	if _, err := revoking.Authenticate(t.Context(), made); err != nil {
		t.Errorf("Authenticate while it is revoked: %v", err)
	}
	if _, err := s.Authenticate(t.Context(), made); bot.KindOf(err) != bot.Unauthorized {
		t.Errorf("Authenticate after it was revoked during its last use: %v, want kind unauthorized", err)
	}
	deleting := store.New(meddled{table, func() { _ = s.DeleteAccount(t.Context(), "acme") }}, nil, c.Now)
	if _, _, err := deleting.CreateToken(t.Context(), store.Token{Account: "acme"}); bot.KindOf(err) != bot.Conflict {
		t.Errorf("CreateToken while its account is deleted: %v, want kind conflict", err)
	}
}

func TestRevokedTokensStayAway(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	token, made := newToken(t, s, "acme", time.Time{})
	newToken(t, s, "evil", time.Time{})
	for _, id := range []string{"", token.ID[:8], token.ID + "0", strings.Repeat("0", 16), "%"} {
		if _, err := s.RevokeToken(t.Context(), "acme", id); bot.KindOf(err) != bot.NotFound {
			t.Errorf("RevokeToken(acme, %q) = %v, want kind not_found", id, err)
		}
	}
	if _, err := s.RevokeToken(t.Context(), "evil", token.ID); bot.KindOf(err) != bot.NotFound {
		t.Errorf("RevokeToken of another account: %v, want kind not_found", err)
	}
	revoked, err := s.RevokeToken(t.Context(), "acme", token.ID)
	if diff := cmp.Diff(token, revoked); err != nil || diff != "" {
		t.Errorf("RevokeToken: %v (-want +got):\n%s", err, diff)
	}
	if _, err := s.Authenticate(t.Context(), made); bot.KindOf(err) != bot.Unauthorized {
		t.Errorf("Authenticate of a revoked token: %v, want kind unauthorized", err)
	}
}
