package messenger

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"hookline/shared/bot"
)

var versionShape = regexp.MustCompile(`^v[0-9]{1,3}\.[0-9]{1,3}$`)

// CheckChannel says what Meta would refuse of a channel.
func (m *Messenger) CheckChannel(spec bot.ChannelSpec) (problems []bot.Problem) {
	complain := func(path, format string, args ...any) {
		problems = append(problems, bot.Problem{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	for _, field := range []string{appIDField, bot.AccountField} {
		if id, ok := spec.Settings[field].(string); ok && !isDigits(id) {
			complain(field, "must be an id of Meta's, a number")
		}
	}
	if version, ok := spec.Settings[versionField].(string); ok && !versionShape.MatchString(version) {
		complain(versionField, "must be as "+currentVersion)
	}
	if payload, _ := spec.Settings[getStartedField].(string); len(payload) > payloadLimit {
		complain(getStartedField, "has %d bytes; messenger takes %d", len(payload), payloadLimit)
	}
	greetings, err := greetingsOf(spec.Settings[greetingField])
	if err != nil {
		complain(greetingField, "must be a text, or texts by locale")
	}
	for _, locale := range slices.Sorted(maps.Keys(greetings)) {
		if length := len([]rune(greetings[locale])); length > greetingLimit {
			complain(greetingField, "has %d characters; messenger shows %d", length, greetingLimit)
		}
	}
	if greetings != nil && greetings[defaultLocale] == "" {
		complain(greetingField, "needs a text for the locale default")
	}
	checkButtons(complain, spec.Settings[menuField], buttonList{menuField, menuLimit, menuTitleLimit, true})
	checkButtons(complain, spec.Settings[iceBreakersField], buttonList{iceBreakersField, iceBreakerLimit, questionLimit, false})
	return problems
}

// complaint notes what is wrong at a path.
type complaint func(path, format string, args ...any)

// buttonList is a setting that lists buttons.
type buttonList struct {
	field        string
	count, label int
	addresses    bool
}

func checkButtons(complain complaint, setting any, l buttonList) {
	buttons, err := buttonsOf(setting)
	if err != nil {
		complain(l.field, "must be a list of texts or {text, payload}")
		return
	}
	if len(buttons) > l.count {
		complain(l.field, "has %d entries; messenger takes %d", len(buttons), l.count)
	}
	for i, b := range buttons {
		path := fmt.Sprintf("%s[%d]", l.field, i)
		switch length := len([]rune(b.Text)); {
		case strings.TrimSpace(b.Text) == "":
			complain(path, "needs a text")
		case length > l.label:
			complain(path, "has a text of %d characters; messenger takes %d", length, l.label)
		case len(b.Payload) > payloadLimit:
			complain(path, "has a payload of %d bytes; messenger takes %d", len(b.Payload), payloadLimit)
		case b.URL != "" && !l.addresses:
			complain(path, "cannot open an address")
		}
	}
}

// CheckOptions says which options do not go together.
func (m *Messenger) CheckOptions(options bot.Options) []bot.Problem {
	tag, kind := chosen(options, optTag), chosen(options, optType)
	switch {
	case kind == "MESSAGE_TAG" && tag == "":
		return []bot.Problem{{Path: optType, Message: "MESSAGE_TAG goes with a tag"}}
	case tag != "" && kind != "" && kind != "MESSAGE_TAG":
		return []bot.Problem{{Path: optTag, Message: "goes with messaging_type MESSAGE_TAG"}}
	}
	if strings.HasSuffix(tag, "_UPDATE") {
		return []bot.Problem{{Path: optTag, Message: tag + " is refused by Meta since April 2026: HUMAN_AGENT remains", Warning: true}}
	}
	return nil
}
