package messenger

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"

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

const (
	defaultLocale = "default"
	profilePath   = "/me/messenger_profile"
)

// fields names what of the profile there is.
func (p profile) fields() (names []string) {
	for _, property := range []struct {
		name string
		here bool
	}{
		{"get_started", p.GetStarted != nil}, {"greeting", p.Greeting != nil},
		{"persistent_menu", p.Menu != nil}, {"ice_breakers", p.IceBreakers != nil},
	} {
		if property.here {
			names = append(names, property.name)
		}
	}
	return names
}

// applyProfile sets what the channel names and takes away what it does not, in as few calls as it can: Meta takes ten in ten
// minutes. The get-started button comes first, without which there is no menu.
func (m *Messenger) applyProfile(ctx context.Context, ch bot.Channel) error {
	wanted, err := profileOf(ch)
	if err != nil {
		return err
	}
	present, err := m.profile(ctx, ch)
	if err != nil || reflect.DeepEqual(wanted, present) {
		return err
	}
	if !reflect.DeepEqual(wanted.GetStarted, present.GetStarted) {
		if err := m.setProfile(ctx, ch, profile{GetStarted: wanted.GetStarted}); err != nil {
			return err
		}
	}
	unwanted := slices.DeleteFunc(present.fields(), func(name string) bool { return slices.Contains(wanted.fields(), name) })
	if err := m.deleteProfile(ctx, ch, unwanted); err != nil {
		return err
	}
	rest := wanted
	rest.GetStarted = nil
	if len(rest.fields()) > 0 {
		if err := m.setProfile(ctx, ch, rest); err != nil {
			return err
		}
	}
	if present, err = m.profile(ctx, ch); err != nil {
		return err
	}
	if !slices.Equal(present.fields(), wanted.fields()) {
		return bot.Errorf(bot.Conflict, fmt.Sprintf("messenger took the profile, and the page has %q, not %q", present.fields(), wanted.fields()))
	}
	return nil
}

func (m *Messenger) setProfile(ctx context.Context, ch bot.Channel, p profile) error {
	return m.invoke(ctx, ch, provider.Call{Address: profilePath, Body: p}, nil)
}

func (m *Messenger) deleteProfile(ctx context.Context, ch bot.Channel, fields []string) error {
	if len(fields) == 0 {
		return nil
	}
	call := provider.Call{Method: http.MethodDelete, Address: profilePath, Body: map[string][]string{"fields": fields}}
	return m.invoke(ctx, ch, call, nil)
}

// profile gives what people see of the page now.
func (m *Messenger) profile(ctx context.Context, ch bot.Channel) (profile, error) {
	var answer struct {
		Data []profile `json:"data"`
	}
	call := provider.Call{Method: http.MethodGet, Address: profilePath + "?fields=get_started,greeting,persistent_menu,ice_breakers"}
	if err := m.invoke(ctx, ch, call, &answer); err != nil {
		return profile{}, err
	}
	var whole profile
	for _, one := range answer.Data { // Meta gives all in one, or each in its own
		whole.GetStarted = cmp.Or(one.GetStarted, whole.GetStarted)
		whole.Greeting = append(whole.Greeting, one.Greeting...)
		whole.Menu = append(whole.Menu, one.Menu...)
		whole.IceBreakers = append(whole.IceBreakers, one.IceBreakers...)
	}
	return whole, nil
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
