package sqlitetable

import (
	"context"
	"strings"
	"time"

	"hookline/shared/sqlitefile"
	"hookline/shared/store"
)

// Get implements store.Table.
func (t *Table) Get(ctx context.Context, key store.Key) (store.Item, error) {
	items, err := t.BatchGet(ctx, key)
	if err != nil {
		return store.Item{}, err
	}
	if len(items) == 0 {
		return store.Item{}, errNotFound
	}
	return items[0], nil
}

// BatchGet implements store.Table. The items are of one moment.
func (t *Table) BatchGet(ctx context.Context, keys ...store.Key) ([]store.Item, error) {
	if err := store.CheckBatch(keys); err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, nil
	}
	args := make([]any, 0, 1+2*len(keys))
	args = append(args, t.now().Unix())
	for _, key := range keys {
		args = append(args, key.PK, key.SK)
	}
	return t.read(ctx, batchQueries[len(keys)], args)
}

// batchQueries holds the query for each number of keys.
var batchQueries = func() (queries [store.BatchLimit + 1]string) {
	for n := range queries {
		queries[n] = selectItems + "(pk,sk) IN (VALUES " + strings.Repeat(",(?,?)", n)[min(1, n):] + ")"
	}
	return queries
}()

// The condition is written so that it does not look like the one of the partial index: SQLite would prepare the statement anew
// for each value bound, to see whether it implies that one.
const selectItems = "SELECT pk,sk,version,expires_at,body FROM items WHERE NOT (expires_at BETWEEN 1 AND ?) AND "

// Query implements store.Table.
func (t *Table) Query(ctx context.Context, q store.Query) ([]store.Item, error) {
	if err := (store.Key{PK: q.PK, SK: "-"}).Check(); err != nil {
		return nil, err
	}
	from, to := q.Prefix, prefixEnd(q.Prefix)
	order := "ASC"
	switch {
	case q.Newest:
		order = "DESC"
		if q.After != "" {
			to = min(to, q.After)
		}
	case q.After != "":
		from = max(from, q.After+"\x00") // the very next key
	}
	limit := q.Limit
	if limit == 0 {
		limit = -1
	}
	return t.read(ctx, selectItems+"pk=? AND sk>=? AND sk<? ORDER BY sk "+order+" LIMIT ?",
		[]any{t.now().Unix(), q.PK, from, to, limit})
}

// prefixEnd is the first string behind all that start with prefix, by bytes. No byte of UTF-8 is as high as 0xff: there
// is always a higher one.
func prefixEnd(prefix string) string {
	if prefix == "" {
		return "\xff"
	}
	last := len(prefix) - 1
	return prefix[:last] + string([]byte{prefix[last] + 1})
}

func (t *Table) read(ctx context.Context, query string, args []any) (items []store.Item, err error) {
	err = t.file.Read(ctx, func(c *sqlitefile.Conn) error {
		rows, err := c.Query(query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var item store.Item
			var expires int64
			if err := rows.Scan(&item.PK, &item.SK, &item.Version, &expires, &item.Body); err != nil {
				return err
			}
			if expires > 0 {
				item.ExpiresAt = time.Unix(expires, 0).UTC()
			}
			items = append(items, item)
		}
		return rows.Err()
	})
	return items, err
}
