package messenger

import (
	"encoding/json"
	"time"

	"hookline/shared/bot"
)

// Shape gives the event as permabots' templates had it: who wrote to whom, when, and the text or the postback's payload.
func (m *Messenger) Shape(e bot.Event) (any, error) {
	var read messaging
	if err := json.Unmarshal(e.Raw, &read); err != nil {
		return nil, bot.Wrap(bot.Invalid, "an event that is not as it was", err)
	}
	shape := map[string]string{
		"sender": string(read.Sender.ID), "recipient": string(read.Recipient.ID), "timestamp": e.Time.UTC().Format(time.RFC3339Nano),
	}
	if e.Kind == bot.Press {
		shape["postback"] = e.Payload
	} else {
		shape["text"] = e.Text
	}
	return shape, nil
}
