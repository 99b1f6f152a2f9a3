package store_test

import (
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func TestCheck(t *testing.T) {
	long := strings.Repeat("k", store.MaxPKBytes)
	key := store.Key{PK: "p", SK: "s"}
	body := func(size int) []byte { return make([]byte, size-len("ps")-store.ItemOverhead) }
	for _, test := range []struct {
		name string
		item store.Item
		want bot.ErrorKind
	}{
		{"longest", store.Item{Key: store.Key{PK: long, SK: long[:store.MaxSKBytes]}}, ""},
		{"partition key too long", store.Item{Key: store.Key{PK: long + "k", SK: "s"}}, bot.TooLarge},
		{"sort key too long", store.Item{Key: store.Key{PK: "p", SK: long[:store.MaxSKBytes+1]}}, bot.TooLarge},
		{"no partition key", store.Item{Key: store.Key{SK: "s"}}, bot.Invalid},
		{"no sort key", store.Item{Key: store.Key{PK: "p"}}, bot.Invalid},
		{"not UTF-8", store.Item{Key: store.Key{PK: "p", SK: "\xff"}}, bot.Invalid},
		{"largest", store.Item{Key: key, Body: body(store.MaxItemBytes)}, ""},
		{"too large", store.Item{Key: key, Body: body(store.MaxItemBytes + 1)}, bot.TooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			for call, err := range map[string]error{
				"Check":             test.item.Check(),
				"CheckBatch":        store.CheckBatch([]store.Item{{Key: key}, test.item}),
				"CheckOps":          store.CheckOps([]store.Op{{Verb: store.PutVerb, Item: test.item}}),
				"CheckBatch (keys)": store.CheckBatch([]store.Key{test.item.Key}),
			} {
				want := test.want
				if call == "CheckBatch (keys)" && len(test.item.Body) > 0 {
					want = ""
				}
				if got := bot.KindOf(err); got != want {
					t.Errorf("%s() = %v, want kind %q", call, err, want)
				}
			}
		})
	}
	if err := store.CheckBatch(make([]store.Key, store.BatchLimit+1)); bot.KindOf(err) != bot.TooLarge {
		t.Errorf("CheckBatch(%d keys) = %v, want too_large", store.BatchLimit+1, err)
	}
}
