package store_test

import (
	"context"
	"errors"
	"fmt"
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

func TestDeletedAccounts(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	var made []bot.Secret
	for range store.TransactLimit + 5 { // more than a page
		_, token := newToken(t, s, "acme", time.Time{})
		made = append(made, token)
	}
	if err := s.DeleteAccount(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	again := func(when string) {
		t.Helper()
		for i, token := range made {
			if _, err := s.Authenticate(t.Context(), token); bot.KindOf(err) != bot.Unauthorized {
				t.Errorf("%s: token %d = %v, want kind unauthorized", when, i, err)
			}
		}
	}
	again("deleted")
	if _, _, err := s.CreateToken(t.Context(), store.Token{Account: "acme"}); bot.KindOf(err) != bot.NotFound {
		t.Errorf("CreateToken of a deleted account: %v, want kind not_found", err)
	}
	if err := s.DeleteAccount(t.Context(), "acme"); bot.KindOf(err) != bot.NotFound {
		t.Errorf("DeleteAccount again: %v, want kind not_found", err)
	}
	if _, err := s.CreateAccount(t.Context(), "acme"); err != nil {
		t.Errorf("CreateAccount anew: %v", err)
	}
	again("made anew")
}

// broken fails transactions.
type broken struct{ store.Table }

func (broken) Transact(context.Context, ...store.Op) error {
	return bot.Errorf(bot.Unavailable, "the table is away")
}

func TestAccountsCloseBeforeTheyAreDeleted(t *testing.T) {
	c := newClock()
	s, table := open(t, c)
	_, made := newToken(t, s, "acme", time.Time{})
	if err := store.New(broken{table}, nil, c.Now).DeleteAccount(t.Context(), "acme"); bot.KindOf(err) != bot.Unavailable {
		t.Fatalf("DeleteAccount on a broken table: %v, want kind unavailable", err)
	}
	if _, err := s.Authenticate(t.Context(), made); bot.KindOf(err) != bot.Unauthorized {
		t.Errorf("Authenticate for a closed account: %v, want kind unauthorized", err)
	}
	if _, _, err := s.CreateToken(t.Context(), store.Token{Account: "acme"}); bot.KindOf(err) != bot.NotFound {
		t.Errorf("CreateToken for a closed account: %v, want kind not_found", err)
	}
	if found, err := s.Accounts(t.Context(), "", 10); err != nil || len(found) != 1 || !found[0].Closed {
		t.Errorf("Accounts = %v, %v, want the closed one", found, err)
	}
	if err := s.DeleteAccount(t.Context(), "acme"); err != nil {
		t.Errorf("DeleteAccount, gone on with: %v", err)
	}
	if found, err := s.Accounts(t.Context(), "", 10); err != nil || len(found) != 0 {
		t.Errorf("Accounts = %v, %v, want none", found, err)
	}
}

func TestAccountsPageByPage(t *testing.T) {
	s, _ := open(t, newClock())
	want := []string{"a", "a-b", "b", "c0"}
	for _, id := range want {
		if _, err := s.CreateAccount(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"", "A", "a.b", "-a", "a#b", strings.Repeat("a", 64)} {
		if _, err := s.CreateAccount(t.Context(), id); bot.KindOf(err) != bot.Invalid {
			t.Errorf("CreateAccount(%q) = %v, want kind invalid", id, err)
		}
	}
	var got []string
	for after := ""; ; after = got[len(got)-1] {
		page, err := s.Accounts(t.Context(), after, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, account := range page {
			got = append(got, account.ID)
		}
		if len(page) < 3 {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Accounts (-want +got):\n%s", diff)
	}
}

func TestAuditIsKeptForAYear(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	for i := range 5 {
		e := store.AuditEntry{By: "ada", Operation: fmt.Sprint(i), Bot: []string{"pizza", "burger"}[i%2]}
		if err := s.PutAudit(t.Context(), "acme", e); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Hour)
	}
	page := func(account, botName, after string, limit int) (string, string) {
		t.Helper()
		entries, next, err := s.Audit(t.Context(), account, botName, after, limit)
		if err != nil {
			t.Fatal(err)
		}
		var operations []string
		for _, e := range entries {
			operations = append(operations, e.Operation)
		}
		return strings.Join(operations, " "), next
	}
	first, next := page("acme", "", "", 3)
	second, end := page("acme", "", next, 3)
	if first != "4 3 2" || second != "1 0" || end != "" {
		t.Errorf("Audit page by page = %s, then %s, then %q", first, second, end)
	}
	first, next = page("acme", "pizza", "", 2)
	second, _ = page("acme", "pizza", next, 2)
	if first != "4 2" || second != "0" {
		t.Errorf("Audit of one bot = %s, then %s, want 4 2, then 0", first, second)
	}
	if got, _ := page("evil", "", "", 3); got != "" {
		t.Errorf("Audit of another account = %s, want nothing", got)
	}
	c.Advance(store.AuditKept - 3*time.Hour)
	if got, _ := page("acme", "", "", 9); got != "4 3" {
		t.Errorf("Audit after a year = %s, want what is younger: 4 3", got)
	}
}

func TestAuditOfMuch(t *testing.T) {
	value := []byte(`"` + strings.Repeat("x", 1000) + `"`)
	tests := []struct {
		name    string
		changes int
		values  bool
		kept    int
	}{
		{"small", 10, true, 10},
		{"values too large", 100, false, 100},
		{"too many", 5000, false, 1250},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, _ := open(t, newClock())
			e := store.AuditEntry{Operation: "put-bot"}
			for i := range test.changes {
				e.Changes = append(e.Changes, store.Change{Path: fmt.Sprintf("handlers.h%04d", i), What: "changed", After: value})
			}
			if err := s.PutAudit(t.Context(), "acme", e); err != nil {
				t.Fatal(err)
			}
			entries, _, err := s.Audit(t.Context(), "acme", "", "", 1)
			if err != nil || len(entries) != 1 {
				t.Fatalf("Audit = %v, %v", entries, err)
			}
			got := entries[0]
			if len(got.Changes) != test.kept || got.Omitted != test.changes-test.kept || (got.Changes[0].After != nil) != test.values {
				t.Errorf("%d changes kept, %d omitted, the first %v; want %d", len(got.Changes), got.Omitted, got.Changes[0], test.kept)
			}
		})
	}
}
