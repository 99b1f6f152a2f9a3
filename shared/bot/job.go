package bot

import (
	"crypto/rand"
	"fmt"
	"time"
)

// JobKind is what a job asks for.
type JobKind string

// The kinds of jobs.
const (
	EventJob JobKind = "event" // handle an event
	ReplyJob JobKind = "reply" // send what a dead letter still holds

	PageJob     JobKind = "page"     // queue deliveries of a call to a hook, and the next page
	DeliveryJob JobKind = "delivery" // send a call to one recipient
)

// Job is what travels on the queue.
type Job struct {
	// ID is made when the job is accepted: the same at each redelivery by the queue, another when the network posts the
	// same event again.
	ID         string    `json:"id"`
	Kind       JobKind   `json:"kind"`
	AcceptedAt time.Time `json:"accepted_at"`
	Channel    string    `json:"channel"`
	// Bot is the id of the channel's bot, so that one read fetches all that a turn needs.
	Bot   string `json:"bot"`
	Event *Event `json:"event,omitempty"`
	// Call is, of page and delivery jobs, what they are about.
	Call *CallShare `json:"call,omitempty"`
	// Redrive is set on a job that was buried and is tried again.
	Redrive *Redrive `json:"redrive,omitempty"`
	// Trace is the X-Ray trace, Root=…;Parent=…;Sampled=…, of the call from outside that the job comes from.
	Trace string `json:"trace,omitempty"`
}

// Redrive says which dead letter, of the job's bot, a job was taken from.
type Redrive struct {
	Letter string `json:"letter"`
	Count  int    `json:"count"`
	// Group is the group of the job that was buried: a reply job has no event to tell it.
	Group string `json:"group"`
}

// NewEventJob makes the job for an event of a channel that was accepted at the time now.
func NewEventJob(ch Channel, e Event, now time.Time) Job {
	return Job{ID: rand.Text(), Kind: EventJob, AcceptedAt: now.UTC(), Channel: ch.ID, Bot: ch.Bot, Event: &e}
}

// Group is the readable name of the job's FIFO group: all jobs of one chat are in one, and so are the
// pages of a hook's calls, so that each chat gets them in the order in which they were made.
func (j Job) Group() string {
	switch {
	case j.Event != nil:
		return j.Channel + "#" + j.Event.Conversation().Chat
	case j.Call != nil && j.Kind == DeliveryJob:
		return j.Call.To.Group(j.Channel)
	case j.Call != nil:
		return "hook:" + j.Call.Hook
	case j.Redrive != nil:
		return j.Redrive.Group
	}
	return j.Channel + "#job:" + j.ID
}

// DedupeKey is the readable name under which the queue drops a second copy. It contains the group.
func (j Job) DedupeKey() string {
	key := j.Group() + "#"
	switch {
	case j.Event != nil:
		key += EscapeKey(j.Event.ID)
	case j.Call != nil:
		key += "call:" + j.Call.Call + "#" + j.Call.After
	}
	if j.Redrive != nil {
		key += fmt.Sprintf("#%s#%d", j.Redrive.Letter, j.Redrive.Count)
	}
	return key
}

// Try names the job's own series of tries: a redriven job starts a new one.
func (j Job) Try() string {
	if j.Redrive == nil {
		return j.ID
	}
	return fmt.Sprintf("%s.%d", j.ID, j.Redrive.Count)
}

// LetterID is the key of the job's dead letter: the same however often it is buried.
func (j Job) LetterID() string {
	if j.Redrive != nil {
		return j.Redrive.Letter
	}
	return j.AcceptedAt.UTC().Format(KeyTime) + "-" + j.ID
}

// KeyTime is how times stand in keys: they sort as they passed.
const KeyTime = "20060102T150405.000Z"

// DeadLetter is a buried job: it can be looked at, mended and redriven.
type DeadLetter struct {
	ID       string    `json:"id"`
	Bot      string    `json:"bot"`
	Channel  string    `json:"channel"`
	Job      Job       `json:"job"`
	Kind     ErrorKind `json:"kind"`
	Reason   string    `json:"reason,omitempty"`
	Message  string    `json:"message"`
	Tries    int       `json:"tries"`
	BuriedAt time.Time `json:"buried_at"`
	// Unsent holds the replies that were committed and not wholly sent. A letter that has some is redriven as a ReplyJob.
	Unsent []Reply `json:"unsent,omitempty"`
	// Decision is that of the turn, if it was committed.
	Decision Decision `json:"decision,omitzero"`
	Redriven int      `json:"redriven,omitempty"`
	// RedrivenAt is when it was last redriven; zero once its job is buried again, or was skipped.
	RedrivenAt time.Time `json:"redriven_at,omitzero"`
	// Failing counts the tries of a reply job, which has no conversation to keep them.
	Failing *Failing `json:"failing,omitempty"`
	Version int64    `json:"-"`
}
