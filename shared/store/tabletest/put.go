package tabletest

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func testGet(t *testing.T, f fixture) {
	f.wantBody(t, "absent", "")
	expires := f.clock.Now().Add(time.Hour)
	version := f.put(t, store.Item{Key: key("a"), Body: []byte("body"), ExpiresAt: expires, Version: 99})
	got, err := f.Get(t.Context(), key("a"))
	if err != nil || got.Version != version || !got.ExpiresAt.Equal(expires) || string(got.Body) != "body" || got.Key != key("a") {
		t.Errorf("Get(a) = %+v, %v, want body, version %d, expiry %v", got, err, version, expires)
	}
	if _, err := f.Get(t.Context(), store.Key{PK: "q", SK: "a"}); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Get(of another partition) = %v, want not_found", err)
	}
}

// conditions is a table of conditions against an item "a" that is or is not there; of gives the condition from its
// version.
var conditions = []struct {
	name   string
	exists bool
	of     func(version int64) store.Condition
	want   bot.ErrorKind
}{
	{"always, absent", false, func(int64) store.Condition { return store.Always }, ""},
	{"always, present", true, func(int64) store.Condition { return store.Always }, ""},
	{"absent, absent", false, func(int64) store.Condition { return store.Absent }, ""},
	{"absent, present", true, func(int64) store.Condition { return store.Absent }, bot.Conflict},
	{"version, absent", false, func(int64) store.Condition { return store.IfVersion(7) }, bot.Conflict},
	{"version, as it is", true, store.IfVersion, ""},
	{"version, older", true, func(v int64) store.Condition { return store.IfVersion(v - 1) }, bot.Conflict},
	{"version, newer", true, func(v int64) store.Condition { return store.IfVersion(v + 1) }, bot.Conflict},
}

func testPutConditions(t *testing.T, f fixture) {
	for i, test := range conditions {
		t.Run(test.name, func(t *testing.T) {
			sk, version, left := fmt.Sprint("item", i), int64(0), ""
			if test.exists {
				version, left = f.put(t, item(sk, "old")), "old"
			}
			got, err := f.Put(t.Context(), item(sk, "new"), test.of(version))
			wantKind(t, "Put", err, test.want)
			if err == nil {
				left = "new"
				if got <= version {
					t.Errorf("Put() = version %d, want above %d", got, version)
				}
			}
			f.wantBody(t, sk, left)
		})
	}
}

func testDeleteConditions(t *testing.T, f fixture) {
	for i, test := range conditions {
		t.Run(test.name, func(t *testing.T) {
			sk, version, left := fmt.Sprint("item", i), int64(0), ""
			if test.exists {
				version = f.put(t, item(sk, "old"))
			}
			err := f.Delete(t.Context(), key(sk), test.of(version))
			wantKind(t, "Delete", err, test.want)
			if err != nil && test.exists {
				left = "old"
			}
			f.wantBody(t, sk, left)
		})
	}
}

func testBodies(t *testing.T, f fixture) {
	for _, test := range []struct {
		name string
		body []byte
	}{
		{"nil", nil},
		{"empty", []byte{}},
		{"zeros", []byte{0, 0, 0}},
		{"binary", []byte{'a', 0, 0xff, 0xfe, 0, 'b'}},
		{"text", []byte("żółć 🤖")},
	} {
		t.Run(test.name, func(t *testing.T) {
			f.put(t, store.Item{Key: key(test.name), Body: test.body})
			got, err := f.Get(t.Context(), key(test.name))
			if err != nil || !bytes.Equal(got.Body, test.body) {
				t.Errorf("Get() = %q, %v, want %q", got.Body, err, test.body)
			}
		})
	}
}

func testVersions(t *testing.T, f fixture) {
	seen := map[int64]string{}
	note := func(version int64, what string) {
		t.Helper()
		if earlier, ok := seen[version]; ok || version <= 0 {
			t.Fatalf("version %d of %s is not new: it was that of %s", version, what, earlier)
		}
		seen[version] = what
	}
	for round := range 5 {
		version := f.put(t, item("a", "1"))
		note(version, fmt.Sprint("the put of round ", round))
		// Many writes within one tick of the clock run ahead of it.
		for n := range 20 {
			next, err := f.Put(t.Context(), item("a", "2"), store.IfVersion(version))
			if err != nil || next <= version {
				t.Fatalf("Put(version %d) = %d, %v, want a higher version", version, next, err)
			}
			version = next
			note(version, fmt.Sprintf("write %d of round %d", n, round))
		}
		if again := f.put(t, item("a", "3")); again <= version {
			t.Fatalf("Put(Always) = version %d, want above %d", again, version)
		}
		if err := f.Delete(t.Context(), key("a"), store.Always); err != nil {
			t.Fatalf("Delete() = %v", err)
		}
		f.clock.advance(time.Millisecond)
	}
}

// testOneWinner has writers race from the same version.
func testOneWinner(t *testing.T, f fixture) {
	const rounds, writers = 20, 16
	version := int64(0)
	for round := range rounds {
		var winner atomic.Int64
		var wins, conflicts atomic.Int32
		var racing sync.WaitGroup
		for n := range writers {
			racing.Go(func() {
				got, err := f.Put(t.Context(), item("a", fmt.Sprint(round, n)), store.IfVersion(version))
				switch bot.KindOf(err) {
				case "":
					wins.Add(1)
					winner.Store(got)
				case bot.Conflict:
					conflicts.Add(1)
				default:
					t.Errorf("Put() = %v, want a conflict or none", err)
				}
			})
		}
		racing.Wait()
		if wins.Load() != 1 || conflicts.Load() != writers-1 {
			t.Fatalf("round %d: %d wins and %d conflicts, want 1 and %d", round, wins.Load(), conflicts.Load(), writers-1)
		}
		version = winner.Load()
	}
}

func testExpiry(t *testing.T, f fixture) {
	expires := f.clock.Now().Add(10 * time.Second)
	put := func(sk string) int64 {
		return f.put(t, store.Item{Key: key(sk), Body: []byte(sk), ExpiresAt: expires})
	}
	stale := put("a")
	put("b")
	f.put(t, item("c", "c"))
	f.put(t, store.Item{Key: key("past"), Body: []byte("past"), ExpiresAt: time.Unix(0, 0)})
	f.wantBody(t, "past", "")
	f.clock.advance(9 * time.Second)
	f.wantBody(t, "a", "a")

	f.clock.advance(time.Second)
	f.wantBody(t, "a", "")
	batch, err := f.BatchGet(t.Context(), key("a"), key("b"), key("c"))
	if err != nil {
		t.Fatalf("BatchGet() = %v", err)
	}
	wantItems(t, "BatchGet", batch, []store.Item{item("c", "c")})
	found, err := f.Query(t.Context(), store.Query{PK: "p", Limit: 1})
	if err != nil {
		t.Fatalf("Query() = %v", err)
	}
	wantItems(t, "Query", found, []store.Item{item("c", "c")})

	_, err = f.Put(t.Context(), item("a", "late"), store.IfVersion(stale))
	wantKind(t, "Put(version of an expired item)", err, bot.Conflict)
	wantKind(t, "Delete(version of an expired item)",
		f.Delete(t.Context(), key("a"), store.IfVersion(stale)), bot.Conflict)
	wantKind(t, "Transact(check of an expired item)",
		f.Transact(t.Context(), store.Op{Verb: store.CheckVerb, Item: item("a", ""), Cond: store.IfVersion(stale)}),
		bot.Conflict)
	wantKind(t, "Transact(absent)",
		f.Transact(t.Context(), store.Op{Verb: store.PutVerb, Item: item("b", "again"), Cond: store.Absent}), "")
	f.wantBody(t, "b", "again")
}

func testVersionAfterExpiry(t *testing.T, f fixture) {
	version := f.put(t, store.Item{Key: key("a"), ExpiresAt: f.clock.Now().Add(time.Second)})
	f.clock.advance(2 * time.Second)
	next, err := f.Put(t.Context(), item("a", "new"), store.Absent)
	if err != nil || next <= version {
		t.Errorf("Put(Absent) of an expired item = version %d, %v, want above %d", next, err, version)
	}
	f.wantBody(t, "a", "new")
}
