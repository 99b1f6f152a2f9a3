package bot

import "cmp"

// Format is how a text is marked up.
type Format string

// The formats. Plain text is sent as it stands.
const (
	FormatPlain    Format = ""
	FormatHTML     Format = "html"
	FormatMarkdown Format = "markdown"
)

// Address is where a reply goes.
type Address struct {
	Chat   string `json:"chat"`
	Thread string `json:"thread,omitempty"`
	User   string `json:"user,omitempty"`
}

// Place names where the address is: the chat or, where networks have none, the user.
func (a Address) Place() string { return cmp.Or(a.Chat, a.User) }

// Reply is what was rendered and is sent to one place: its parts in order, one call of the network each. Sent counts the
// parts that the network took.
type Reply struct {
	Address
	Parts []Part `json:"parts"`
	Sent  int    `json:"sent,omitempty"`
}

// Part is one message of a reply: a text, a file or a place, or only a sign.
type Part struct {
	Text     string     `json:"text,omitempty"`
	Format   Format     `json:"format,omitempty"`
	Keyboard [][]Button `json:"keyboard,omitempty"`
	// Media is the file that is sent; Text is its caption then.
	Media    *Media    `json:"media,omitempty"`
	Location *Location `json:"location,omitempty"`
	Sign     Sign      `json:"sign,omitempty"`
	// ReplyTo is the message that is quoted, "" if none.
	ReplyTo string `json:"reply_to,omitempty"`
	// Options are the settings of the network that the reply goes to.
	Options Options `json:"options,omitempty"`
}

// Media is a file to send: its kind is Photo, Audio, Video or Document.
type Media struct {
	Kind EventKind `json:"kind"`
	// Source is the file's address, or the network's own id of it.
	Source string `json:"source"`
}

// Sign is something that is shown to the user and is no message.
type Sign string

// The signs.
const (
	ShowTyping Sign = "typing"
	MarkSeen   Sign = "seen"
)

// Address gives where answers to an event go.
func (e Event) Address() Address {
	var a Address
	if e.From != nil {
		a.User = e.From.ID
	}
	if e.Chat != nil {
		a.Chat, a.Thread = e.Chat.ID, e.Chat.Thread
	}
	return a
}
