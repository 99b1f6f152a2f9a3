package bot

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Handler is one rule of a bot: which events it answers, what it asks, what it says, where the conversation moves.
type Handler struct {
	Name string `json:"name"`
	// On lists event kinds; "*" is every kind but receipt, typing and echo. Empty: whatever was said (Said).
	On []string `json:"on,omitempty"`
	// Pattern is searched in the event's payload, else its text. Empty: everything matches.
	Pattern      string    `json:"pattern,omitempty"`
	SourceStates []string  `json:"source_states,omitempty"`
	Priority     int       `json:"priority,omitempty"`
	Disabled     bool      `json:"disabled,omitempty"`
	Request      *Request  `json:"request,omitempty"`
	Response     *Response `json:"response,omitempty"`
	TargetState  string    `json:"target_state,omitempty"`
	Continue     bool      `json:"continue,omitempty"`
	Subscribe    string    `json:"subscribe,omitempty"`
	Unsubscribe  string    `json:"unsubscribe,omitempty"`
}

// Request is the HTTP call of a handler. At most one of JSON, Form and Body is set; every string in it is a template.
type Request struct {
	Method  string            `json:"method,omitempty"`
	URL     string            `json:"url"`
	Query   map[string]string `json:"query,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	JSON    any               `json:"json,omitempty"`
	Form    map[string]string `json:"form,omitempty"`
	Body    string            `json:"body,omitempty"`
	Timeout string            `json:"timeout,omitempty"`
}

// Message is the template of one part of a reply.
type Message struct {
	Text     string    `json:"text,omitempty"`
	Keyboard *Keyboard `json:"keyboard,omitempty"`
	Format   Format    `json:"format,omitempty"`
	// ReplyTo quotes the message that is answered.
	ReplyTo  bool   `json:"reply_to,omitempty"`
	Photo    string `json:"photo,omitempty"`
	Audio    string `json:"audio,omitempty"`
	Video    string `json:"video,omitempty"`
	Document string `json:"document,omitempty"`
	// Location is "latitude, longitude", or "latitude, longitude, title".
	Location string `json:"location,omitempty"`
	Typing   bool   `json:"typing,omitempty"`
	Seen     bool   `json:"seen,omitempty"`
}

// Response is what a handler or a hook says: one Message written in place, or several under Messages.
type Response struct {
	Message
	Messages  []Message `json:"messages,omitempty"`
	OnFailure string    `json:"on_failure,omitempty"`
	// Options are a network's own settings, by provider: response.telegram.disable_notification.
	Options map[string]Options `json:"-"`
}

// Options are one provider's own settings of a message, as its description declares them.
type Options map[string]any

// All gives the messages of a response, the one written in place first. Messages inherit the response's format.
func (r *Response) All() []Message {
	if r == nil {
		return nil
	}
	var all []Message
	if first := r.Message; first != (Message{Format: first.Format}) {
		all = append(all, first)
	}
	for _, m := range r.Messages {
		if m.Format == FormatPlain {
			m.Format = r.Format
		}
		all = append(all, m)
	}
	return all
}

// For gives the messages for a provider: where there are none, but settings for it, an empty one that carries them.
func (r *Response) For(provider string) []Message {
	all := r.All()
	if r != nil && len(all) == 0 && len(r.Options[provider]) > 0 {
		return []Message{{}}
	}
	return all
}

// responseFields is Response without its methods, so that it can be encoded field by field.
type responseFields Response

var responseNames = []string{
	"text", "keyboard", "format", "reply_to", "photo", "audio", "video", "document", "location", "typing", "seen",
	"messages", "on_failure",
}

// MarshalJSON writes the options beside the other fields, as the bot file has them.
func (r Response) MarshalJSON() ([]byte, error) {
	fields, err := json.Marshal(responseFields(r))
	if err != nil || len(r.Options) == 0 {
		return fields, err
	}
	options, err := json.Marshal(r.Options)
	if err != nil {
		return nil, fmt.Errorf("options of a response: %w", err)
	}
	if len(fields) == len("{}") {
		return options, nil
	}
	joined := append(fields[:len(fields)-1], ',')
	return append(joined, options[1:]...), nil
}

// UnmarshalJSON takes every field that is not a response's own for a provider's options.
func (r *Response) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, (*responseFields)(r)); err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	for _, own := range responseNames {
		delete(all, own)
	}
	for name, raw := range all {
		var options Options
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		if err := decoder.Decode(&options); err != nil {
			return fmt.Errorf("response.%s: %w", name, err)
		}
		if r.Options == nil {
			r.Options = map[string]Options{}
		}
		r.Options[name] = options
	}
	return nil
}
