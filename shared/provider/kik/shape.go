package kik

import (
	"encoding/json"
	"time"

	"hookline/shared/bot"
)

// Shape gives the message as permabots' templates had it: all of them were texts there, and the timestamp a time. Of an
// event that has no Raw it is made of what is known.
func (k *Kik) Shape(e bot.Event) (any, error) {
	shape := map[string]any{"id": e.MessageID, "body": e.Text}
	if e.Chat != nil {
		shape["chatId"] = e.Chat.ID
	}
	if e.From != nil {
		shape["from"] = e.From.ID
	}
	if e.Raw != nil {
		var message map[string]json.RawMessage
		if err := json.Unmarshal(e.Raw, &message); err != nil {
			return nil, bot.Wrap(bot.Invalid, "the message is no JSON object", err)
		}
		for name, value := range message {
			shape[name] = value
		}
	}
	shape["type"], shape["timestamp"] = "text", e.Time.UTC().Format(time.RFC3339Nano)
	return shape, nil
}
