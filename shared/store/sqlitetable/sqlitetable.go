// Package sqlitetable keeps the store's items in the SQLite file.
package sqlitetable

import (
	"context"
	"time"

	"hookline/shared/bot"
	"hookline/shared/sqlitefile"
	"hookline/shared/store"
)

// A rowid table: WITHOUT ROWID keeps bodies in the tree that is searched, which made reads of 2 KB items three times
// slower.
const createItems = `CREATE TABLE items(
	pk TEXT NOT NULL, sk TEXT NOT NULL, version INTEGER NOT NULL,
	expires_at INTEGER NOT NULL DEFAULT 0, -- Unix seconds, 0: never
	body BLOB NOT NULL, PRIMARY KEY(pk,sk));
CREATE INDEX items_expiry ON items(expires_at) WHERE expires_at>0`

// Table is the store's table in one SQLite file. There is one Table a file.
type Table struct {
	file *sqlitefile.File
	now  func() time.Time
	// last is the highest version given since the file was opened. It keeps versions apart where the clock stands still
	// or is set back. Only writes touch it, and they run one at a time.
	last int64
}

var _ store.Table = (*Table)(nil)

// New gives the table of a file, creating it where it is missing.
func New(file *sqlitefile.File, now func() time.Time) (*Table, error) {
	if err := file.Migrate("items", createItems); err != nil {
		return nil, err
	}
	return &Table{file: file, now: now}, nil
}

// sweepBatch bounds a pass of Sweep, which holds up all writes while it runs.
const sweepBatch = 500

// Sweep deletes at most 500 expired items and gives their number: fewer than 500 and none are left.
func (t *Table) Sweep(ctx context.Context) (swept int, err error) {
	err = t.file.Write(ctx, func(c *sqlitefile.Conn) error {
		rows, err := c.Exec(`DELETE FROM items WHERE rowid IN
			(SELECT rowid FROM items WHERE expires_at>0 AND expires_at<=? LIMIT ?)`, t.now().Unix(), sweepBatch)
		swept = int(rows)
		return err
	})
	return swept, err
}

var errNotFound = bot.Errorf(bot.NotFound, "no such item")
