package kik

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"hookline/shared/bot"
)

// Parse reads a call, which holds messages of several users. A message has the id that Kik gave it; one that stands twice
// in the call makes one event. Messages without id or sender are skipped; what else is not as documented is left out.
func (k *Kik) Parse(ch bot.Channel, body []byte) ([]bot.Event, error) {
	if !utf8.Valid(body) {
		return nil, bot.Errorf(bot.Invalid, "body is not UTF-8")
	}
	var call struct {
		Messages []json.RawMessage `json:"messages"`
	}
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, bot.Wrap(bot.Invalid, "body is not a JSON object with messages", err)
	}
	if call.Messages == nil {
		return nil, bot.Errorf(bot.Invalid, "body has no messages")
	}
	var events []bot.Event
	var odd oddities
	seen := map[string]bool{}
	for i, item := range call.Messages {
		m, err := readMessage(item)
		if err != nil {
			odd.add(fmt.Errorf("message %d: %w", i+1, err))
		}
		if m.ID == "" || m.From == "" || seen[m.ID] {
			continue
		}
		seen[m.ID] = true
		event := m.event(ch)
		event.Raw = item
		events = append(events, event)
	}
	return events, odd.err()
}

// idLimit is how long ids may be: they become keys of the store. Kik's have 64 bytes at most.
const idLimit = 256

// readMessage reads a message as far as it is as documented. Without id or sender it cannot be used.
func readMessage(item json.RawMessage) (m message, err error) {
	// encoding/json goes on after a value of the wrong type.
	err = json.Unmarshal(item, &m)
	for _, text := range []*string{&m.ID, &m.From, &m.ChatID, &m.Body} {
		*text = strings.TrimSpace(*text)
	}
	switch {
	case m.ID == "" || m.From == "":
		err = errors.Join(errors.New("skipped: it has no id or no sender"), err)
	case len(m.ID) > idLimit || len(m.From) > idLimit || len(m.ChatID) > idLimit:
		m.ID = ""
		err = errors.New("skipped: its ids are too long")
	}
	return m, err
}

// oddities are what is said of messages that are not as documented.
type oddities struct {
	first []error
	count int
}

// maxOddities keeps a hostile call from filling the log.
const maxOddities = 10

func (o *oddities) add(err error) {
	if o.count++; o.count <= maxOddities {
		o.first = append(o.first, err)
	}
}

// err is not of kind invalid: the call itself was Kik's, and is not to be refused.
func (o *oddities) err() error {
	if o.count == 0 {
		return nil
	}
	message := fmt.Sprintf("%d messages of the call are not as documented", o.count)
	return bot.Wrap(bot.Unsupported, message, errors.Join(o.first...))
}
