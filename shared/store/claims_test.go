package store_test

import (
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/secret"
	"hookline/shared/store"
)

// claimed is the claim of the channel that definition makes.
func claimed(owner, name string) store.Claim {
	return store.Claim{Owner: owner, Provider: "telegram", Field: "token", Value: token, Bot: name, Channel: "telegram"}
}

func TestF6Claims(t *testing.T) {
	onEach(t, newClock(), testClaims)
}

func testClaims(t *testing.T, s *store.Store, table store.Table) {
	keep := func(c store.Claim, want bot.ErrorKind) {
		t.Helper()
		if _, err := s.PutClaim(t.Context(), c); bot.KindOf(err) != want {
			t.Errorf("PutClaim(%s of %s) = %v, want kind %q", c.Bot, c.Owner, err, want)
		}
	}
	holder := func(c store.Claim, want string) {
		t.Helper()
		got, err := s.Holder(t.Context(), c)
		if got.Bot != want || (bot.KindOf(err) == bot.NotFound) != (want == "") {
			t.Errorf("Holder(%s of %s) = %q, %v, want %q", c.Bot, c.Owner, got.Bot, err, want)
		}
	}
	pizza, burger := claimed("main", "pizza"), claimed("main", "burger")
	holder(burger, "")
	keep(pizza, "")
	holder(burger, "") // there is no such bot yet
	publish(t, s, definition("hi"))
	holder(burger, "pizza")
	holder(pizza, "")
	keep(burger, bot.Conflict)
	keep(pizza, "")
	for _, other := range []store.Claim{
		claimed("other", "burger"),
		{Owner: "main", Provider: "telegram", Field: "token", Value: "another", Bot: "burger"},
		{Owner: "main", Provider: "telegram", Field: "key", Value: token, Bot: "burger"},
		{Owner: "main", Provider: "kik", Field: "token", Value: token, Bot: "burger"},
	} {
		holder(other, "")
	}
	items, err := table.Query(t.Context(), store.Query{PK: "ACCOUNT#main", Prefix: "CLAIM#"})
	if err != nil || len(items) != 1 || strings.Contains(items[0].SK+string(items[0].Body), token.Reveal()) {
		t.Errorf("%d claims are kept, %v, want one, which does not show the token", len(items), err)
	}

	// The master key is changed: what was claimed before is still found.
	old, fresh := []byte(strings.Repeat("k", secret.KeyBytes)), []byte(strings.Repeat("n", secret.KeyBytes))
	keys, err := secret.New(fresh, old)
	if err != nil {
		t.Fatal(err)
	}
	later := store.New(table, keys, newClock().Now)
	if got, err := later.Holder(t.Context(), burger); err != nil || got.Bot != "pizza" {
		t.Errorf("Holder under a new key = %+v, %v, want pizza", got, err)
	}

	// Removed there, added here.
	publish(t, s, bot.Definition{Bot: "pizza"})
	holder(burger, "")
	keep(burger, "")
}

// A channel that has another name now still holds what it claims.
func TestF6ClaimOfARenamedChannel(t *testing.T) {
	s, _ := open(t, newClock())
	claim := claimed("main", "pizza")
	def := definition("hi")
	for _, name := range []string{"telegram", "renamed"} {
		def.Channels = map[string]bot.ChannelSpec{name: telegram(token, nil)}
		claim.Channel = name
		if _, err := s.PutClaim(t.Context(), claim); err != nil {
			t.Fatal(err)
		}
		publish(t, s, def)
	}
	if got, err := s.Holder(t.Context(), claimed("main", "burger")); err != nil || got.Channel != "renamed" {
		t.Errorf("Holder = %+v, %v, want the renamed channel of pizza", got, err)
	}
}

func TestF6ClaimsGoWithTheirAccount(t *testing.T) {
	s, table := open(t, newClock())
	if err := s.EnsureAccount(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutClaim(t.Context(), claimed("acme", "pizza")); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteAccount(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	if items, err := table.Query(t.Context(), store.Query{PK: "ACCOUNT#acme"}); err != nil || len(items) > 0 {
		t.Errorf("%d items are left of the account, %v, want none", len(items), err)
	}
}
