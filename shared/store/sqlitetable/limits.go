package sqlitetable

import (
	"fmt"
	"unicode/utf8"

	"hookline/shared/bot"
	"hookline/shared/store"
)

func checkKey(key store.Key) error {
	switch {
	case key.PK == "" || key.SK == "":
		return bot.Errorf(bot.Invalid, "a key is empty")
	case !utf8.ValidString(key.PK) || !utf8.ValidString(key.SK):
		return bot.Errorf(bot.Invalid, "a key is not valid UTF-8")
	case len(key.PK) > store.MaxPKBytes:
		return tooLarge("a partition key", len(key.PK), store.MaxPKBytes)
	case len(key.SK) > store.MaxSKBytes:
		return tooLarge("a sort key", len(key.SK), store.MaxSKBytes)
	}
	return nil
}

func checkItem(item store.Item) error {
	if err := checkKey(item.Key); err != nil {
		return err
	}
	if size := item.Size(); size > store.MaxItemBytes {
		return tooLarge("an item", size, store.MaxItemBytes)
	}
	return nil
}

func checkOp(op store.Op) error {
	if op.Verb == store.PutVerb {
		return checkItem(op.Item)
	}
	return checkKey(op.Item.Key)
}

func tooLarge(what string, size, limit int) error {
	return bot.Errorf(bot.TooLarge, fmt.Sprintf("%s of %d bytes, the limit is %d", what, size, limit))
}

// mustBeDistinct panics on what a caller must not ask: other databases refuse it, or worse, take it.
func mustBeDistinct(ops []store.Op) {
	if len(ops) > store.TransactLimit {
		panic(fmt.Sprintf("sqlitetable: %d operations in a transaction, the limit is %d", len(ops), store.TransactLimit))
	}
	seen := make(map[store.Key]bool, len(ops))
	for _, op := range ops {
		if seen[op.Item.Key] {
			panic("sqlitetable: two operations for one item in a transaction")
		}
		seen[op.Item.Key] = true
	}
}
