// Package provider says what a chat network must do for Hookline, and holds what networks share: the HTTP call, the
// splitting of texts, limits as data. Each network is a package below it.
package provider

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"hookline/shared/bot"
)

// Provider is a chat network. Verify, Parse and Split touch nothing but their arguments.
type Provider interface {
	// Describe gives what the network can do, as data. Describe().Name is its name everywhere.
	Describe() Description
	// Verify returns an error of kind unauthorized unless the call is genuine. A channel without a secret to verify with
	// is kind unavailable: our configuration is broken, and nothing may be queued.
	Verify(ch bot.Channel, h http.Header, body []byte) error
	// Parse returns every good event, in order, and a joined error for entries it skipped: they are logged, the call is
	// still answered 200. No events and kind invalid: the body is not this network's. It fills every field that the body
	// knows; ReceivedAt is left to the caller.
	Parse(ch bot.Channel, body []byte) ([]bot.Event, error)
	// Split cuts a part into as many as the network takes in one call each, in order. What it cannot carry is degraded
	// by the rule that Describe documents, never dropped.
	Split(p bot.Part) []bot.Part
	// Send sends the parts of r from r.Sent on, in order, until one fails; they have been through Split. At most
	// Limits.Batch of them are given at a time, and are one call of the network. The receipt is right also beside an error, which is a *bot.Error with a reason where the network gave one:
	// ReasonUnknown says that the part may have arrived all the same.
	Send(ctx context.Context, ch bot.Channel, r bot.Reply) (Receipt, error)
}

// Receipt says what the network took of a reply.
type Receipt struct {
	// Sent counts parts, those before the call included.
	Sent int
	// MessageIDs are the network's, one a part sent by this call.
	MessageIDs []string
	// MovedTo is the chat's new id when it has moved; the parts went there.
	MovedTo string
	// Notes say what was degraded ("sent as plain text: …").
	Notes []string
}

// Connector registers a channel at its network and takes it away again.
type Connector interface {
	// Identify asks the network who the channel is. Refused credentials: kind unauthorized, bot.ReasonCredentials.
	Identify(ctx context.Context, ch bot.Channel) (bot.Identity, error)
	// Connect registers address (https in production) as the channel's webhook and asks the network whether it took it.
	// Another address registered there: kind conflict, unless takeOver.
	Connect(ctx context.Context, ch bot.Channel, address string, takeOver bool) (Connection, error)
	// Disconnect removes the webhook, if it is the address given; kind conflict if it is another.
	Disconnect(ctx context.Context, ch bot.Channel, address string) error
}

// Inspector is a network that says where it posts a channel's events to.
type Inspector interface {
	// Inspect asks the network. Kind unsupported: this channel lacks what is needed to ask.
	Inspect(ctx context.Context, ch bot.Channel) (Registration, error)
}

// Registration is what a network has of a channel.
type Registration struct {
	Address string // "" if none is registered
	// LastError is why the network could not post, at LastErrorAt; zero where it does not tell.
	LastError   string
	LastErrorAt time.Time
	// Waiting is how many events the network still has to post.
	Waiting int
}

// Connection is how a channel was connected.
type Connection struct {
	// Steps are what the network's API does not do and a person has to, with the exact values.
	Steps []string
}

// Greeter is a network that asks by GET whether an address is ours before it posts to it.
type Greeter interface {
	// Greet gives the body to answer with, as plain text; kind forbidden if the question is not for this channel.
	Greet(ch bot.Channel, query url.Values) (answer string, err error)
}

// Rereader is a network that can be asked again for an event that lost its Raw for being too large.
type Rereader interface {
	Reread(ctx context.Context, ch bot.Channel, e bot.Event) (json.RawMessage, error)
}

// Shaper is a network whose events permabots gave to templates, as message, in a shape that is not the network's own.
type Shaper interface {
	// Shape gives it, as encoding/json writes it. An event may lack its Raw.
	Shape(e bot.Event) (any, error)
}

// Checker is a network that has more to say to a bot file than its Description. Paths of problems are below what is
// checked: "menu[2].url".
type Checker interface {
	CheckChannel(spec bot.ChannelSpec) []bot.Problem
	CheckOptions(options bot.Options) []bot.Problem
}

// Acknowledger is a network that wants an answer to some events even where no handler fires: those with an AckID.
type Acknowledger interface {
	// Acknowledge is idempotent; that it comes too late is no error.
	Acknowledge(ctx context.Context, ch bot.Channel, e bot.Event) error
}

// Poller is a network whose events can be fetched instead of posted.
type Poller interface {
	// Pollable returns kind conflict, and says why, when fetching would take events away from a registered address.
	Pollable(ctx context.Context, ch bot.Channel) error
	// Poll waits up to wait for calls after cursor ("" at first). Giving back next as the cursor confirms them: the
	// network forgets them. Each call is a body that Parse takes.
	Poll(ctx context.Context, ch bot.Channel, cursor string, wait time.Duration) (calls [][]byte, next string, err error)
}

// Set holds the providers a program speaks with, by name.
type Set map[string]Provider

// NewSet makes a Set of providers.
func NewSet(providers ...Provider) Set {
	set := make(Set, len(providers))
	for _, p := range providers {
		set[p.Describe().Name] = p
	}
	return set
}

// Description is what a network can do, as data: the bot file is checked against it and the feature matrix made of it.
type Description struct {
	Name string
	// Fields are those of a channel in the bot file.
	Fields []Field
	// Options are those of response.<name> in the bot file.
	Options []Option
	Limits  Limits
	// Receives are the kinds of events that the network tells us of.
	Receives []bot.EventKind
	// Rules say in a sentence each how what the network cannot do is degraded.
	Rules []string
}

// Field is a field of a channel in the bot file.
type Field struct {
	Name     string
	Secret   bool // a credential: sealed, never shown
	Required bool
	List     bool // may be a list, while a secret is being changed
	// Exclusive: of two channels with the same value only one gets the events, so that an account has one alone.
	Exclusive bool
	// Structured: lists and fields, not a text; a Checker checks it.
	Structured bool
	Values     []string // the only values allowed; empty: any
	Doc        string
}

// Option is a setting of response.<provider>.
type Option struct {
	Name   string
	Type   OptionType
	Values []string // of a Choice
	// Once: it does something by itself, so that only the last message of a response carries it.
	Once bool
	Doc  string
}

// The option of networks that have two sorts of keyboards, and its value for the one whose buttons send their labels.
const (
	OptionKeyboard = "keyboard"
	KeyboardReply  = "reply"
)

// SendsLabels tells whether a part's buttons send their labels, so that it needs no payloads: the option asks for such a
// keyboard, and each button has no other payload and no address.
func SendsLabels(p bot.Part) bool {
	for _, row := range p.Keyboard {
		for _, button := range row {
			if button.URL != "" || button.Payload != button.Text {
				return false
			}
		}
	}
	return p.Options[OptionKeyboard] == KeyboardReply
}

// OptionType says what an option's value is.
type OptionType int

// The types of options.
const (
	Flag      OptionType = iota // true or false
	Choice                      // one of Values
	Text                        // a template
	Number                      // a whole number
	Structure                   // lists and fields, whose texts are templates; a Checker checks it
)

// Unit is how a network counts the length of a text.
type Unit int

// The units.
const (
	CodePoints Unit = iota
	UTF16
	Bytes
)

// Limits are a network's; 0 is none.
type Limits struct {
	Text         int // of one message
	TextUnit     Unit
	Buttons      int // of one message
	ButtonsARow  int
	ButtonText   int // code points
	PayloadBytes int
	URLBytes     int
	Caption      int // of media, in TextUnit; 0: media have none, it goes as a text of its own
	// Rate is how many messages a second a channel may send to different chats; a hook's are queued no faster.
	Rate int
	// Batch is how many parts go in one call of the network; 0 and 1: one.
	Batch int
	// Media are the kinds of files that can be sent: Photo, Audio, Video, Document.
	Media    []bot.EventKind
	Location bool
	Signs    []bot.Sign
	// Formats are the marked-up formats the network takes; plain text always goes.
	Formats []bot.Format
}
