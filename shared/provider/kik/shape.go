package kik

import (
	"encoding/json"
	"time"

	"hookline/shared/bot"
)

// Shape gives the message as permabots' templates had it: all of them were texts there, and the timestamp a time.
func (k *Kik) Shape(e bot.Event) (any, error) {
	var message map[string]json.RawMessage
	if err := json.Unmarshal(e.Raw, &message); err != nil {
		return nil, bot.Wrap(bot.Invalid, "the message is no JSON object", err)
	}
	shape := map[string]any{"body": e.Text}
	for name, value := range message {
		shape[name] = value
	}
	shape["type"], shape["timestamp"] = "text", e.Time.UTC().Format(time.RFC3339Nano)
	return shape, nil
}
