package bot

import (
	"encoding/json"
	"strings"
	"time"
)

// EventKind is what happened, in one list for all networks.
type EventKind string

// The event kinds. An event that fits none is Other, with the network's own name in Type.
const (
	Text      EventKind = "text"
	Command   EventKind = "command"
	Press     EventKind = "button"
	Start     EventKind = "start"
	Photo     EventKind = "photo"
	Audio     EventKind = "audio"
	Voice     EventKind = "voice"
	Video     EventKind = "video"
	Animation EventKind = "animation"
	Document  EventKind = "document"
	Sticker   EventKind = "sticker"
	Located   EventKind = "location"
	Card      EventKind = "contact"
	Link      EventKind = "link"
	Poll      EventKind = "poll"
	Payment   EventKind = "payment"
	Reacted   EventKind = "reaction"
	Edit      EventKind = "edit"
	Join      EventKind = "join"
	Leave     EventKind = "leave"
	Member    EventKind = "member"
	Referred  EventKind = "referral"
	OptIn     EventKind = "optin"
	Account   EventKind = "account"
	Filled    EventKind = "form"
	Tasked    EventKind = "task"
	Room      EventKind = "room"
	Inline    EventKind = "inline"
	Receipt   EventKind = "receipt"
	Typing    EventKind = "typing"
	Echo      EventKind = "echo"
	Other     EventKind = "other"
)

// EventKinds lists all kinds.
func EventKinds() []EventKind {
	return []EventKind{
		Text, Command, Press, Start, Photo, Audio, Voice, Video, Animation, Document, Sticker, Located, Card, Link, Poll,
		Payment, Reacted, Edit, Join, Leave, Member, Referred, OptIn, Account, Filled, Tasked, Room, Inline, Receipt,
		Typing, Echo, Other,
	}
}

// Said tells whether somebody said something: what a handler without `on` answers.
func (k EventKind) Said() bool { return k == Text || k == Command || k == Press || k == Start }

// Quiet tells whether the kind goes only to handlers that name it: "*" does not stand for it.
func (k EventKind) Quiet() bool { return k == Receipt || k == Typing || k == Echo }

// Event is what a network told us, normalised. Ids are strings, exact; a field is absent when unknown.
type Event struct {
	// ID is the same at each redelivery, and unique in its channel.
	ID       string `json:"id"`
	Provider string `json:"provider"`
	Channel  string `json:"channel"`
	// Account is which of the network's accounts was addressed, where one webhook serves several (a Messenger page).
	Account    string      `json:"account,omitempty"`
	Kind       EventKind   `json:"kind"`
	Type       string      `json:"type,omitempty"` // the network's own name of what happened
	Time       time.Time   `json:"time,omitzero"`
	ReceivedAt time.Time   `json:"received_at,omitzero"`
	Chat       *Chat       `json:"chat,omitempty"`
	From       *Person     `json:"from,omitempty"`
	MessageID  string      `json:"message_id,omitempty"`
	ReplyTo    *Quoted     `json:"reply_to,omitempty"`
	Text       string      `json:"text,omitempty"`
	Format     Format      `json:"format,omitempty"`
	Entities   []Entity    `json:"entities,omitempty"`
	Payload    string      `json:"payload,omitempty"`
	Via        string      `json:"via,omitempty"` // how a press or start came: callback, postback, quick_reply, menu …
	Command    *Invocation `json:"command,omitempty"`

	Attachments []Attachment `json:"attachments,omitempty"`
	Location    *Location    `json:"location,omitempty"`
	Contact     *Contact     `json:"contact,omitempty"`
	Reaction    *Reaction    `json:"reaction,omitempty"`
	Members     []Person     `json:"members,omitempty"`
	Member      *Membership  `json:"member,omitempty"`
	Form        *Form        `json:"form,omitempty"`
	Task        *Task        `json:"task,omitempty"`
	Referral    *Referral    `json:"referral,omitempty"`

	Self bool `json:"self,omitempty"` // it happened to the bot itself
	// Moved is set on the kind room when the chat has another id now.
	Moved     *Move `json:"moved,omitempty"`
	Edited    bool  `json:"edited,omitempty"`
	Forwarded bool  `json:"forwarded,omitempty"`
	Delayed   bool  `json:"delayed,omitempty"`
	// Truncated: the event was too large to queue and lost Raw, then parts of its attachments.
	Truncated bool `json:"truncated,omitempty"`
	// AckID is what the network wants back as an acknowledgement, handler or not (Telegram's callback_query.id).
	AckID string          `json:"ack_id,omitempty"`
	Raw   json.RawMessage `json:"raw,omitempty"`
}

// ChatType tells how many take part in a chat.
type ChatType string

// The chat types.
const (
	Direct    ChatType = "direct"
	Group     ChatType = "group"
	Broadcast ChatType = "channel"
)

// Chat is where an event happened. Thread is the topic inside it that an answer must name.
type Chat struct {
	ID     string   `json:"id"`
	Type   ChatType `json:"type,omitempty"`
	Title  string   `json:"title,omitempty"`
	Thread string   `json:"thread,omitempty"`
}

// Person is somebody on a network.
type Person struct {
	ID        string `json:"id"`
	Username  string `json:"username,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Name      string `json:"name,omitempty"`
	Language  string `json:"language,omitempty"`
	Email     string `json:"email,omitempty"`
	IsBot     bool   `json:"is_bot,omitempty"`
}

// Quoted is the message that an event answers.
type Quoted struct {
	MessageID string  `json:"message_id"`
	Text      string  `json:"text,omitempty"`
	From      *Person `json:"from,omitempty"`
}

// Entity is a marked stretch of the text. Text is the stretch itself, so that no one has to count in the network's unit;
// Offset and Length are in that unit (Telegram: UTF-16).
type Entity struct {
	Type   string  `json:"type"`
	Offset int     `json:"offset"`
	Length int     `json:"length"`
	Text   string  `json:"text,omitempty"`
	URL    string  `json:"url,omitempty"`
	User   *Person `json:"user,omitempty"`
}

// Invocation is a command's name, without slash and bot name, and what followed it.
type Invocation struct {
	Name string `json:"name"`
	Args string `json:"args,omitempty"`
}

// Attachment is a file or media that came with an event. Size is in bytes.
type Attachment struct {
	Type string `json:"type,omitempty"`
	ID   string `json:"id,omitempty"`
	URL  string `json:"url,omitempty"`
	MIME string `json:"mime,omitempty"`
	Size int64  `json:"size,omitempty"`
	Name string `json:"name,omitempty"`
}

// Location is a place; numbers as the network wrote them.
type Location struct {
	Latitude  json.Number `json:"latitude"`
	Longitude json.Number `json:"longitude"`
	Title     string      `json:"title,omitempty"`
}

// Contact is a shared address card.
type Contact struct {
	Name   string `json:"name,omitempty"`
	Phone  string `json:"phone,omitempty"`
	UserID string `json:"user_id,omitempty"`
}

// Reaction is one reaction put to a message, or taken from it.
type Reaction struct {
	Action  string `json:"action"` // added, removed
	Name    string `json:"name"`
	Message string `json:"message,omitempty"`
}

// Move says which id a chat had and which it has now.
type Move struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Membership is a change of somebody's rights in a chat.
type Membership struct {
	Status string `json:"status"`
	Before string `json:"before,omitempty"`
}

// Form is what somebody filled in.
type Form struct {
	ID     string            `json:"id,omitempty"`
	Action string            `json:"action,omitempty"`
	Values map[string]string `json:"values,omitempty"`
}

// Task is a unit of work on networks that have them.
type Task struct {
	ID      string `json:"id"`
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text,omitempty"`
	// Change is what became of it: closed, reopened, reassigned, moved to another step …
	Change string `json:"change,omitempty"`
	Closed bool   `json:"closed,omitempty"`
	Parent string `json:"parent,omitempty"`
	// Form is the id of the form that the task fills in, Step where it stands among the form's steps, from 1.
	Form        string     `json:"form,omitempty"`
	Step        int        `json:"step,omitempty"`
	Responsible *Person    `json:"responsible,omitempty"`
	Approvals   []Approval `json:"approvals,omitempty"`
	// Fields are the form's, as text, each under its id, its code and its name.
	Fields map[string]string `json:"fields,omitempty"`
	// Settings are the bot's own for where the task is from: JSON if they are written so, else a text.
	Settings json.RawMessage `json:"settings,omitempty"`
}

// Approval is what somebody has to say to a step of a task.
type Approval struct {
	Step   int     `json:"step"`
	Person *Person `json:"person,omitempty"`
	Choice string  `json:"choice,omitempty"`
}

// Referral is how somebody found the bot.
type Referral struct {
	Ref    string `json:"ref,omitempty"`
	Source string `json:"source,omitempty"`
	Type   string `json:"type,omitempty"`
}

// Ways in which an event came that decide what it says.
const (
	// ViaSuggested marks a text that came from a button, on networks where a press is an ordinary message.
	ViaSuggested = "suggested"
	// ViaCode marks a start by a code that was scanned: no button, so that it says its text.
	ViaCode = "code"
)

// Utterance is what patterns are searched in: the payload of a button, else the text, without surrounding white space.
func (e Event) Utterance() string {
	pressed := e.Kind == Press || e.Kind == Start && e.Via != ViaCode || e.Via == ViaSuggested
	if e.Payload != "" && pressed {
		return strings.TrimSpace(e.Payload)
	}
	return strings.TrimSpace(e.Text)
}
