package tabletest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func testBatchGet(t *testing.T, f fixture) {
	var keys []store.Key
	var want []store.Item
	for n := range store.BatchLimit {
		sk := fmt.Sprintf("%03d", n)
		keys = append(keys, key(sk))
		if n%3 != 0 {
			f.put(t, item(sk, sk))
			want = append(want, item(sk, sk))
		}
	}
	got, err := f.BatchGet(t.Context(), keys...)
	if err != nil {
		t.Fatalf("BatchGet(%d keys) = %v", len(keys), err)
	}
	slices.SortFunc(got, func(a, b store.Item) int { return slices.Compare([]byte(a.SK), []byte(b.SK)) })
	wantItems(t, "BatchGet", got, want)
	if got, err := f.BatchGet(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("BatchGet(no keys) = %v, %v, want nothing", got, err)
	}
	// A pair of keys is not any pair of their parts.
	f.put(t, store.Item{Key: store.Key{PK: "q", SK: "x"}})
	if got, err := f.BatchGet(t.Context(), store.Key{PK: "q", SK: "001"}, key("x")); err != nil || len(got) != 0 {
		t.Errorf("BatchGet(crossed keys) = %v, %v, want nothing", got, err)
	}
}

func testBatchPut(t *testing.T, f fixture) {
	f.put(t, item("001", "old"))
	var items []store.Item
	for n := range store.BatchLimit {
		sk := fmt.Sprintf("%03d", n)
		items = append(items, item(sk, sk))
	}
	if err := f.BatchPut(t.Context(), items...); err != nil {
		t.Fatalf("BatchPut(%d items) = %v", len(items), err)
	}
	got, err := f.Query(t.Context(), store.Query{PK: "p"})
	if err != nil {
		t.Fatalf("Query() = %v", err)
	}
	wantItems(t, "Query", got, items)
	if err := f.BatchPut(t.Context()); err != nil {
		t.Errorf("BatchPut(nothing) = %v", err)
	}
}

// testBatchIsOneMoment reads two items while a transaction keeps writing both alike.
func testBatchIsOneMoment(t *testing.T, f fixture) {
	if f.caps.TornBatch {
		t.Skip("capability TornBatch")
	}
	write := func(body string) error {
		return f.Transact(t.Context(), store.Op{Item: item("a", body), Cond: store.Always},
			store.Op{Item: item("b", body), Cond: store.Always})
	}
	if err := write("start"); err != nil {
		t.Fatalf("Transact() = %v", err)
	}
	var writing sync.WaitGroup
	defer writing.Wait()
	writing.Go(func() {
		for n := range 200 {
			if err := write(fmt.Sprint(n)); err != nil {
				t.Errorf("Transact() = %v", err)
			}
		}
	})
	for range 200 {
		got, err := f.BatchGet(t.Context(), key("a"), key("b"))
		if err != nil || len(got) != 2 || string(got[0].Body) != string(got[1].Body) {
			t.Fatalf("BatchGet() = %+v, %v, want both of one transaction", got, err)
		}
	}
}

func (f fixture) wantQuery(t *testing.T, q store.Query, want ...string) {
	t.Helper()
	got, err := f.Query(t.Context(), q)
	if err != nil {
		t.Fatalf("Query(%+v) = %v", q, err)
	}
	if diff := cmp.Diff(want, sortKeys(got)); diff != "" {
		t.Errorf("Query(%+v): (-want +got)\n%s", q, diff)
	}
}

func testQuery(t *testing.T, f fixture) {
	for _, sk := range []string{"a#1", "a#2", "a#3", "b#1", "b#2"} {
		f.put(t, item(sk, sk))
	}
	f.put(t, store.Item{Key: store.Key{PK: "other", SK: "a#9"}})
	for _, test := range []struct {
		name string
		q    store.Query
		want []string
	}{
		{"all", store.Query{}, []string{"a#1", "a#2", "a#3", "b#1", "b#2"}},
		{"newest", store.Query{Newest: true}, []string{"b#2", "b#1", "a#3", "a#2", "a#1"}},
		{"prefix", store.Query{Prefix: "a#"}, []string{"a#1", "a#2", "a#3"}},
		{"a whole key is a prefix", store.Query{Prefix: "a#2"}, []string{"a#2"}},
		{"limit", store.Query{Limit: 2}, []string{"a#1", "a#2"}},
		{"limit of more than there is", store.Query{Prefix: "b", Limit: 9}, []string{"b#1", "b#2"}},
		{"newest limit", store.Query{Prefix: "a", Newest: true, Limit: 2}, []string{"a#3", "a#2"}},
		{"after", store.Query{After: "a#2"}, []string{"a#3", "b#1", "b#2"}},
		{"after a key that is not there", store.Query{After: "a#25"}, []string{"a#3", "b#1", "b#2"}},
		{"after with prefix", store.Query{Prefix: "a", After: "a#2"}, []string{"a#3"}},
		{"after, before the prefix", store.Query{Prefix: "b", After: "a#2"}, []string{"b#1", "b#2"}},
		{"after, behind the prefix", store.Query{Prefix: "a", After: "b#1"}, nil},
		{"newest after", store.Query{After: "b#1", Newest: true}, []string{"a#3", "a#2", "a#1"}},
		{"newest after with prefix", store.Query{Prefix: "a", After: "a#2", Newest: true}, []string{"a#1"}},
		{"newest after, behind the prefix", store.Query{Prefix: "a", After: "b#2", Newest: true, Limit: 1}, []string{"a#3"}},
		{"newest after, before the prefix", store.Query{Prefix: "b", After: "a#1", Newest: true}, nil},
		{"after the last", store.Query{After: "b#2"}, nil},
		{"no such prefix", store.Query{Prefix: "c"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.q.PK = "p"
			f.wantQuery(t, test.q, test.want...)
		})
	}
	f.wantQuery(t, store.Query{PK: "nothing"})
}

// testQueryPrefixes has keys whose order by UTF-8 bytes is neither that of letters nor that of UTF-16.
func testQueryPrefixes(t *testing.T, f fixture) {
	ordered := []string{
		"A", "a", "a\x00b", "a#", "a#b", "a%", "a%23", "a~", "a\u007f", "a\u0080", "aÿ", "aÿz", "aĀ", "b",
		"é", "\u07ff", "\u0800", "\uffff", "😀", "\U0010ffff", "\U0010ffffz",
	}
	for _, sk := range slices.Backward(ordered) {
		f.put(t, item(sk, sk))
	}
	f.wantQuery(t, store.Query{PK: "p"}, ordered...)
	for _, test := range []struct {
		name, prefix string
		want         []string
	}{
		{"one letter, whatever follows", "a", ordered[1:13]},
		{"number sign", "a#", []string{"a#", "a#b"}},
		{"percent", "a%", []string{"a%", "a%23"}},
		{"highest of one byte", "a\u007f", []string{"a\u007f"}},
		{"highest of latin", "aÿ", []string{"aÿ", "aÿz"}},
		{"highest of two bytes", "\u07ff", []string{"\u07ff"}},
		{"highest of three bytes", "\uffff", []string{"\uffff"}},
		{"highest of all", "\U0010ffff", []string{"\U0010ffff", "\U0010ffffz"}},
		{"no pattern", "_", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			f.wantQuery(t, store.Query{PK: "p", Prefix: test.prefix}, test.want...)
		})
	}
}

func testQueryPages(t *testing.T, f fixture) {
	var all []string
	for n := range 25 {
		all = append(all, fmt.Sprintf("%02d", n))
		f.put(t, item(all[n], "body"))
	}
	for _, test := range []struct {
		name   string
		newest bool
	}{{"oldest first", false}, {"newest first", true}} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			q := store.Query{PK: "p", Limit: 7, Newest: test.newest}
			for len(got) <= len(all) {
				page, err := f.Query(t.Context(), q)
				if err != nil {
					t.Fatalf("Query(%+v) = %v", q, err)
				}
				got = append(got, sortKeys(page)...)
				if len(page) < q.Limit {
					break
				}
				q.After = page[len(page)-1].SK
			}
			want := slices.Clone(all)
			if test.newest {
				slices.Reverse(want)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("all pages: (-want +got)\n%s", diff)
			}
		})
	}
}

func testCancelled(t *testing.T, f fixture) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := f.Put(ctx, item("a", "a"), store.Always)
	wantKind(t, "Put(cancelled)", err, bot.Unavailable)
	f.wantBody(t, "a", "")
	_, err = f.Get(ctx, key("a"))
	wantKind(t, "Get(cancelled)", err, bot.Unavailable)
	_, err = f.Query(ctx, store.Query{PK: "p"})
	wantKind(t, "Query(cancelled)", err, bot.Unavailable)
}
