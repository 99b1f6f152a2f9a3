package messenger

import (
	"cmp"
	"encoding/json"
	"slices"
)

// Limits of the profile: https://developers.facebook.com/docs/messenger-platform/reference/messenger-profile-api.
const (
	maxGreeting  = 160
	maxMenu      = 20
	maxMenuTitle = 30
	maxIce       = 4
	maxQuestion  = 80
)

// profile is what people see of a page before they write.
type profile struct {
	GetStarted  *getStarted     `json:"get_started,omitempty"`
	Greeting    []greeting      `json:"greeting,omitempty"`
	Menu        []localMenu     `json:"persistent_menu,omitempty"`
	IceBreakers []localQuestion `json:"ice_breakers,omitempty"`
}

type getStarted struct {
	Payload string `json:"payload"`
}

type greeting struct {
	Locale string `json:"locale"`
	Text   string `json:"text"`
}

type localMenu struct {
	Locale   string   `json:"locale"`
	Disabled bool     `json:"composer_input_disabled"`
	Actions  []button `json:"call_to_actions"`
}

type localQuestion struct {
	Locale  string `json:"locale"`
	Actions []struct {
		Question string `json:"question"`
		Payload  string `json:"payload"`
	} `json:"call_to_actions"`
}

var properties = []string{"get_started", "greeting", "persistent_menu", "ice_breakers"}

const defaultLocale = "default"

var done = answer{result: map[string]string{"result": "success"}}

// profileFields gives the names that a call is about.
func (c *call) profileFields() ([]string, error) {
	named := c.list("fields")
	for _, name := range named {
		if !slices.Contains(properties, name) {
			return nil, invalid("Param fields must be among %q", properties)
		}
	}
	if len(named) == 0 {
		return nil, invalid("The parameter fields is required.")
	}
	return named, nil
}

// without gives the profile without some of its fields.
func (p profile) without(names []string) profile {
	for _, name := range names {
		switch name {
		case "get_started":
			p.GetStarted = nil
		case "greeting":
			p.Greeting = nil
		case "persistent_menu":
			p.Menu = nil
		case "ice_breakers":
			p.IceBreakers = nil
		}
	}
	return p
}

func (c *call) getProfile() (answer, error) {
	named, err := c.profileFields()
	if err != nil {
		return answer{}, err
	}
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	others := slices.DeleteFunc(slices.Clone(properties), func(name string) bool { return slices.Contains(named, name) })
	shown, err := json.Marshal(c.page.profile.without(others))
	if err != nil {
		return answer{}, invalid("The profile cannot be shown.")
	}
	data := []json.RawMessage{}
	if string(shown) != "{}" {
		data = append(data, shown)
	}
	return answer{result: map[string]any{"data": data}}, nil
}

func (c *call) setProfile() (answer, error) {
	var given profile
	if err := decode(c.body, &given); err != nil {
		return answer{}, err
	}
	if err := given.check(); err != nil {
		return answer{}, err
	}
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	next := c.page.profile
	if given.GetStarted != nil {
		next.GetStarted = given.GetStarted
	}
	if given.Greeting != nil {
		next.Greeting = given.Greeting
	}
	if given.Menu != nil {
		next.Menu = given.Menu
		for _, menu := range next.Menu {
			fillHeights(menu.Actions)
		}
	}
	if given.IceBreakers != nil {
		next.IceBreakers = given.IceBreakers
	}
	return c.page.become(next)
}

// fillHeights gives entries that open an address how high, as Meta shows it.
func fillHeights(entries []button) {
	for i, b := range entries {
		if b.Type == "web_url" {
			entries[i].Height = cmp.Or(b.Height, "full")
		}
	}
}

func (c *call) deleteProfile() (answer, error) {
	named, err := c.profileFields()
	if err != nil {
		return answer{}, err
	}
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	return c.page.become(c.page.profile.without(named))
}

// become takes another profile. m.mu is held.
func (p *page) become(next profile) (answer, error) {
	if next.Menu != nil && next.GetStarted == nil {
		return answer{}, refuse(codeInvalid, subcodeGetStarted, "You must set a Get Started button if you also wish to use persistent menu.")
	}
	p.profile = next
	return done, nil
}

func (p profile) check() error {
	if p.GetStarted == nil && p.Greeting == nil && p.Menu == nil && p.IceBreakers == nil {
		return invalid("Requires one of the params: %q", properties)
	}
	if p.GetStarted != nil && !fits(p.GetStarted.Payload, maxPayload) {
		return invalid("Param get_started[payload] must have 1 to %d characters", maxPayload)
	}
	var locales []string
	for _, g := range p.Greeting {
		locales = append(locales, g.Locale)
		if !fits(g.Text, maxGreeting) {
			return invalid("Param greeting must have texts of 1 to %d characters", maxGreeting)
		}
	}
	if p.Greeting != nil && !slices.Contains(locales, defaultLocale) {
		return invalid("Param greeting must have the locale default")
	}
	if err := checkMenu(p.Menu); err != nil {
		return err
	}
	return checkQuestions(p.IceBreakers)
}

func checkMenu(menus []localMenu) error {
	hasDefault := menus == nil
	for _, menu := range menus {
		hasDefault = hasDefault || menu.Locale == defaultLocale
		if len(menu.Actions) == 0 || len(menu.Actions) > maxMenu {
			return invalid("Param persistent_menu must have 1 to %d items", maxMenu)
		}
		for i, b := range menu.Actions {
			if wrong := b.wrong(maxMenuTitle); wrong != "" {
				return invalid("Param persistent_menu, item %d: %s", i, wrong)
			}
		}
	}
	if !hasDefault {
		return invalid("Param persistent_menu must have the locale default")
	}
	return nil
}

func checkQuestions(locals []localQuestion) error {
	hasDefault := locals == nil
	for _, local := range locals {
		hasDefault = hasDefault || local.Locale == defaultLocale
		if len(local.Actions) == 0 || len(local.Actions) > maxIce {
			return invalid("Param ice_breakers must have 1 to %d questions", maxIce)
		}
		for _, q := range local.Actions {
			if !fits(q.Question, maxQuestion) || !fits(q.Payload, maxPayload) {
				return invalid("Param ice_breakers must have questions of 1 to %d characters with payloads", maxQuestion)
			}
		}
	}
	if !hasDefault {
		return invalid("Param ice_breakers must have the locale default")
	}
	return nil
}
