package engine

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"hookline/shared/bot"
)

// shortestSecret is how long a secret is at least to be masked: shorter ones would hide half of everything.
const shortestSecret = 4

// maskOf makes what hides secrets in a text, however they are written there.
func maskOf(secrets map[string]bot.Credential) *strings.Replacer {
	var pairs [][2]string
	for name, secret := range secrets {
		for _, form := range forms(secret.Value.Reveal()) {
			if len(form) >= shortestSecret {
				pairs = append(pairs, [2]string{form, "{{ secret." + name + " }}"})
			}
		}
	}
	// The longest goes first, so that one that another begins with does not leave the rest of it in clear.
	slices.SortFunc(pairs, func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(len(b[0]), len(a[0])), strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1]))
	})
	var list []string
	for _, pair := range pairs {
		list = append(list, pair[:]...)
	}
	return strings.NewReplacer(list...)
}

// forms are the ways in which requests and templates write a text.
func forms(text string) []string {
	return []string{text, url.QueryEscape(text), url.PathEscape(text), jsonText(text)}
}

// jsonText is how a text stands inside of a JSON string.
func jsonText(text string) string {
	quoted, _ := json.Marshal(text) // a text can always be encoded
	return string(quoted[1 : len(quoted)-1])
}

// mask hides the bot's secrets in a text that is to be shown.
func (live *liveBot) mask(text string) string { return live.masks.Replace(text) }

// masked gives a part as it may be shown.
func masked(part bot.Part, mask func(string) string) bot.Part {
	part.Text = mask(part.Text)
	if part.Media != nil {
		part.Media = &bot.Media{Kind: part.Media.Kind, Source: mask(part.Media.Source)}
	}
	if part.Location != nil {
		at := *part.Location
		at.Title = mask(at.Title)
		part.Location = &at
	}
	var rows [][]bot.Button
	for _, row := range part.Keyboard {
		var buttons []bot.Button
		for _, b := range row {
			buttons = append(buttons, bot.Button{Text: mask(b.Text), URL: mask(b.URL), Payload: mask(b.Payload)})
		}
		rows = append(rows, buttons)
	}
	part.Keyboard = rows
	if part.Options != nil {
		part.Options = maskedIn(map[string]any(part.Options), mask).(map[string]any)
	}
	return part
}

// maskedIn hides secrets in every text of a value.
func maskedIn(value any, mask func(string) string) any {
	switch value := value.(type) {
	case string:
		return mask(value)
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = maskedIn(item, mask)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(value))
		for name, item := range value {
			object[name] = maskedIn(item, mask)
		}
		return object
	}
	return value
}
