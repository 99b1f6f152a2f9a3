package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hookline/shared/secret"
	"hookline/shared/store"
)

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

// Who knows a person's id finds what concerned the person, also what was written when another key was the current one, or
// before there were pseudonyms.
func TestAuditOfAPerson(t *testing.T) {
	c := newClock()
	_, table := open(t, c)
	old, fresh := []byte(strings.Repeat("o", secret.KeyBytes)), []byte(strings.Repeat("f", secret.KeyBytes))
	keys := func(current []byte, previous ...[]byte) *store.Store {
		k, err := secret.New(current, previous...)
		if err != nil {
			t.Fatal(err)
		}
		return store.New(table, k, c.Now)
	}
	before, s := keys(old), keys(fresh, old)
	for i, resource := range []map[string]string{
		{"user": "42"},
		{"user": before.AuditPseudonym("acme", "42")},
		{"user": s.AuditPseudonym("acme", "42")},
		{"recipient": "ch#" + s.AuditPseudonym("acme", "42")},
		{"chat": s.AuditPseudonym("acme", "42"), "user": s.AuditPseudonym("acme", "7")},
		{"user": s.AuditPseudonym("acme", "43")},
		{"user": s.AuditPseudonym("evil", "42")},
		{"letter": "42"},
		{},
	} {
		if err := s.PutAudit(t.Context(), "acme", store.AuditEntry{Operation: fmt.Sprint(i), Resource: resource}); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Second)
	}
	var got []string
	for q := (store.AuditQuery{Account: "acme", Person: "42", Limit: 2}); ; {
		entries, next, err := s.FindAudit(t.Context(), q)
		if err != nil || len(entries) > 2 {
			t.Fatalf("FindAudit(%+v) = %d entries, %v", q, len(entries), err)
		}
		for _, e := range entries {
			got = append(got, e.Operation)
		}
		if q.After = next; next == "" {
			break
		}
	}
	if strings.Join(got, " ") != "4 3 2 1 0" {
		t.Errorf("FindAudit of 42 = %s, want 4 3 2 1 0", got)
	}
}
