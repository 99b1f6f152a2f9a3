package sqlitefile

import (
	"context"
	"fmt"

	"hookline/shared/bot"
)

const createSchemas = `CREATE TABLE IF NOT EXISTS schemas(name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID`

// Migrate brings the tables of one owner up to date. Step n takes them from version n to n+1; what has once been released
// is not changed any more, only added to. Kind conflict: the file was written by a newer Hookline.
func (f *File) Migrate(name string, steps ...string) error {
	return f.Write(context.Background(), func(c *Conn) error {
		if _, err := c.Exec(createSchemas); err != nil {
			return err
		}
		var version int
		if _, err := c.Row("SELECT version FROM schemas WHERE name=?", []any{name}, &version); err != nil {
			return err
		}
		if version > len(steps) {
			return bot.Errorf(bot.Conflict, fmt.Sprintf(
				"the data was written by a newer hookline: %s has version %d, this one knows %d", name, version, len(steps)))
		}
		for _, step := range steps[version:] {
			if _, err := c.Exec(step); err != nil {
				return err
			}
		}
		_, err := c.Exec("INSERT INTO schemas VALUES(?,?) ON CONFLICT(name) DO UPDATE SET version=excluded.version",
			name, len(steps))
		return err
	})
}
