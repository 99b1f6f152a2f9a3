// Package tabletest is the suite that every store.Table passes, and a table that tests of what stands on it put in its way.
package tabletest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// Capabilities names what a table cannot do. The zero value can do all.
type Capabilities struct {
	// TornBatch: a batch get may see some writes of a transaction and not the others.
	TornBatch bool
}

// Open gives an empty table that takes its time from now.
type Open func(t *testing.T, now func() time.Time) store.Table

// Run runs the suite.
func Run(t *testing.T, open Open, caps Capabilities) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, fixture)
	}{
		{"get", testGet},
		{"put conditions", testPutConditions},
		{"delete conditions", testDeleteConditions},
		{"bodies", testBodies},
		{"versions", testVersions},
		{"one winner", testOneWinner},
		{"batch get", testBatchGet},
		{"batch put", testBatchPut},
		{"batch is one moment", testBatchIsOneMoment},
		{"expiry", testExpiry},
		{"version after expiry", testVersionAfterExpiry},
		{"query", testQuery},
		{"query prefixes", testQueryPrefixes},
		{"query pages", testQueryPages},
		{"transact", testTransact},
		{"transact conflicts", testTransactConflicts},
		{"transact misuse", testTransactMisuse},
		{"item limits", testItemLimits},
		{"key limits", testKeyLimits},
		{"batch limits", testBatchLimits},
		{"cancelled context", testCancelled},
	} {
		t.Run(test.name, func(t *testing.T) {
			clock := &clock{now: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)}
			test.run(t, fixture{Table: open(t, clock.Now), clock: clock, caps: caps})
		})
	}
}

type fixture struct {
	store.Table
	clock *clock
	caps  Capabilities
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func key(sk string) store.Key { return store.Key{PK: "p", SK: sk} }

func item(sk, body string) store.Item { return store.Item{Key: key(sk), Body: []byte(body)} }

// put writes an item that nothing stands against.
func (f fixture) put(t *testing.T, i store.Item) int64 {
	t.Helper()
	version, err := f.Put(t.Context(), i, store.Always)
	if err != nil {
		t.Fatalf("Put(%q, Always) = %v", i.Key, err)
	}
	return version
}

// wantBody checks what is stored under a sort key, "" for nothing.
func (f fixture) wantBody(t *testing.T, sk, want string) {
	t.Helper()
	got, err := f.Get(t.Context(), key(sk))
	if want == "" {
		wantKind(t, "Get("+sk+")", err, bot.NotFound)
		return
	}
	if err != nil || string(got.Body) != want {
		t.Errorf("Get(%q) = %q, %v, want %q", sk, got.Body, err, want)
	}
}

func wantKind(t *testing.T, call string, err error, want bot.ErrorKind) {
	t.Helper()
	if got := bot.KindOf(err); got != want {
		t.Errorf("%s = %v, of kind %q, want %q", call, err, got, want)
	}
}

// wantItems compares items by their keys, bodies and expiry.
func wantItems(t *testing.T, call string, got, want []store.Item) {
	t.Helper()
	opts := cmp.Options{cmpopts.IgnoreFields(store.Item{}, "Version"), cmpopts.EquateEmpty()}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", call, diff)
	}
}

func sortKeys(items []store.Item) []string {
	var keys []string
	for _, i := range items {
		keys = append(keys, i.SK)
	}
	return keys
}
