package messenger

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"hookline/shared/bot"
)

// Parse reads a call: entries of pages, each with several events. What is odd in one is said in the error beside the
// others. The same event has the same id whatever call it comes in.
func (m *Messenger) Parse(ch bot.Channel, body []byte) ([]bot.Event, error) {
	if !utf8.Valid(body) {
		return nil, bot.Errorf(bot.Invalid, "body is not UTF-8")
	}
	var call map[string]json.RawMessage
	if err := json.Unmarshal(body, &call); err != nil || call == nil {
		return nil, bot.Wrap(bot.Invalid, "body is not a JSON object", err)
	}
	p := &parser{ch: ch, seen: map[string]bool{}}
	entries, ok := call["entry"]
	switch {
	case ok:
		p.entries(entries)
	case call["field"] != nil: // what the dashboard's button Test sends
		p.change("", body)
	case call["object"] == nil:
		return nil, bot.Errorf(bot.Invalid, "body is not a call: it has neither entry nor object")
	}
	return p.events, errors.Join(p.skipped...)
}

// parser reads the entries of one call.
type parser struct {
	ch      bot.Channel
	events  []bot.Event
	seen    map[string]bool // ids
	skipped []error
}

// skip is never of kind invalid: Meta leaves a page alone whose calls are refused for an hour.
func (p *parser) skip(what string, err error) {
	p.skipped = append(p.skipped, bot.Wrap(bot.Unsupported, what+" is not as documented", err))
}

func (p *parser) entries(data json.RawMessage) {
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		p.skip("entry", err)
		return
	}
	for i, one := range list {
		var e entry
		if err := json.Unmarshal(one, &e); err != nil {
			p.skip(fmt.Sprintf("entry %d", i+1), err)
		}
		for _, raw := range e.Messaging {
			p.messaging(string(e.ID), raw)
		}
		for _, raw := range e.Standby {
			p.add(bot.Event{Account: string(e.ID), Kind: bot.Other, Type: "standby", Raw: raw}, "standby:"+digest(raw))
		}
		for _, raw := range e.Changes {
			p.change(string(e.ID), raw)
		}
	}
}

// change is an event that is no message: of the page's feed and the like.
func (p *parser) change(page string, raw json.RawMessage) {
	var c struct {
		Field string `json:"field"`
	}
	if json.Unmarshal(raw, &c) != nil {
		c.Field = "?"
	}
	p.add(bot.Event{Account: page, Kind: bot.Other, Type: "changes." + c.Field, Raw: raw}, "changes:"+digest(raw))
}

// add takes an event, unless the call holds it already.
func (p *parser) add(e bot.Event, id string) {
	e.ID, e.Provider, e.Channel = e.Account+":"+id, name, p.ch.ID
	if p.seen[e.ID] || !json.Valid(e.Raw) {
		return
	}
	p.seen[e.ID] = true
	p.events = append(p.events, e)
}

// digest names what has no id of its own: by its value, however that is written.
func digest(raw json.RawMessage) string {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	canonical := []byte(raw)
	if decoder.Decode(&value) == nil {
		if encoded, err := json.Marshal(value); err == nil {
			canonical = encoded
		}
	}
	hash := sha256.Sum256(canonical)
	return hex.EncodeToString(hash[:8])
}

func (p *parser) messaging(page string, raw json.RawMessage) {
	if !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		p.skip("an event", errors.New("it is no object"))
		return
	}
	var m messaging
	if err := json.Unmarshal(raw, &m); err != nil {
		p.skip("an event", err) // what fits was read all the same
	}
	e := bot.Event{Account: page, Time: m.Timestamp.time(), Raw: raw, Kind: bot.Other}
	m.address(&e)
	id := m.fill(&e, p.ch)
	if e.Type == "" {
		e.Type = keyOf(raw)
	}
	if e.Type == "" {
		p.skip("an event", errors.New("it says nothing"))
		return
	}
	if id == "" {
		id = fmt.Sprintf("%s:%s:%d:%s", e.Type, m.Sender.ID, m.Timestamp, digest(raw))
	}
	p.add(e, id)
}

// address fills in the page, where the entry does not say it, and whose chat it is: that of the person, who has received
// what the page itself sent.
func (m messaging) address(e *bot.Event) {
	person, page := string(m.Sender.ID), string(m.Recipient.ID)
	if m.Message != nil && m.Message.IsEcho {
		person, page = page, person
	}
	e.Account = cmp.Or(e.Account, page)
	if person == "" {
		return
	}
	e.Chat = &bot.Chat{ID: person, Type: bot.Direct}
	e.From = &bot.Person{ID: string(m.Sender.ID)}
}

// envelope are the keys that every event has.
var envelope = []string{"sender", "recipient", "timestamp"}

// keyOf gives the key that says what an event is, the first by name of those that are not null.
func keyOf(raw json.RawMessage) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return ""
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(envelope, key) && string(fields[key]) != "null" && strings.TrimSpace(key) != "" {
			return key
		}
	}
	return ""
}
