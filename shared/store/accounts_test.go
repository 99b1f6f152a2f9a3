package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/store"
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
