package messenger

import (
	"time"

	"hookline/shared/bot"
)

// Shape gives the event as permabots' templates had it: who wrote to whom, when, and the text or the postback's payload.
func (m *Messenger) Shape(e bot.Event) (any, error) {
	shape := map[string]string{"recipient": e.Account, "timestamp": e.Time.UTC().Format(time.RFC3339Nano)}
	if e.From != nil {
		shape["sender"] = e.From.ID
	}
	if e.Kind == bot.Press {
		shape["postback"] = e.Payload
	} else {
		shape["text"] = e.Text
	}
	return shape, nil
}
