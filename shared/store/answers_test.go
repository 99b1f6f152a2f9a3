package store_test

import (
	"bytes"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// claim claims a key that must be free.
func claim(t *testing.T, s *store.Store, account, key, request string) store.ClaimedKey {
	t.Helper()
	c, answer, err := s.ClaimKey(t.Context(), account, key, request)
	if err != nil || answer != nil {
		t.Fatalf("ClaimKey(%s, %s, %s) = %v, %v, want a claim", account, key, request, answer, err)
	}
	return c
}

func keep(t *testing.T, s *store.Store, c store.ClaimedKey, answer store.Answer) {
	t.Helper()
	if err := s.KeepAnswer(t.Context(), c, answer); err != nil {
		t.Fatalf("KeepAnswer() = %v", err)
	}
}

var created = store.Answer{Status: 201, Header: map[string][]string{"Etag": {`"1"`}}, Body: []byte("{\"token\":\"acme.secret\"}\n")}

func TestAnswersAreKept(t *testing.T) {
	c := newClock()
	onEach(t, c, func(t *testing.T, s *store.Store, _ store.Table) {
		keep(t, s, claim(t, s, "acme", "key", "request"), created)
		for _, test := range []struct {
			name                  string
			account, key, request string
			kind                  bot.ErrorKind
			want                  *store.Answer
		}{
			{"again", "acme", "key", "request", "", &created},
			{"another request", "acme", "key", "other", bot.Unsupported, nil},
			{"another key", "acme", "kez", "request", "", nil},
			{"another account", "zeta", "key", "request", "", nil},
		} {
			_, got, err := s.ClaimKey(t.Context(), test.account, test.key, test.request)
			if diff := cmp.Diff(test.want, got); diff != "" || bot.KindOf(err) != test.kind {
				t.Errorf("%s: ClaimKey = %v, want kind %q; (-want +got):\n%s", test.name, err, test.kind, diff)
			}
		}
		c.Advance(24*time.Hour - time.Second)
		if _, got, err := s.ClaimKey(t.Context(), "acme", "key", "request"); got == nil || err != nil {
			t.Errorf("ClaimKey within 24 hours = %v, %v, want the answer", got, err)
		}
		c.Advance(time.Second)
		claim(t, s, "acme", "key", "other")
	})
}

func TestClaimsRunOut(t *testing.T) {
	c := newClock()
	onEach(t, c, func(t *testing.T, s *store.Store, _ store.Table) {
		first := claim(t, s, "acme", "key", "request")
		c.Advance(time.Minute - time.Second)
		if _, answer, err := s.ClaimKey(t.Context(), "acme", "key", "request"); bot.KindOf(err) != bot.Conflict || answer != nil {
			t.Errorf("ClaimKey of a key that is claimed = %v, %v, want a conflict", answer, err)
		}
		c.Advance(time.Second)
		second := claim(t, s, "acme", "key", "another request")
		if err := s.KeepAnswer(t.Context(), first, created); bot.KindOf(err) != bot.Conflict {
			t.Errorf("KeepAnswer of a claim that has run out = %v, want a conflict", err)
		}
		if err := s.ReleaseKey(t.Context(), first); bot.KindOf(err) != bot.Conflict {
			t.Errorf("ReleaseKey of a claim that has run out = %v, want a conflict", err)
		}
		keep(t, s, second, created)
	})
}

func TestReleasedKeysAreFree(t *testing.T) {
	s, _ := open(t, newClock())
	if err := s.ReleaseKey(t.Context(), claim(t, s, "acme", "key", "request")); err != nil {
		t.Fatalf("ReleaseKey() = %v", err)
	}
	claim(t, s, "acme", "key", "another request")
}

func TestOneOfManyClaimsIt(t *testing.T) {
	s, _ := open(t, newClock())
	var claimed, refused atomic.Int32
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			switch _, answer, err := s.ClaimKey(t.Context(), "acme", "key", "request"); {
			case err == nil && answer == nil:
				claimed.Add(1)
			case bot.KindOf(err) == bot.Conflict && bot.RetryAfterOf(err) > 0:
				refused.Add(1)
			default:
				t.Errorf("ClaimKey at once = %v, %v", answer, err)
			}
		})
	}
	all.Wait()
	if claimed.Load() != 1 || refused.Load() != 15 {
		t.Errorf("ClaimKey at once: %d claimed it, %d were refused, want 1 and 15", claimed.Load(), refused.Load())
	}
}

func TestLargeAnswersAreOmitted(t *testing.T) {
	s, _ := open(t, newClock())
	for _, test := range []struct {
		name string
		size int
		kept bool
	}{{"what an item holds", 225_000, true}, {"more", store.MaxItemBytes, false}} {
		large := store.Answer{Status: 200, Body: bytes.Repeat([]byte("x"), test.size)}
		keep(t, s, claim(t, s, "acme", test.name, "request"), large)
		_, got, err := s.ClaimKey(t.Context(), "acme", test.name, "request")
		if test.kept {
			if diff := cmp.Diff(&large, got); err != nil || diff != "" {
				t.Errorf("%s: ClaimKey = %v, want the answer", test.name, err)
			}
			continue
		}
		if bot.KindOf(err) != bot.Conflict || !strings.Contains(err.Error(), "too large") {
			t.Errorf("%s: ClaimKey = %v, want a conflict that says why", test.name, err)
		}
	}
}

func TestAnswersAreSealed(t *testing.T) {
	s, table := open(t, newClock())
	for _, account := range []string{"acme", "zeta"} {
		keep(t, s, claim(t, s, account, "key", "request"), created)
	}
	items, err := table.Query(t.Context(), store.Query{PK: "ACCOUNT#acme"})
	if err != nil || len(items) != 1 {
		t.Fatalf("items of the account = %v, %v, want one", items, err)
	}
	if text := items[0].SK + string(items[0].Body); strings.Contains(text, "secret") || strings.Contains(text, "key") {
		t.Errorf("the table shows the answer or its key: %s", text)
	}
	claim(t, s, "acme", "another key", "request")
	places, err := table.Query(t.Context(), store.Query{PK: "ACCOUNT#acme"})
	if err != nil || len(places) != 2 {
		t.Fatalf("items of the account = %v, %v, want two", places, err)
	}
	for _, place := range []store.Key{{PK: "ACCOUNT#zeta", SK: items[0].SK}, places[0].Key, places[1].Key} {
		moved := items[0]
		moved.Key = place
		if _, err := table.Put(t.Context(), moved, store.Always); err != nil {
			t.Fatal(err)
		}
	}
	for _, other := range []struct{ account, key string }{{"zeta", "key"}, {"acme", "another key"}} {
		if _, got, err := s.ClaimKey(t.Context(), other.account, other.key, "request"); bot.KindOf(err) != bot.Internal {
			t.Errorf("ClaimKey(%s, %s) of an answer that was put there = %v, %v, want it to stay closed", other.account, other.key, got, err)
		}
	}
}

func TestAnswersGoWithTheirAccount(t *testing.T) {
	s, _ := open(t, newClock())
	newToken(t, s, "acme", time.Time{})
	keep(t, s, claim(t, s, "acme", "key", "request"), created)
	if err := s.DeleteAccount(t.Context(), "acme"); err != nil {
		t.Fatalf("DeleteAccount() = %v", err)
	}
	claim(t, s, "acme", "key", "request")
}
