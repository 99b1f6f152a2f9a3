package main

import (
	"context"
	"path/filepath"
	"time"

	"hookline/shared/queue"
	"hookline/shared/queue/sqlitequeue"
	"hookline/shared/sqlitefile"
	"hookline/shared/store/sqlitetable"
)

// databaseFile is the name of the database in the data directory.
const databaseFile = "hookline.db"

// backup copies the database of a data directory, while a server uses it or not.
func backup(ctx context.Context, data, file string) error {
	return sqlitefile.Backup(ctx, filepath.Join(data, databaseFile), file)
}

// restore makes the database of a data directory of a backup.
func restore(ctx context.Context, data, file string) error {
	return sqlitefile.Restore(ctx, file, filepath.Join(data, databaseFile), func(f *sqlitefile.File) error {
		if _, err := sqlitetable.New(f, time.Now); err != nil {
			return err
		}
		_, err := sqlitequeue.New(f, queue.Conversations, time.Now)
		return err
	})
}
