// Package sqlitequeue is a FIFO queue in the SQLite file. What waits is on the disk; which groups are being worked on is
// known in memory only, as all consumers are in one process: what a killed process was at is ready when the next one
// opens the file.
package sqlitequeue

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"hookline/shared/queue"
	"hookline/shared/sqlitefile"
)

// A row of groups exists while the group has a message; head is its oldest, ready_at the time from which that may be
// taken. Searching messages without it would read all of them.
const createTables = `CREATE TABLE messages(
	seq INTEGER PRIMARY KEY, queue TEXT NOT NULL, grp TEXT NOT NULL,
	sent_at INTEGER NOT NULL, -- Unix milliseconds, as all times here
	body BLOB NOT NULL);
CREATE INDEX messages_by_group ON messages(queue,grp);
CREATE TABLE groups(
	queue TEXT NOT NULL, grp TEXT NOT NULL, head INTEGER NOT NULL, ready_at INTEGER NOT NULL,
	PRIMARY KEY(queue,grp)) WITHOUT ROWID;
CREATE INDEX groups_ready ON groups(queue,ready_at);
CREATE TABLE dedupe(
	queue TEXT NOT NULL, id TEXT NOT NULL, expires_at INTEGER NOT NULL,
	PRIMARY KEY(queue,id)) WITHOUT ROWID;
CREATE INDEX dedupe_expiry ON dedupe(expires_at)`

// Queue is one queue of a file. There is one Queue a name and file: two would not know what the other is at.
type Queue struct {
	// Log takes what goes wrong with single jobs; nil: slog.Default().
	Log *slog.Logger

	file *sqlitefile.File
	name string
	now  func() time.Time
	wake chan struct{} // holds one token while a group may have become ready

	mu     sync.Mutex
	leases map[string]lease // by group
	taken  int64            // leases given so far
}

var _ queue.Sender = (*Queue)(nil)

// New gives the queue of a name, creating its tables where they are missing.
func New(file *sqlitefile.File, name string, now func() time.Time) (*Queue, error) {
	if err := file.Migrate("queue", createTables); err != nil {
		return nil, err
	}
	return &Queue{
		file: file, name: name, now: now,
		wake: make(chan struct{}, 1), leases: make(map[string]lease),
	}, nil
}

// Waiting gives the number of jobs that are not acknowledged, and when the oldest of them was sent: zero if there is
// none.
func (q *Queue) Waiting(ctx context.Context) (count int, oldest time.Time, err error) {
	err = q.file.Read(ctx, func(c *sqlitefile.Conn) error {
		var sent int64
		_, err := c.Row(`SELECT jobs, coalesce((SELECT sent_at FROM messages WHERE seq=first), 0)
			FROM (SELECT count(*) AS jobs, min(seq) AS first FROM messages WHERE queue=?)`, []any{q.name}, &count, &sent)
		if sent > 0 {
			oldest = time.UnixMilli(sent)
		}
		return err
	})
	return count, oldest, err
}

// sweepBatch bounds a pass of Sweep, which holds up all writes while it runs.
const sweepBatch = 500

// Sweep forgets at most 500 dedupe keys whose time is over, of this queue and all others in the file, and gives their
// number: fewer than 500 and none are left.
func (q *Queue) Sweep(ctx context.Context) (swept int, err error) {
	err = q.file.Write(ctx, func(c *sqlitefile.Conn) error {
		rows, err := c.Exec(`DELETE FROM dedupe WHERE (queue,id) IN
			(SELECT queue,id FROM dedupe WHERE expires_at<=? LIMIT ?)`, q.now().UnixMilli(), sweepBatch)
		swept = int(rows)
		return err
	})
	return swept, err
}

func (q *Queue) log() *slog.Logger {
	if q.Log == nil {
		return slog.Default()
	}
	return q.Log
}

// signal wakes one consumer that waits, or the next one that is about to.
func (q *Queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}
