package bot

import (
	"crypto/rand"
	"encoding/json"
	"time"
)

// CallKept is how long a call to a hook, and what became of it, is kept.
const CallKept = 7 * 24 * time.Hour

// Call is what an application posted to a hook, on its way to the hook's recipients. The posted body is kept beside it.
type Call struct {
	ID         string    `json:"id"`
	Hook       string    `json:"hook"` // id
	Bot        string    `json:"bot"`  // id
	AcceptedAt time.Time `json:"accepted_at"`
	// Cursor is the last recipient whose delivery was queued, Queued how many were, and Paged tells that no more follow.
	Cursor string `json:"cursor,omitempty"`
	Queued int    `json:"queued,omitempty"`
	Paged  bool   `json:"paged,omitempty"`
	// NextPage is when the networks take the next page.
	NextPage time.Time `json:"next_page,omitzero"`
	Failing  *Failing  `json:"failing,omitempty"`
	Trace    string    `json:"trace,omitempty"`
	Version  int64     `json:"-"`
}

// DeliveryOutcome is how a delivery ended; "" while it waits.
type DeliveryOutcome string

// The outcomes of deliveries.
const (
	DeliverySent    DeliveryOutcome = "sent"
	DeliverySkipped DeliveryOutcome = "skipped" // the recipient was not to be written to, and Reason says why
	DeliveryFailed  DeliveryOutcome = "failed"  // buried: its dead letter can be redriven
)

// Delivery is a call for one recipient: it is what is left to send, and later the report of what became of it.
type Delivery struct {
	Channel string `json:"channel"` // id while stored, name when shown
	Address
	Outcome DeliveryOutcome `json:"outcome,omitempty"`
	Reason  string          `json:"reason,omitempty"`
	Notes   []string        `json:"notes,omitempty"`
	// At is when it was last worked on.
	At time.Time `json:"at,omitzero"`
	// Replies are what was rendered, until all of it is sent.
	Replies []Reply  `json:"replies,omitempty"`
	Failing *Failing `json:"failing,omitempty"`
	Version int64    `json:"-"`
}

// CallShare is the share of a call that a job is about: a page of its recipients, or one of them.
type CallShare struct {
	Call string `json:"call"` // id
	Hook string `json:"hook"` // id
	// Sending tells that the call is to no hook: its body is a Sending.
	Sending bool `json:"sending,omitempty"`
	// To is, of a delivery job, the recipient.
	To Address `json:"to,omitzero"`
	// After is, of a page job, the recipient behind whom the page begins, "" for the first one. NotBefore is when.
	After     string    `json:"after,omitempty"`
	NotBefore time.Time `json:"not_before,omitzero"`
}

// Sending is what an application has a bot say to one chat: the body of a call to no hook.
type Sending struct {
	Channel string `json:"channel"` // id
	Address
	Response *Response `json:"response"`
	// Data is what the templates of the response see as {{ data }}; none: nothing.
	Data json.RawMessage `json:"data,omitempty"`
}

// NewPageJob makes the job that queues the next page of a call's deliveries.
func NewPageJob(c Call, now time.Time) Job {
	return Job{
		ID: rand.Text(), Kind: PageJob, AcceptedAt: now.UTC(), Bot: c.Bot, Trace: c.Trace,
		Call: &CallShare{Call: c.ID, Hook: c.Hook, After: c.Cursor, NotBefore: c.NextPage},
	}
}

// NewDeliveryJob makes the job that sends a call to a recipient on a channel.
func NewDeliveryJob(c Call, channel string, to Address, now time.Time) Job {
	return Job{
		ID: rand.Text(), Kind: DeliveryJob, AcceptedAt: now.UTC(), Channel: channel, Bot: c.Bot, Trace: c.Trace,
		Call: &CallShare{Call: c.ID, Hook: c.Hook, To: to},
	}
}

// NewSendingJob makes the job that sends a Sending: a delivery of a call that has no other.
func NewSendingJob(c Call, s Sending, now time.Time) Job {
	job := NewDeliveryJob(c, s.Channel, s.Address, now)
	job.Call.Sending = true
	return job
}

// Group names the chat that an address of a channel is in: its FIFO group, in which a hook has one recipient.
func (a Address) Group(channel string) string {
	e := Event{From: &Person{ID: a.User}, Chat: &Chat{ID: a.Chat}}
	return channel + "#" + e.Conversation().Chat
}
