package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/store"
	"hookline/shared/store/tabletest"
)

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
	if _, err := s.CreateAccount(t.Context(), "acme", store.Limits{}); err != nil {
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
		if _, err := s.CreateAccount(t.Context(), id, store.Limits{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"", "A", "a.b", "-a", "a#b", strings.Repeat("a", 64)} {
		if _, err := s.CreateAccount(t.Context(), id, store.Limits{}); bot.KindOf(err) != bot.Invalid {
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

// meanwhile lets somebody else do something just before an account is written.
type meanwhile struct {
	store.Table
	act func()
}

func (m *meanwhile) Put(ctx context.Context, item store.Item, cond store.Condition) (int64, error) {
	if act := m.act; act != nil && item.PK == "ACCOUNTS" {
		m.act = nil
		act()
	}
	return m.Table.Put(ctx, item, cond)
}

// Of a deletion and a first bot at once one loses: no bot stays whose account is gone.
func TestNoBotOutlivesItsAccount(t *testing.T) {
	c := newClock()
	onEach(t, c, func(t *testing.T, s *store.Store, table store.Table) {
		if _, err := s.CreateAccount(t.Context(), "acme", store.Limits{}); err != nil {
			t.Fatal(err)
		}
		m := &meanwhile{Table: table, act: func() {
			if _, err := s.Publish(t.Context(), "acme", named("pizza", "a")); err != nil {
				t.Fatal(err)
			}
		}}
		if err := store.New(m, nil, c.Now).DeleteAccount(t.Context(), "acme"); bot.KindOf(err) != bot.Conflict {
			t.Errorf("DeleteAccount while a bot is made = %v, want kind conflict", err)
		}
		if _, _, err := s.CreateToken(t.Context(), store.Token{Account: "acme"}); err != nil {
			t.Errorf("CreateToken of the account that stays: %v", err)
		}
	})
}

// An account that is being deleted gets no bots any more, not even of a call that was let in before.
func TestClosedAccountsGetNoBots(t *testing.T) {
	clock := newClock()
	onEach(t, clock, func(t *testing.T, s *store.Store, table store.Table) {
		newToken(t, s, "acme", time.Time{})
		c := &tabletest.Interrupted{Table: table, Act: func() {
			if err := store.New(broken{table}, nil, clock.Now).DeleteAccount(t.Context(), "acme"); bot.KindOf(err) != bot.Unavailable {
				t.Errorf("DeleteAccount on a broken table: %v, want kind unavailable", err)
			}
		}}
		for range 2 { // it is closed meanwhile, then before
			_, err := store.New(c, testKeys(t), clock.Now).Publish(t.Context(), "acme", named("pizza", "a"))
			if heads, _ := s.Bots(t.Context(), "acme", "", 1); bot.KindOf(err) != bot.NotFound || len(heads) > 0 {
				t.Errorf("Publish for a closed account = %v, %d bots, want kind not_found and none", err, len(heads))
			}
		}
	})
}
