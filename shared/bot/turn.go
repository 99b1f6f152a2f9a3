package bot

import "time"

// Outcome is how a turn ended.
type Outcome string

// The outcomes.
const (
	Replied    Outcome = "replied"     // everything that was rendered has been sent
	Silent     Outcome = "silent"      // no handler fired, or the one that did says nothing
	HandedBack Outcome = "handed_back" // will be tried again
	Blocked    Outcome = "blocked"     // the network does not let us write to this user
	Skipped    Outcome = "skipped"     // the channel is disabled: nothing was sent, or what was left is not
	Failed     Outcome = "failed"      // buried
)

// Turn is the record of one handled event.
type Turn struct {
	ID       string    `json:"id"`
	Time     time.Time `json:"time"`
	Bot      string    `json:"bot"` // id while stored, name when shown
	Channel  string    `json:"channel"`
	Provider string    `json:"provider"`
	Event    Event     `json:"event"`
	// Context is what the conversation remembered of earlier states, before one of them expired.
	Context map[string]StateContext `json:"context,omitempty"`
	Decision
	// Handlers says of each handler why it fired or lost. It is computed when a turn is read, never stored.
	Handlers []Verdict   `json:"handlers,omitempty"`
	Replies  []TurnReply `json:"replies,omitempty"`
	Outcome  Outcome     `json:"outcome"`
	Error    string      `json:"error,omitempty"`
	Tries    int         `json:"tries,omitempty"`
	// Partial tells that the record lacks some of what the event was decided by: it was too large, or made by a try that
	// only sent what was left.
	Partial bool               `json:"partial,omitempty"`
	MS      map[string]float64 `json:"ms,omitempty"`
}

// Decision is what a turn settled before anything was sent. It is kept with the replies, so that whoever sends the rest of
// them can still tell the whole turn.
type Decision struct {
	Version int `json:"version"`
	// Definition names the stored version that handled the event.
	Definition string      `json:"definition,omitempty"`
	Fired      []string    `json:"fired,omitempty"`
	State      StateChange `json:"state"`
	// Expired is the state in which the conversation had stood too long.
	Expired  string     `json:"expired,omitempty"`
	Requests []Exchange `json:"requests,omitempty"`
	// OnFailure is what is said if the job is buried.
	OnFailure string `json:"on_failure,omitempty"`
	// Notes are what whoever reads the turn should know: what was degraded, left out, or may have arrived twice.
	Notes []string `json:"notes,omitempty"`
}

// Exchange is a request that a handler made, and its answer. Secrets are masked.
type Exchange struct {
	Handler string            `json:"handler"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Header  map[string]string `json:"header,omitempty"`
	Body    string            `json:"body,omitempty"`
	// Status is 0 if there was no answer; Error says why.
	Status       int               `json:"status"`
	AnswerHeader map[string]string `json:"answer_header,omitempty"`
	Answer       string            `json:"answer,omitempty"`
	Truncated    bool              `json:"truncated,omitempty"` // Answer is only its beginning
	Error        string            `json:"error,omitempty"`
	MS           float64           `json:"ms"`
}

// TurnReply is a reply and whether all of it was sent.
type TurnReply struct {
	Address
	Parts []Part `json:"parts"`
	Sent  bool   `json:"sent"`
}

// StateChange is where the conversation stood, and where it stands.
type StateChange struct {
	Before string `json:"before"`
	After  string `json:"after"`
	// Since is when the conversation had entered Before or, if that had expired, the state it then left; zero: it is not
	// known, or there was none.
	Since time.Time `json:"since,omitzero"`
}

// Verdict says why a handler fired or lost.
type Verdict struct {
	Name     string             `json:"name"`
	Verdict  string             `json:"verdict"`
	Captures map[string]*string `json:"captures,omitempty"`
}

// The verdicts of a handler, in the order in which they are reached.
const (
	VerdictDisabled = "disabled"
	VerdictKind     = "kind"
	VerdictState    = "state"
	VerdictPattern  = "pattern"
	VerdictFired    = "fired"
	VerdictNotTried = "not_tried"
)
