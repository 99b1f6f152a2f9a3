package bot

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// How long, and how many, events of a user are remembered so that none of them moves a conversation twice.
const (
	SeenFor   = 48 * time.Hour
	SeenLimit = 128
)

// ConversationKey says whose conversation it is: one user in one chat of one channel.
type ConversationKey struct{ Channel, Chat, User string }

var keyEscaper = strings.NewReplacer("%", "%25", "#", "%23")

// EscapeKey makes an id fit for a key, whose parts are joined by '#'.
func EscapeKey(id string) string { return keyEscaper.Replace(id) }

// noUser stands in a key where the user is not known.
const noUser = "-"

// keyPart escapes a network's id. It never reads like what stands in for a missing one: "-", "user:…" or "event:…".
func keyPart(id string) string {
	if id == noUser {
		return "%2D"
	}
	return strings.ReplaceAll(EscapeKey(id), ":", "%3A")
}

// NewConversationKey gives the key of a user in a chat that has an id; user is "" where it is not known.
func NewConversationKey(channel, chat, user string) ConversationKey {
	key := ConversationKey{Channel: channel, Chat: keyPart(chat), User: noUser}
	if user != "" {
		key.User = keyPart(user)
	}
	return key
}

// Anonymous tells that nobody knows whose conversation it is.
func (k ConversationKey) Anonymous() bool { return k.User == noUser }

// Conversation gives the key of the conversation that an event belongs to. Without a chat it is the user's, without
// either it is the event's own.
func (e Event) Conversation() ConversationKey {
	key := ConversationKey{Channel: e.Channel, Chat: "event:" + EscapeKey(e.ID), User: noUser}
	if e.From != nil && e.From.ID != "" {
		key.User = keyPart(e.From.ID)
		key.Chat = "user:" + key.User
	}
	if e.Chat != nil && e.Chat.ID != "" {
		key.Chat = keyPart(e.Chat.ID)
	}
	return key
}

// Conversation is where one user stands in one chat of one channel.
type Conversation struct {
	State   string                  `json:"state,omitempty"`
	Context map[string]StateContext `json:"context,omitempty"`
	Seen    Seen                    `json:"seen,omitempty"`
	Outbox  *Outbox                 `json:"outbox,omitempty"`
	Failing *Failing                `json:"failing,omitempty"`
	// Since is when it came into its state.
	Since time.Time `json:"since,omitzero"`
	// MovedTo is the id under which the chat, and with it the conversation, goes on.
	MovedTo string `json:"moved_to,omitempty"`
	// UpdatedAt is when an event last moved it.
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	// ListedAt is when the store last noted that its user has a conversation in its chat.
	ListedAt time.Time `json:"listed_at,omitzero"`
	// Version is the store's, 0 before the first write; it is not part of the item's body.
	Version int64 `json:"-"`
}

// StateContext is what was captured and fetched when a state was left.
type StateContext struct {
	// Pattern holds the named groups; nil for one that took no part.
	Pattern  map[string]*string `json:"pattern,omitempty"`
	Response *StateResponse     `json:"response,omitempty"`
	LeftAt   time.Time          `json:"left_at,omitzero"`
}

// StateResponse is what is kept of an HTTP answer.
type StateResponse struct {
	Status int             `json:"status,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"`
}

// Outbox holds the replies of the last turn until the job that made them is acknowledged.
type Outbox struct {
	// Job is the job that committed it: a redelivery of that job sends what is left, any other job does not.
	Job      string   `json:"job"`
	Decision Decision `json:"decision"`
	Replies  []Reply  `json:"replies"`
}

// Left counts the parts that are still to be sent.
func (o *Outbox) Left() int {
	if o == nil {
		return 0
	}
	left := 0
	for _, r := range o.Replies {
		left += len(r.Parts) - r.Sent
	}
	return left
}

// Failing is a job's own count of tries, whatever the queue counts.
type Failing struct {
	Job   string    `json:"job"`
	Tries int       `json:"tries"`
	Since time.Time `json:"since"`
}

// Seen remembers events, oldest first: 8 bytes of SHA-256 of the id and the minute, 12 bytes an event.
type Seen []SeenEvent

// SeenEvent is one remembered event.
type SeenEvent struct {
	Hash   [8]byte
	Minute uint32
}

func seenHash(event string) (hash [8]byte) {
	sum := sha256.Sum256([]byte(event))
	copy(hash[:], sum[:])
	return hash
}

// Has tells whether the event is remembered at the time now.
func (s Seen) Has(event string, now time.Time) bool {
	hash, oldest := seenHash(event), minute(now.Add(-SeenFor))
	return slices.ContainsFunc(s, func(e SeenEvent) bool { return e.Hash == hash && e.Minute >= oldest })
}

// Add gives s with the event, without those past their time, at most SeenLimit. It does not change s.
func (s Seen) Add(event string, now time.Time) Seen {
	oldest := minute(now.Add(-SeenFor))
	kept := make(Seen, 0, len(s)+1)
	for _, e := range s {
		if e.Minute >= oldest {
			kept = append(kept, e)
		}
	}
	kept = append(kept, SeenEvent{seenHash(event), minute(now)})
	return kept[max(0, len(kept)-SeenLimit):]
}

func minute(t time.Time) uint32 { return uint32(max(0, t.Unix()/60)) }

const seenSize = 12

// MarshalText gives base64 of the events, 12 bytes each.
func (s Seen) MarshalText() ([]byte, error) {
	raw := make([]byte, 0, len(s)*seenSize)
	for _, e := range s {
		raw = append(raw, e.Hash[:]...)
		raw = binary.BigEndian.AppendUint32(raw, e.Minute)
	}
	return base64.RawStdEncoding.AppendEncode(nil, raw), nil
}

// UnmarshalText reads what MarshalText wrote.
func (s *Seen) UnmarshalText(text []byte) error {
	raw, err := base64.RawStdEncoding.DecodeString(string(text))
	if err != nil {
		return fmt.Errorf("seen events: %w", err)
	}
	if len(raw)%seenSize != 0 {
		return fmt.Errorf("seen events: %d bytes are no multiple of %d", len(raw), seenSize)
	}
	*s = make(Seen, 0, len(raw)/seenSize)
	for chunk := range slices.Chunk(raw, seenSize) {
		*s = append(*s, SeenEvent{[8]byte(chunk[:8]), binary.BigEndian.Uint32(chunk[8:])})
	}
	return nil
}
