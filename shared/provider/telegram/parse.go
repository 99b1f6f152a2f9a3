package telegram

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"hookline/shared/bot"
)

const updateID = "update_id"

// Parse reads one update. Fields of a shape we do not know are skipped, and said in the error beside the events: to
// refuse an update would block its chat for a day. The first event has the update's id, the next ones id.2, id.3 …
func (t *Telegram) Parse(ch bot.Channel, body []byte) ([]bot.Event, error) {
	if !utf8.Valid(body) {
		return nil, bot.Errorf(bot.Invalid, "body is not UTF-8")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, bot.Wrap(bot.Invalid, "body is not a JSON object", err)
	}
	id, err := strconv.ParseInt(string(fields[updateID]), 10, 64)
	if err != nil {
		return nil, bot.Errorf(bot.Invalid, "body is not an update: no whole number in update_id")
	}
	delete(fields, updateID)
	kind := kindOf(fields)
	if kind == "" {
		return nil, nil
	}
	payload := fields[kind]
	if !bytes.HasPrefix(payload, []byte("{")) {
		return nil, bot.Errorf(bot.Invalid, "body is not an update: its content is not an object")
	}
	events, err := (&parser{ch: ch, kind: kind, payload: payload}).events()
	for i := range events {
		e := &events[i]
		e.ID, e.Provider, e.Channel, e.Raw = strconv.FormatInt(id, 10), name, ch.ID, body
		if i > 0 {
			e.ID += "." + strconv.Itoa(i+1)
		}
	}
	return events, err
}

// kindOf gives the field that holds what happened. Telegram sets one; should there be several, a message goes before
// all others and known kinds before unknown ones.
func kindOf(fields map[string]json.RawMessage) string {
	maps.DeleteFunc(fields, func(_ string, value json.RawMessage) bool { return string(value) == "null" })
	if _, ok := fields["message"]; ok {
		return "message"
	}
	first := ""
	for _, kind := range slices.Sorted(maps.Keys(fields)) {
		if _, known := readers[kind]; known {
			return kind
		}
		if first == "" {
			first = kind
		}
	}
	return first
}

// readers are the kinds of updates that are more than kind other; allowedUpdates lists all.
var readers = map[string]func(*parser) []bot.Event{
	"message":                 (*parser).message,
	"edited_message":          (*parser).edit,
	"channel_post":            (*parser).message,
	"edited_channel_post":     (*parser).edit,
	"business_message":        (*parser).foreign,
	"edited_business_message": (*parser).foreign,
	"guest_message":           (*parser).foreign,
	"callback_query":          (*parser).callback,
	"message_reaction":        (*parser).reaction,
	"my_chat_member":          (*parser).ownMembership,
	"chat_member":             (*parser).membership,
	"chat_join_request":       (*parser).joinRequest,
	"inline_query":            (*parser).query,
	"chosen_inline_result":    (*parser).query,
	"shipping_query":          (*parser).query,
	"pre_checkout_query":      (*parser).query,
	"purchased_paid_media":    (*parser).query,
	"poll":                    (*parser).query,
	"poll_answer":             (*parser).query,
}

// parser reads the content of one update.
type parser struct {
	ch      bot.Channel
	kind    string
	payload json.RawMessage
	skipped []error
}

func (p *parser) events() ([]bot.Event, error) {
	read, ok := readers[p.kind]
	if !ok {
		read = (*parser).query
	}
	events := read(p)
	return events, errors.Join(p.skipped...)
}

// decode fills into as far as the payload fits. encoding/json goes on after a value of the wrong type.
func (p *parser) decode(into any) {
	if err := json.Unmarshal(p.payload, into); err != nil {
		p.skipped = append(p.skipped, bot.Wrap(bot.Invalid, fmt.Sprintf("update %q is not as documented", p.kind), err))
	}
}
