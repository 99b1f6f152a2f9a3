package store

import (
	"context"
	"time"
)

// Table is the thin contract that databases implement: items with a body, a version and an expiry under a two-part key.
// Reads are consistent. An expired item is absent at once, whether or not it has been deleted. Keys are not empty;
// neither are their parts. Errors are *bot.Error: not_found, conflict, too_large, unavailable, internal.
type Table interface {
	// Get gives one item; kind not_found if it is absent.
	Get(ctx context.Context, key Key) (Item, error)
	// BatchGet gives those of at most BatchLimit keys that exist, in no order.
	BatchGet(ctx context.Context, keys ...Key) ([]Item, error)
	// Put writes an item if the condition holds, else kind conflict, and gives its new version.
	Put(ctx context.Context, item Item, cond Condition) (version int64, err error)
	// Delete removes an item if the condition holds, else kind conflict. With Always an absent item is no error.
	Delete(ctx context.Context, key Key, cond Condition) error
	// BatchPut writes items without condition, at most BatchLimit; on an error some may have been written.
	BatchPut(ctx context.Context, items ...Item) error
	// Query gives items of one partition in the order of their sort keys.
	Query(ctx context.Context, q Query) ([]Item, error)
	// Transact does all operations or none; kind conflict if a condition does not hold. At most one operation an item and
	// TransactLimit in all: more is a mistake of the caller and panics.
	Transact(ctx context.Context, ops ...Op) error
}

// Limits that every table has.
const (
	BatchLimit    = 100
	TransactLimit = 100
	// MaxItemBytes is the size of an item: its keys, its body, and ItemOverhead for the rest.
	MaxItemBytes = 400 << 10
	ItemOverhead = 100
	MaxPKBytes   = 2048
	MaxSKBytes   = 1024
)

// Key is where an item lies: PK names its partition, SK its place in it.
type Key struct{ PK, SK string }

// Item is what a table keeps.
type Item struct {
	Key
	Body []byte
	// ExpiresAt is when the item ceases to be, in whole seconds; zero: never.
	ExpiresAt time.Time
	// Version is set by reads and ignored by writes. A version is never used twice for a key, not even after the item was
	// deleted or has expired: see NextVersion.
	Version int64
}

// Size is what counts against MaxItemBytes.
func (i Item) Size() int { return len(i.PK) + len(i.SK) + len(i.Body) + ItemOverhead }

// Condition says when a write takes effect.
type Condition int64

// The conditions. Any positive number is a version: the item exists and has it.
const (
	Always Condition = -1
	Absent Condition = 0
)

// IfVersion is the condition that an item is as it was read; Absent if it was not there.
func IfVersion(version int64) Condition { return Condition(version) }

// NextVersion is the version that a write gives an item: above the one it replaces, and above all versions it had before
// it was deleted, as those were made of earlier times.
func NextVersion(cond Condition, now time.Time) int64 {
	return max(int64(cond)+1, now.UnixMicro())
}

// Query asks for items of a partition whose sort key starts with Prefix.
type Query struct {
	PK     string
	Prefix string
	// After is the sort key to go on behind, not included; "" from the start (with Newest: from the end).
	After string
	// Limit is how many items at most, 0: all.
	Limit int
	// Newest turns the order round.
	Newest bool
}

// Op is one operation of a transaction: a put of Item, a delete, or only a check of the condition.
type Op struct {
	Verb Verb
	Item Item
	Cond Condition
}

// Verb is what an Op does.
type Verb int

// The verbs.
const (
	PutVerb Verb = iota
	DeleteVerb
	CheckVerb
)
