package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"time"

	"hookline/shared/bot"
)

// Simulated is a simulated network. Its handler serves the bots' side and Routes.
type Simulated interface {
	http.Handler
	Users
	// Ground gives what it shares with the others.
	Ground() *Network
	// MakeUp gives a value that the network takes for a credential of a channel. The seed is the channel's: the same one
	// gives the same value, and values of one seed belong together.
	// It agrees with what the channel says of itself.
	MakeUp(seed Seed, ch bot.ChannelSpec, field string) bot.Secret
}

// Pages is a network some of whose webhooks are entered by people, on its pages: there is no call of its API for it.
type Pages interface {
	// EnterWebhook enters a channel's address, as its provider asks a person to when it connects.
	EnterWebhook(ch bot.Channel, address string) error
}

// Seed is what made-up credentials of one channel are made of.
type Seed [sha256.Size]byte

// Users is the users' side of a network: what they can do in its apps. Errors are of kind invalid, not_found or
// unavailable and may be shown.
type Users interface {
	// Open makes the talk's chat, so that the bot can write to it, and says nothing.
	Open(k Talk) error
	// Say sends a text to the bot.
	Say(k Talk, text string) (messageID ID, err error)
	// Post sends a message that is more than text: fields are those of the network's own form of a message, put over
	// what the message has anyway.
	Post(k Talk, fields map[string]json.RawMessage) (messageID ID, err error)
	// Press presses a button that the bot has shown in the chat.
	Press(k Talk, c Choice) error
	// Block makes the user block the bot, Unblock undoes it.
	Block(k Talk) error
	Unblock(k Talk) error
	// Messages gives what the bot did in the talk's chat after the n-th, oldest first, and waits up to patience for
	// something. The talk needs no user.
	Messages(ctx context.Context, k Talk, n int64, patience time.Duration) ([]Sent, error)
}

// ID names a user, a chat, a message. Where JSON has a number its digits are the id.
type ID string

// UnmarshalJSON reads a text or a number.
func (id *ID) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, (*string)(id))
	}
	var number json.Number
	err := json.Unmarshal(data, &number)
	*id = ID(number)
	return err
}

// Talk is one user in one chat with one bot: an app, to its user.
type Talk struct {
	// Bot is what users address it by: bot.Identity.Username.
	Bot string
	// Chat is as events have it; "" is the user's own chat with the bot.
	Chat ID
	// Thread is a topic inside the chat, where the network has such.
	Thread ID
	User   User
}

// User is who speaks. Each network passes on what it knows of a user.
type User struct {
	ID           ID     `json:"id"`
	FirstName    string `json:"first_name,omitempty"`
	LastName     string `json:"last_name,omitempty"`
	Username     string `json:"username,omitempty"`
	LanguageCode string `json:"language_code,omitempty"`
	Email        string `json:"email,omitempty"`
}

// Choice names a button: by its place, counted from 1 over all rows, or by its label.
type Choice struct {
	// Message is the message that shows it, "" the newest one with buttons.
	Message ID     `json:"message_id,omitempty"`
	Place   int    `json:"place,omitempty"`
	Label   string `json:"label,omitempty"`
	// Data is pressed though no button has it, as a changed app could.
	Data string `json:"data,omitempty"`
}

// Shown is what a user sees of something that the bot did, alike for all networks.
type Shown struct {
	// Text is without markup, Format what it was marked up with.
	Text     string        `json:"text,omitempty"`
	Format   bot.Format    `json:"format,omitempty"`
	Buttons  []Button      `json:"buttons,omitempty"` // of all rows
	Media    *bot.Media    `json:"media,omitempty"`
	Location *bot.Location `json:"location,omitempty"`
	Sign     bot.Sign      `json:"sign,omitempty"`
}

// Button is a button as it is shown: one with a URL opens it.
type Button struct {
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
}

// Sent is something the bot did in a chat.
type Sent struct {
	// N numbers what the bot did in this chat, from 1 on without gaps.
	N int64 `json:"n"`
	// Message is the id of the message, "" for what is none.
	Message ID    `json:"message_id,omitempty"`
	Shown   Shown `json:"shown"`
	// Answered tells whether the answer to the call was written. Where it was not, the bot cannot know that the call was
	// carried out, and may rightly make the same once more. A bot that was killed may not have read it all the same.
	Answered bool `json:"answered"`
	// Native is what the network itself has to say, a struct or map whose fields stand beside the others in JSON.
	Native any `json:"-"`
}

// MarshalJSON writes the network's own fields behind those that are alike for all.
func (s Sent) MarshalJSON() ([]byte, error) {
	type fields Sent
	shared, err := json.Marshal(fields(s))
	if err != nil || s.Native == nil {
		return shared, err
	}
	native, err := json.Marshal(s.Native)
	if err != nil || string(native) == "{}" {
		return shared, err
	}
	shared[len(shared)-1] = ','
	return append(shared, native[1:]...), nil
}
