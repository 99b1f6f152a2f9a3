// Package queue says how jobs travel: a Sender takes them durably, a consumer gets them group by group and says what
// became of each. SQS FIFO and one SQLite file are below it.
package queue

import (
	"context"
	"time"

	"hookline/shared/bot"
)

// Names of the queues. No order between the two is promised: a broadcast does not starve chats.
const (
	Conversations = "conversations"
	Notifications = "notifications"
)

// Sender puts jobs on a queue.
type Sender interface {
	// Send returns nil only once every job is stored durably. Jobs of one group keep their order. A job whose DedupeKey
	// was taken in the last five minutes is dropped, and that is success. An error (kind unavailable, or too_large)
	// leaves any of them stored or not: send all of them again.
	Send(ctx context.Context, jobs ...bot.Job) error
}

// MaxJobBytes is the size of a job, encoded, that every queue takes.
const MaxJobBytes = 256 << 10

// Time budgets of a job.
const (
	// JobTime is how long a job may run: the deadline of its context.
	JobTime = 30 * time.Second
	// StartReserve is how much of it must be left for a job to be started.
	StartReserve = 20 * time.Second
	// Visibility is how long a taken job is kept from others.
	Visibility = 90 * time.Second
)

// Handler tries a job and says what becomes of it. Its context's deadline is when the job must have ended.
type Handler func(ctx context.Context, job bot.Job) Result

// Result is what becomes of a job that was tried: the zero value acknowledges it.
type Result struct {
	// HandBack puts the job, and with it its group, back for After.
	HandBack bool
	After    time.Duration
}

// Done acknowledges a job.
func Done() Result { return Result{} }

// HandBack gives a job back for a time.
func HandBack(after time.Duration) Result { return Result{HandBack: true, After: after} }
