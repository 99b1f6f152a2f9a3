// Package rehearse takes conversations with bots that are not running: those that a test file writes down, and those that
// were recorded. No network is spoken with, and nothing is kept.
package rehearse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"hookline/shared/bot"
	"hookline/shared/botfile"
)

// File is a test file: conversations that a bot is to have.
type File struct {
	// Bot is the bot file, beside the test file.
	Bot string `json:"bot"`
	// Provider is the network that is played; without it, that of the bot's first channel by name.
	Provider      string         `json:"provider,omitempty"`
	Conversations []Conversation `json:"conversations"`
}

// Conversation is what one made-up user does, and what the bot is to answer.
type Conversation struct {
	Name string `json:"name"`
	// User is the event's from; Ada with id 1 if it is left out.
	User *bot.Person `json:"user,omitempty"`
	// Chat is the event's chat; a direct one with the user if it is left out.
	Chat *bot.Chat `json:"chat,omitempty"`
	// At is when it begins; at noon of some Monday if it is left out.
	At time.Time `json:"at,omitzero"`
	// State is where the conversation stands at first, Context what is remembered of the states before.
	State   string                      `json:"state,omitempty"`
	Context map[string]bot.StateContext `json:"context,omitempty"`
	// Answers are those of the owner's API.
	Answers []Answer `json:"answers,omitempty"`
	Steps   []Step   `json:"steps"`
}

// Answer is what the owner's API answers to a request that begins as Request says ("POST https://shop.example.com/"). Each
// is given once, in order, the last one that fits again and again.
type Answer struct {
	Request string            `json:"request"`
	Status  int               `json:"status,omitempty"` // 200 if it is left out
	JSON    json.RawMessage   `json:"json,omitempty"`
	Body    string            `json:"body,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	// Error is why there is no answer at all.
	Error string `json:"error,omitempty"`
}

// Step is one thing that the user does, or time that passes, and what is expected of the bot. What is not written down is
// not compared.
type Step struct {
	Say   string `json:"say,omitempty"`
	Press string `json:"press,omitempty"` // the label of a button that is shown
	// Send is an event's kind ("photo"), or its fields.
	Send json.RawMessage `json:"send,omitempty"`
	// After is time that passes before the step, as "31m".
	After string `json:"after,omitempty"`

	Replies  *[]Reply   `json:"replies,omitempty"`
	State    *string    `json:"state,omitempty"`
	Requests *[]Request `json:"requests,omitempty"`
	// Error is what the turn fails with, a part of its text.
	Error string `json:"error,omitempty"`
}

// Reply is a message of the bot's.
type Reply struct {
	Text     string         `json:"text,omitempty"`
	Format   bot.Format     `json:"format,omitempty"`
	Keyboard [][]bot.Button `json:"keyboard,omitempty"`
	Photo    string         `json:"photo,omitempty"`
	Audio    string         `json:"audio,omitempty"`
	Video    string         `json:"video,omitempty"`
	Document string         `json:"document,omitempty"`
	Location string         `json:"location,omitempty"`
	Typing   bool           `json:"typing,omitempty"`
	Seen     bool           `json:"seen,omitempty"`
}

// replyFields is a Reply without its methods.
type replyFields Reply

// MarshalJSON writes a reply that is only a text as that text.
func (r Reply) MarshalJSON() ([]byte, error) {
	if r.Keyboard == nil && r.Format == "" && r.Photo+r.Audio+r.Video+r.Document+r.Location == "" && !r.Typing && !r.Seen {
		return json.Marshal(r.Text)
	}
	return json.Marshal(replyFields(r))
}

// UnmarshalJSON reads a text, or fields.
func (r *Reply) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte{'"'}) {
		return json.Unmarshal(data, &r.Text)
	}
	return strictly(data, (*replyFields)(r))
}

// Request is a request that a handler made.
type Request struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	Body   string `json:"body,omitempty"`
}

// Read reads a test file, YAML or JSON; kind invalid says what is wrong and where.
func Read(data []byte) (File, error) {
	var f File
	encoded, err := botfile.JSON(data)
	if err != nil {
		return f, err
	}
	if err := strictly(encoded, &f); err != nil {
		return f, bot.Errorf(bot.Invalid, "not a test file: "+strings.TrimPrefix(err.Error(), "json: "))
	}
	if f.Bot == "" {
		return f, bot.Errorf(bot.Invalid, "bot: is required: the bot file that is tested")
	}
	for i, c := range f.Conversations {
		for j, s := range c.Steps {
			if err := s.check(); err != nil {
				return f, bot.Errorf(bot.Invalid, fmt.Sprintf("conversations[%d].steps[%d]: %v", i, j, err))
			}
		}
	}
	return f, nil
}

// check wants one act of a step, or none where only time passes.
func (s Step) check() error {
	acts := 0
	for _, act := range []bool{s.Say != "", s.Press != "", s.Send != nil} {
		if act {
			acts++
		}
	}
	if acts > 1 || acts == 0 && s.After == "" {
		return fmt.Errorf("has one of say, press and send")
	}
	return nil
}

func strictly(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// Write gives a test file as YAML.
func Write(f File) ([]byte, error) {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(f); err != nil {
		return nil, bot.Wrap(bot.Internal, "the test file cannot be encoded", err)
	}
	return botfile.YAML(encoded.Bytes())
}

// title says what a step does, for messages.
func (s Step) title() string {
	switch {
	case s.Say != "":
		return "say " + s.Say
	case s.Press != "":
		return "press " + s.Press
	case s.Send != nil:
		return "send " + strings.Trim(string(s.Send), `"`)
	}
	return "after " + s.After
}

// repliesOf gives what a turn sends as a test file writes it.
func repliesOf(turn bot.Turn) []Reply {
	replies := []Reply{}
	for _, reply := range turn.Replies {
		for _, p := range reply.Parts {
			r := Reply{Text: p.Text, Format: p.Format, Keyboard: p.Keyboard, Typing: p.Sign == bot.ShowTyping, Seen: p.Sign == bot.MarkSeen}
			r.show(p)
			replies = append(replies, r)
		}
	}
	return replies
}

// show fills in the file or place of a part.
func (r *Reply) show(p bot.Part) {
	if p.Media != nil {
		*map[bot.EventKind]*string{bot.Photo: &r.Photo, bot.Audio: &r.Audio, bot.Video: &r.Video, bot.Document: &r.Document}[p.Media.Kind] = p.Media.Source
	}
	if at := p.Location; at != nil {
		fields := []string{at.Latitude.String(), at.Longitude.String(), at.Title}
		r.Location = strings.Join(slices.DeleteFunc(fields, func(f string) bool { return f == "" }), ", ")
	}
}

func requestsOf(turn bot.Turn) []Request {
	requests := []Request{}
	for _, made := range turn.Requests {
		requests = append(requests, Request{made.Method, made.URL, made.Body})
	}
	return requests
}
