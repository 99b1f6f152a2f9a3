package telegram

import (
	"bytes"
	"encoding/json"
	"time"

	"hookline/shared/bot"
)

// Shape gives the update as permabots' templates had it: from_user for from, which stays as well, and dates as times.
func (t *Telegram) Shape(e bot.Event) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(e.Raw))
	decoder.UseNumber()
	var update any
	if err := decoder.Decode(&update); err != nil {
		return nil, bot.Wrap(bot.Invalid, "the update is no JSON", err)
	}
	reshape(update)
	return update, nil
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
