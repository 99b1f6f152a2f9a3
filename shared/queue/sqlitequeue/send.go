package sqlitequeue

import (
	"context"
	"time"

	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/sqlitefile"
)

// dedupeWindow is how long a dedupe key is remembered, as SQS FIFO does.
const dedupeWindow = 5 * time.Minute

type message struct {
	group, dedupe string
	body          []byte
}

// Send implements queue.Sender. It stores all jobs or none.
func (q *Queue) Send(ctx context.Context, jobs ...bot.Job) error {
	messages := make([]message, len(jobs))
	for i, job := range jobs {
		var err error
		if messages[i], err = encode(job); err != nil {
			return err
		}
	}
	err := q.file.Write(ctx, func(c *sqlitefile.Conn) error {
		for _, m := range messages {
			if err := q.insert(c, m); err != nil {
				return err
			}
		}
		return nil
	})
	q.signal()
	return err
}

func encode(job bot.Job) (message, error) {
	body, err := queue.Encode(job)
	if err != nil {
		return message{}, err
	}
	return message{group: queue.ID(job.Group()), dedupe: queue.ID(job.DedupeKey()), body: body}, nil
}

func (q *Queue) insert(c *sqlitefile.Conn, m message) error {
	now := q.now()
	fresh, err := c.Exec(`INSERT INTO dedupe VALUES(?1,?2,?3) ON CONFLICT(queue,id)
		DO UPDATE SET expires_at=excluded.expires_at WHERE dedupe.expires_at<=?4`,
		q.name, m.dedupe, now.Add(dedupeWindow).UnixMilli(), now.UnixMilli())
	if err != nil || fresh == 0 {
		return err
	}
	seq, err := c.Insert("INSERT INTO messages(queue,grp,sent_at,body) VALUES(?,?,?,?)",
		q.name, m.group, now.UnixMilli(), m.body)
	if err != nil {
		return err
	}
	_, err = c.Exec("INSERT INTO groups VALUES(?,?,?,?) ON CONFLICT DO NOTHING", q.name, m.group, seq, now.UnixMilli())
	return err
}
