package messenger

import (
	"maps"
	"slices"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// form is a way in which a message has buttons.
type form struct {
	name    string // as the option keyboard has it
	buttons int    // of one message
	text    int    // code points that a message with buttons has at most
	media   bool   // whether a file can have them
}

// Forms of keyboards: https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies,
// …/template/button and …/template/generic.
var forms = map[string]form{
	keyboardReplies: {keyboardReplies, quickReplies, textLimit, true},
	keyboardButtons: {keyboardButtons, templateButtons, templateText, false},
	keyboardGeneric: {keyboardGeneric, cards * templateButtons, cardTitle, false},
}

// formOf gives the form that was asked for. Quick replies open no address, and are few.
func formOf(options bot.Options, buttons []bot.Button) form {
	f, chosen := forms[chosen(options, provider.OptionKeyboard)]
	if chosen && f.name != keyboardReplies {
		return f
	}
	opens := slices.ContainsFunc(buttons, func(b bot.Button) bool { return b.URL != "" })
	if opens || len(buttons) > quickReplies {
		return forms[keyboardButtons]
	}
	return forms[keyboardReplies]
}

// fits tells whether a message can have buttons of the form.
func (f form) fits(p bot.Part) bool {
	return (p.Media == nil || f.media) && provider.CodePoints.Len(p.Text) <= f.text
}

// shortened cuts a label. The payload stays what it was.
func shortened(b bot.Button) bot.Button {
	if label := []rune(b.Text); len(label) > labelLimit {
		b.Text = string(label[:labelLimit-1]) + "…"
	}
	return b
}

func with(options bot.Options, name string, value any) bot.Options {
	changed := maps.Clone(options)
	if changed == nil {
		changed = bot.Options{}
	}
	changed[name] = value
	return changed
}

// The payloads of templates and quick replies.

type buttonTemplate struct {
	TemplateType string           `json:"template_type"`
	Text         string           `json:"text"`
	Buttons      []templateButton `json:"buttons"`
}

type genericTemplate struct {
	TemplateType string `json:"template_type"`
	Elements     []card `json:"elements"`
}

type card struct {
	Title   string           `json:"title"`
	Buttons []templateButton `json:"buttons"`
}

type templateButton struct {
	Type    string `json:"type"`
	Title   string `json:"title"`
	URL     string `json:"url,omitempty"`
	Payload string `json:"payload,omitempty"`
}

type outgoingQuick struct {
	ContentType string `json:"content_type"`
	Title       string `json:"title"`
	Payload     string `json:"payload"`
}

// templateOf gives the template that a part's keyboard asks for, nil for none.
func templateOf(p bot.Part, buttons []bot.Button) any {
	if len(buttons) == 0 || p.Media != nil {
		return nil
	}
	switch chosen(p.Options, provider.OptionKeyboard) {
	case keyboardButtons:
		return buttonTemplate{"button", p.Text, templateButtonsOf(buttons)}
	case keyboardGeneric:
		made := genericTemplate{TemplateType: "generic"}
		for some := range slices.Chunk(buttons, templateButtons) {
			made.Elements = append(made.Elements, card{p.Text, templateButtonsOf(some)})
		}
		return made
	}
	return nil
}

func templateButtonsOf(buttons []bot.Button) []templateButton {
	made := make([]templateButton, len(buttons))
	for i, b := range buttons {
		made[i] = templateButton{Type: "postback", Title: b.Text, Payload: b.Payload}
		if b.URL != "" {
			made[i] = templateButton{Type: "web_url", Title: b.Text, URL: b.URL}
		}
	}
	return made
}

func quickRepliesOf(buttons []bot.Button) []outgoingQuick {
	var made []outgoingQuick
	for _, b := range buttons {
		made = append(made, outgoingQuick{"text", b.Text, b.Payload})
	}
	return made
}
