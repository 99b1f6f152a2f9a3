package telegram

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"hookline/shared/bot"
)

// Shape gives the update as permabots' templates had it: from_user for from, which stays as well, and dates as times. Of
// an event that has no Raw it is made of what is known.
func (t *Telegram) Shape(e bot.Event) (any, error) {
	if e.Raw == nil {
		return update(e), nil
	}
	decoder := json.NewDecoder(bytes.NewReader(e.Raw))
	decoder.UseNumber()
	var raw any
	if err := decoder.Decode(&raw); err != nil {
		return nil, bot.Wrap(bot.Invalid, "the update is no JSON", err)
	}
	reshape(raw)
	return raw, nil
}

// update makes the text or the press of a button that an event tells of.
func update(e bot.Event) map[string]any {
	message := map[string]any{"message_id": number(e.MessageID), "date": e.Time.UTC().Format(time.RFC3339), "text": e.Text}
	if e.Chat != nil {
		message["chat"] = map[string]any{"id": number(e.Chat.ID), "type": chatType(e.Chat.Type), "title": e.Chat.Title}
	}
	var from map[string]any
	if p := e.From; p != nil {
		from = map[string]any{"id": number(p.ID), "first_name": p.FirstName, "last_name": p.LastName, "username": p.Username}
	}
	if e.Kind == bot.Press {
		return map[string]any{"update_id": number(e.ID), "callback_query": map[string]any{
			"id": e.AckID, "data": e.Payload, "from": from, "from_user": from, "message": message,
		}}
	}
	message["from"], message["from_user"] = from, from
	return map[string]any{"update_id": number(e.ID), "message": message}
}

// number gives an id as Telegram writes it.
func number(id string) any {
	if _, err := strconv.ParseInt(id, 10, 64); err != nil {
		return id
	}
	return json.Number(id)
}

func chatType(t bot.ChatType) string {
	if t == bot.Direct {
		return "private"
	}
	return string(t)
}

func reshape(value any) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			reshape(item)
		}
	case map[string]any:
		for name, inner := range value {
			reshape(inner)
			switch name {
			case "from":
				value["from_user"] = inner
			case "date", "edit_date", "forward_date":
				if seconds, ok := inner.(json.Number); ok {
					value[name] = date(seconds)
				}
			}
		}
	}
}

// date gives a time as templates read it; what is no whole number of seconds stays.
func date(seconds json.Number) any {
	n, err := seconds.Int64()
	if err != nil {
		return seconds
	}
	return time.Unix(n, 0).UTC().Format(time.RFC3339)
}
