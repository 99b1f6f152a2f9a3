package kik

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"hookline/shared/bot"
)

var usernameShape = regexp.MustCompile(`^[A-Za-z0-9_.]{2,32}$`)

// CheckChannel says what Kik would refuse of a channel.
func (k *Kik) CheckChannel(spec bot.ChannelSpec) (problems []bot.Problem) {
	if username, ok := spec.Settings[usernameField].(string); ok && !usernameShape.MatchString(username) {
		problems = append(problems, bot.Problem{
			Path: usernameField, Message: "must be 2 to 32 letters, digits, dots and underscores, without @",
		})
	}
	setting, ok := spec.Settings[keyboardField]
	if !ok {
		return problems
	}
	buttons, err := staticButtons(setting)
	switch {
	case err != nil:
		return append(problems, bot.Problem{Path: keyboardField, Message: "must be a list of texts or {text, payload}"})
	case len(buttons) > suggestionLimit:
		problems = append(problems, bot.Problem{
			Path: keyboardField, Message: fmt.Sprintf("has %d buttons: kik shows %d", len(buttons), suggestionLimit),
		})
	}
	for i, b := range buttons {
		if strings.TrimSpace(b.Text) == "" || b.URL != "" {
			problems = append(problems, bot.Problem{
				Path: fmt.Sprintf("%s[%d]", keyboardField, i), Message: "must have a text, and cannot open an address",
			})
		}
	}
	return problems
}

// staticButtons reads the setting, which encoding/json has decoded.
func staticButtons(setting any) (buttons []bot.Button, err error) {
	encoded, err := json.Marshal(setting)
	if err != nil {
		return nil, err
	}
	return buttons, json.Unmarshal(encoded, &buttons)
}

// CheckOptions says which options are out of range.
func (k *Kik) CheckOptions(options bot.Options) (problems []bot.Problem) {
	for _, o := range []struct {
		name     string
		min, max int64
	}{{optDelay, 0, 0}, {optTypeTime, 0, 0}, {optTextLimit, 1, textLimit}} {
		written, ok := options[o.name].(json.Number)
		value, err := written.Int64()
		if !ok || err != nil {
			continue // not a number is said elsewhere
		}
		switch {
		case value < o.min:
			problems = append(problems, bot.Problem{Path: o.name, Message: fmt.Sprintf("must be %d at least", o.min)})
		case o.max > 0 && value > o.max:
			problems = append(problems, bot.Problem{Path: o.name, Message: fmt.Sprintf("must be %d at most", o.max)})
		}
	}
	return problems
}
