package store

import (
	"fmt"
	"unicode/utf8"

	"hookline/shared/bot"
)

// Check tells whether every table takes the key: kind invalid where a part is empty or not UTF-8, too_large where one is
// too long.
func (k Key) Check() error {
	switch {
	case k.PK == "" || k.SK == "":
		return bot.Errorf(bot.Invalid, "a key is empty")
	case !utf8.ValidString(k.PK) || !utf8.ValidString(k.SK):
		return bot.Errorf(bot.Invalid, "a key is not valid UTF-8")
	case len(k.PK) > MaxPKBytes:
		return tooLarge("a partition key", len(k.PK), MaxPKBytes)
	case len(k.SK) > MaxSKBytes:
		return tooLarge("a sort key", len(k.SK), MaxSKBytes)
	}
	return nil
}

// Check tells whether every table takes the item; errors as of Key.Check.
func (i Item) Check() error {
	if err := i.Key.Check(); err != nil {
		return err
	}
	if size := i.Size(); size > MaxItemBytes {
		return tooLarge("an item", size, MaxItemBytes)
	}
	return nil
}

// CheckBatch checks the keys or items of one batch: kind too_large beyond BatchLimit, else the first one's error.
func CheckBatch[T interface{ Check() error }](batch []T) error {
	if len(batch) > BatchLimit {
		return bot.Errorf(bot.TooLarge, fmt.Sprintf("a batch of %d, the limit is %d", len(batch), BatchLimit))
	}
	for _, element := range batch {
		if err := element.Check(); err != nil {
			return err
		}
	}
	return nil
}

// CheckOps checks the operations of a transaction. It panics on what a caller must not ask: databases refuse it, or
// worse, take it.
func CheckOps(ops []Op) error {
	if len(ops) > TransactLimit {
		panic(fmt.Sprintf("store: %d operations in a transaction, the limit is %d", len(ops), TransactLimit))
	}
	seen := make(map[Key]bool, len(ops))
	for _, op := range ops {
		if seen[op.Item.Key] {
			panic("store: two operations for one item in a transaction")
		}
		seen[op.Item.Key] = true
	}
	for _, op := range ops {
		if err := op.check(); err != nil {
			return err
		}
	}
	return nil
}

func (o Op) check() error {
	if o.Verb == PutVerb {
		return o.Item.Check()
	}
	return o.Item.Key.Check()
}

func tooLarge(what string, size, limit int) error {
	return bot.Errorf(bot.TooLarge, fmt.Sprintf("%s of %d bytes, the limit is %d", what, size, limit))
}
