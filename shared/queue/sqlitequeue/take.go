package sqlitequeue

import (
	"context"
	"time"

	"hookline/shared/queue"
	"hookline/shared/sqlitefile"
)

// lease keeps a group from other consumers until the visibility timeout. Its number tells it from a later one.
type lease struct {
	number int64
	until  time.Time
}

// delivery is a message that was taken.
type delivery struct {
	group string
	seq   int64
	body  []byte
	lease int64
}

// take gives at most n messages, each the oldest of a group that is ready and not being worked on, and leases their
// groups. The lock spans the reading: a lease that ends did so after its message was gone from the disk, so whoever
// sees no lease sees the next message. It is taken on the connection, not before: writes wait for it too.
func (q *Queue) take(ctx context.Context, n int) (taken []delivery, err error) {
	err = q.file.Read(ctx, func(c *sqlitefile.Conn) error {
		q.mu.Lock()
		defer q.mu.Unlock()
		now := q.now()
		q.expire(now)
		ready, err := q.ready(c, n, now)
		if err != nil {
			return err
		}
		for i := range ready {
			q.taken++
			ready[i].lease = q.taken
			q.leases[ready[i].group] = lease{q.taken, now.Add(queue.Visibility)}
		}
		taken = ready
		return nil
	})
	return taken, err
}

// ready reads the messages that may be taken, bodies only of those.
func (q *Queue) ready(c *sqlitefile.Conn, n int, now time.Time) ([]delivery, error) {
	ready, err := q.heads(c, n, now)
	if err != nil {
		return nil, err
	}
	for i := range ready {
		_, err := c.Row("SELECT body FROM messages WHERE seq=?", []any{ready[i].seq}, &ready[i].body)
		if err != nil {
			return nil, err
		}
	}
	return ready, nil
}

// heads looks at more groups than it takes, as those in work stand among those that are ready.
func (q *Queue) heads(c *sqlitefile.Conn, n int, now time.Time) (heads []delivery, err error) {
	rows, err := c.Query("SELECT grp, head FROM groups WHERE queue=? AND ready_at<=? ORDER BY ready_at LIMIT ?",
		q.name, now.UnixMilli(), n+len(q.leases))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for len(heads) < n && rows.Next() {
		var d delivery
		if err := rows.Scan(&d.group, &d.seq); err != nil {
			return nil, err
		}
		if _, busy := q.leases[d.group]; !busy {
			heads = append(heads, d)
		}
	}
	return heads, rows.Err()
}

// expire ends the leases whose time is over.
func (q *Queue) expire(now time.Time) {
	for group, lease := range q.leases {
		if !lease.until.After(now) {
			delete(q.leases, group)
		}
	}
}

// settle carries out what became of a delivery and ends its lease. A consumer that took too long has lost its lease;
// then the message is another's and nothing changes.
func (q *Queue) settle(ctx context.Context, d delivery, r queue.Result) error {
	err := q.file.Write(ctx, func(c *sqlitefile.Conn) error {
		switch {
		case !q.holds(d):
			return nil
		case r.HandBack:
			return q.delay(c, d, r.After)
		}
		return q.remove(c, d)
	})
	if err != nil {
		return err // the lease stands: as long as the disk does not answer, the job is not tried again and again
	}
	q.release(d)
	return nil
}

func (q *Queue) holds(d delivery) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	lease, ok := q.leases[d.group]
	return ok && lease.number == d.lease && lease.until.After(q.now())
}

func (q *Queue) release(d delivery) {
	q.mu.Lock()
	if q.leases[d.group].number == d.lease {
		delete(q.leases, d.group)
	}
	q.mu.Unlock()
	q.signal()
}

// delay puts a group back for a time.
func (q *Queue) delay(c *sqlitefile.Conn, d delivery, after time.Duration) error {
	_, err := c.Exec("UPDATE groups SET ready_at=? WHERE queue=? AND grp=? AND head=?",
		q.now().Add(after).UnixMilli(), q.name, d.group, d.seq)
	return err
}

// remove deletes a message. Its group goes with it if it was the last, else queues up behind the others with its next.
func (q *Queue) remove(c *sqlitefile.Conn, d delivery) error {
	last, err := c.Exec(`DELETE FROM groups WHERE queue=?1 AND grp=?2 AND head=?3
		AND NOT EXISTS(SELECT 1 FROM messages WHERE queue=?1 AND grp=?2 AND seq>?3)`, q.name, d.group, d.seq)
	if err != nil {
		return err
	}
	if last == 0 {
		_, err := c.Exec(`UPDATE groups SET ready_at=?4, head=
			(SELECT min(seq) FROM messages WHERE queue=?1 AND grp=?2 AND seq>?3)
			WHERE queue=?1 AND grp=?2 AND head=?3`, q.name, d.group, d.seq, q.now().UnixMilli())
		if err != nil {
			return err
		}
	}
	_, err = c.Exec("DELETE FROM messages WHERE seq=?", d.seq)
	return err
}
