package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/queue/sqlitequeue"
	"hookline/shared/secret"
	"hookline/shared/sqlitefile"
	"hookline/shared/store"
	"hookline/shared/store/sqlitetable"
)

// open opens what is kept in the data directory and writes the admin token there.
func (s *server) open(file *sqlitefile.File) (err error) {
	if s.keys, err = secret.OpenFile(filepath.Join(s.Data, "master-key")); err != nil {
		return err
	}
	if s.table, err = sqlitetable.New(file, time.Now); err != nil {
		return err
	}
	if s.queue, err = sqlitequeue.New(file, queue.Conversations, time.Now); err != nil {
		return err
	}
	if s.notices, err = sqlitequeue.New(file, queue.Notifications, time.Now); err != nil {
		return err
	}
	s.queue.Log, s.notices.Log = s.Log, s.Log
	s.store = store.New(s.table, s.keys, time.Now)
	s.token = s.keys.AdminToken(account)
	return writePrivate(filepath.Join(s.Data, "admin-token"), s.token.Reveal()+"\n")
}

// writePrivate writes a file that only its owner may read, whole or not at all.
func writePrivate(path, text string) error {
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		return bot.Wrap(bot.Unavailable, "cannot write the data directory", err)
	}
	return os.Rename(path+".new", path)
}

// sweepEvery is how often what has expired is deleted. It is absent long before; at full load a minute leaves half a
// million keys of duplicates to forget.
const sweepEvery = time.Minute

// sweep deletes expired items, a few at a time, now and then.
func (s *server) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		for _, sweep := range []func(context.Context) (int, error){s.table.Sweep, s.queue.Sweep} {
			if err := drain(ctx, sweep); err != nil && ctx.Err() == nil {
				s.Log.Warn("expired items were not deleted", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// drain sweeps until nothing is left.
func drain(ctx context.Context, sweep func(context.Context) (int, error)) error {
	for ctx.Err() == nil {
		if swept, err := sweep(ctx); err != nil || swept == 0 {
			return err
		}
	}
	return nil
}
