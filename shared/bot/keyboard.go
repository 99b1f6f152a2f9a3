package bot

import (
	"bytes"
	"encoding/json"
)

// Keyboard is rows of buttons, or a template that makes them. Never both.
type Keyboard struct {
	Template string
	Rows     [][]Button
}

// Button is one key: it opens URL if that is set, else it sends Payload.
type Button struct {
	Text    string
	URL     string
	Payload string
}

// MarshalJSON gives the form of the bot file: rows, or the template's text.
func (k Keyboard) MarshalJSON() ([]byte, error) {
	if k.Template != "" {
		return json.Marshal(k.Template)
	}
	return json.Marshal(k.Rows)
}

// UnmarshalJSON reads rows, or the template's text.
func (k *Keyboard) UnmarshalJSON(data []byte) error {
	if isString(data) {
		return json.Unmarshal(data, &k.Template)
	}
	return json.Unmarshal(data, &k.Rows)
}

// buttonFields is the long form of a button.
type buttonFields struct {
	Text    string `json:"text"`
	URL     string `json:"url,omitempty"`
	Payload string `json:"payload,omitempty"`
}

// MarshalJSON writes a button that sends its own text as that text, every other as an object.
func (b Button) MarshalJSON() ([]byte, error) {
	if b.URL == "" && b.Payload == b.Text {
		return json.Marshal(b.Text)
	}
	return json.Marshal(buttonFields(b))
}

// UnmarshalJSON reads a text, or {text, url, payload}; without url and payload the text is the payload.
func (b *Button) UnmarshalJSON(data []byte) error {
	if isString(data) {
		if err := json.Unmarshal(data, &b.Text); err != nil {
			return err
		}
		b.Payload = b.Text
		return nil
	}
	if err := json.Unmarshal(data, (*buttonFields)(b)); err != nil {
		return err
	}
	if b.URL == "" && b.Payload == "" {
		b.Payload = b.Text
	}
	return nil
}

func isString(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(data), []byte{'"'})
}
