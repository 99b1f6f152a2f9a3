package sqlitetable

import (
	"context"
	"time"

	"hookline/shared/bot"
	"hookline/shared/sqlitefile"
	"hookline/shared/store"
)

// Put implements store.Table.
func (t *Table) Put(ctx context.Context, item store.Item, cond store.Condition) (version int64, err error) {
	if err := item.Check(); err != nil {
		return 0, err
	}
	err = t.file.Write(ctx, func(c *sqlitefile.Conn) (err error) {
		version, err = t.put(c, item, cond)
		return err
	})
	return version, err
}

// Delete implements store.Table.
func (t *Table) Delete(ctx context.Context, key store.Key, cond store.Condition) error {
	if err := key.Check(); err != nil {
		return err
	}
	return t.file.Write(ctx, func(c *sqlitefile.Conn) error { return t.remove(c, key, cond) })
}

// BatchPut implements store.Table. It writes all or none.
func (t *Table) BatchPut(ctx context.Context, items ...store.Item) error {
	if err := store.CheckBatch(items); err != nil {
		return err
	}
	return t.file.Write(ctx, func(c *sqlitefile.Conn) error {
		for _, item := range items {
			if _, err := t.put(c, item, store.Always); err != nil {
				return err
			}
		}
		return nil
	})
}

// Transact implements store.Table.
func (t *Table) Transact(ctx context.Context, ops ...store.Op) error {
	if err := store.CheckOps(ops); err != nil {
		return err
	}
	return t.file.Write(ctx, func(c *sqlitefile.Conn) error {
		// All conditions come before the first change: an operation that fails without one costs its neighbours nothing.
		for _, op := range ops {
			if _, err := t.check(c, op.Item.Key, op.Cond); err != nil {
				return err
			}
		}
		for _, op := range ops {
			if err := t.apply(c, op); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *Table) apply(c *sqlitefile.Conn, op store.Op) error {
	switch op.Verb {
	case store.PutVerb:
		_, err := t.put(c, op.Item, op.Cond)
		return err
	case store.DeleteVerb:
		return t.remove(c, op.Item.Key, op.Cond)
	}
	return nil
}

// put checks first and then writes, though one statement could do both: reading a row that is written next costs
// little, and so there is one way for all conditions.
func (t *Table) put(c *sqlitefile.Conn, item store.Item, cond store.Condition) (int64, error) {
	old, err := t.check(c, item.Key, cond)
	if err != nil {
		return 0, err
	}
	version := max(store.NextVersion(cond, t.now()), old+1, t.last+1)
	t.last = version
	body := item.Body
	if body == nil {
		body = []byte{}
	}
	_, err = c.Exec(`INSERT INTO items(pk,sk,version,expires_at,body) VALUES(?,?,?,?,?) ON CONFLICT(pk,sk)
		DO UPDATE SET version=excluded.version, expires_at=excluded.expires_at, body=excluded.body`,
		item.PK, item.SK, version, expiry(item.ExpiresAt), body)
	return version, err
}

func (t *Table) remove(c *sqlitefile.Conn, key store.Key, cond store.Condition) error {
	if _, err := t.check(c, key, cond); err != nil {
		return err
	}
	_, err := c.Exec("DELETE FROM items WHERE pk=? AND sk=?", key.PK, key.SK)
	return err
}

// check gives the version of the row that is there, expired or not, if the condition holds of the item.
func (t *Table) check(c *sqlitefile.Conn, key store.Key, cond store.Condition) (version int64, err error) {
	var expires int64
	found, err := c.Row("SELECT version, expires_at FROM items WHERE pk=? AND sk=?", []any{key.PK, key.SK},
		&version, &expires)
	if err != nil {
		return 0, err
	}
	live := store.Absent
	if found && (expires == 0 || expires > t.now().Unix()) {
		live = store.IfVersion(version)
	}
	if cond != store.Always && cond != live {
		return 0, bot.Errorf(bot.Conflict, "the item was changed by another")
	}
	return version, nil
}

// expiry is how a time of expiry is stored: 0 is never, so that the first second of 1970 and all before are 1.
func expiry(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return max(1, t.Unix())
}
