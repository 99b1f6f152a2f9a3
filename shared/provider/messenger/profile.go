package messenger

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// Limits of the profile: https://developers.facebook.com/docs/messenger-platform/reference/messenger-profile-api.
const (
	greetingLimit   = 160
	menuLimit       = 20
	menuTitleLimit  = 30
	questionLimit   = 80
	iceBreakerLimit = 4
)

// profile is what people see of a page before they write.
type profile struct {
	GetStarted  *startButton `json:"get_started,omitempty"`
	Greeting    []greeting   `json:"greeting,omitempty"`
	Menu        []localMenu  `json:"persistent_menu,omitempty"`
	IceBreakers []localIce   `json:"ice_breakers,omitempty"`
}

type startButton struct {
	Payload string `json:"payload"`
}

type greeting struct {
	Locale string `json:"locale"`
	Text   string `json:"text"`
}

type localMenu struct {
	Locale  string           `json:"locale"`
	Actions []templateButton `json:"call_to_actions"`
}

type localIce struct {
	Locale  string        `json:"locale"`
	Actions []iceQuestion `json:"call_to_actions"`
}

type iceQuestion struct {
	Question string `json:"question"`
	Payload  string `json:"payload"`
}

const defaultLocale = "default"

// applyProfile sets what the channel names and takes away what it does not. The get-started button comes first: Meta takes
// no menu without it.
func (m *Messenger) applyProfile(ctx context.Context, ch bot.Channel) error {
	wanted, err := profileOf(ch)
	if err != nil {
		return err
	}
	set := func(p profile) error {
		return m.invoke(ctx, ch, provider.Call{Address: "/me/messenger_profile", Body: p}, nil)
	}
	if err := set(profile{GetStarted: wanted.GetStarted}); err != nil {
		return err
	}
	present, err := m.profileFields(ctx, ch)
	if err != nil {
		return err
	}
	var gone []string
	for _, property := range []struct {
		name string
		here bool
	}{{"greeting", wanted.Greeting != nil}, {"persistent_menu", wanted.Menu != nil}, {"ice_breakers", wanted.IceBreakers != nil}} {
		if !property.here && slices.Contains(present, property.name) {
			gone = append(gone, property.name)
		}
	}
	if len(gone) > 0 {
		call := provider.Call{Method: http.MethodDelete, Address: "/me/messenger_profile", Body: map[string][]string{"fields": gone}}
		if err := m.invoke(ctx, ch, call, nil); err != nil {
			return err
		}
	}
	if wanted.GetStarted = nil; wanted.Greeting == nil && wanted.Menu == nil && wanted.IceBreakers == nil {
		return nil
	}
	return set(wanted)
}

// profileFields gives the properties that the page has.
func (m *Messenger) profileFields(ctx context.Context, ch bot.Channel) ([]string, error) {
	var answer struct {
		Data []map[string]json.RawMessage `json:"data"`
	}
	fields := url.QueryEscape("get_started,greeting,persistent_menu,ice_breakers")
	call := provider.Call{Method: http.MethodGet, Address: "/me/messenger_profile?fields=" + fields}
	if err := m.invoke(ctx, ch, call, &answer); err != nil {
		return nil, err
	}
	var names []string
	for _, one := range answer.Data {
		names = slices.AppendSeq(names, maps.Keys(one))
	}
	return names, nil
}

func profileOf(ch bot.Channel) (profile, error) {
	p := profile{GetStarted: &startButton{payloadOfStart(ch)}}
	greetings, err := greetingsOf(ch.Settings[greetingField])
	if err != nil {
		return p, bot.Wrap(bot.Invalid, greetingField+" cannot be read", err)
	}
	for _, locale := range slices.Sorted(maps.Keys(greetings)) {
		p.Greeting = append(p.Greeting, greeting{locale, greetings[locale]})
	}
	menu, err := buttonsOf(ch.Settings[menuField])
	if err != nil {
		return p, bot.Wrap(bot.Invalid, menuField+" cannot be read", err)
	}
	if len(menu) > 0 {
		p.Menu = []localMenu{{defaultLocale, templateButtonsOf(menu)}}
	}
	questions, err := buttonsOf(ch.Settings[iceBreakersField])
	if err != nil {
		return p, bot.Wrap(bot.Invalid, iceBreakersField+" cannot be read", err)
	}
	for _, q := range questions {
		if p.IceBreakers == nil {
			p.IceBreakers = []localIce{{Locale: defaultLocale}}
		}
		p.IceBreakers[0].Actions = append(p.IceBreakers[0].Actions, iceQuestion{q.Text, q.Payload})
	}
	return p, nil
}

// greetingsOf reads a text, or texts by locale, as encoding/json has decoded them.
func greetingsOf(setting any) (map[string]string, error) {
	switch setting := setting.(type) {
	case nil:
		return nil, nil
	case string:
		return map[string]string{defaultLocale: setting}, nil
	case map[string]any:
		texts := make(map[string]string, len(setting))
		for locale, value := range setting {
			written, ok := value.(string)
			if !ok {
				return nil, fmt.Errorf("%s is no text", locale)
			}
			texts[locale] = written
		}
		return texts, nil
	}
	return nil, fmt.Errorf("it is neither a text nor texts by locale")
}

// buttonsOf reads a list of texts or {text, payload, url}, as encoding/json has decoded it.
func buttonsOf(setting any) (buttons []bot.Button, err error) {
	if setting == nil {
		return nil, nil
	}
	encoded, err := json.Marshal(setting)
	if err != nil {
		return nil, err
	}
	return buttons, json.Unmarshal(encoded, &buttons)
}

// inMenu tells whether a payload is of the persistent menu.
func inMenu(ch bot.Channel, payload string) bool {
	menu, _ := buttonsOf(ch.Settings[menuField])
	return slices.ContainsFunc(menu, func(b bot.Button) bool { return b.URL == "" && b.Payload == payload })
}

// CheckChannel says what Meta would refuse of a channel.
func (m *Messenger) CheckChannel(spec bot.ChannelSpec) (problems []bot.Problem) {
	complain := func(path, format string, args ...any) {
		problems = append(problems, bot.Problem{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if id, ok := spec.Settings[appIDField].(string); ok && !isDigits(id) {
		complain(appIDField, "must be the app's id, a number")
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
	m.checkButtons(complain, spec, buttonList{menuField, menuLimit, menuTitleLimit, true})
	m.checkButtons(complain, spec, buttonList{iceBreakersField, iceBreakerLimit, questionLimit, false})
	return problems
}

// buttonList is a setting that lists buttons.
type buttonList struct {
	field        string
	count, label int
	addresses    bool
}

func (m *Messenger) checkButtons(complain func(path, format string, args ...any), spec bot.ChannelSpec, l buttonList) {
	buttons, err := buttonsOf(spec.Settings[l.field])
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
