package telegram

import (
	"strings"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// formats are the parse modes as all networks call them.
var formats = map[string]bot.Format{
	"html": bot.FormatHTML, "markdown": bot.FormatMarkdown, "markdownv2": bot.FormatMarkdown,
}

// shown is the message as its users see it.
func (m Message) shown(p params) simulate.Shown {
	return simulate.Shown{Text: m.Text, Format: formats[strings.ToLower(p["parse_mode"])], Buttons: m.Markup.shown()}
}

func (m *ReplyMarkup) shown() []simulate.Button {
	var buttons []simulate.Button
	if m == nil {
		return nil
	}
	for _, row := range m.Inline {
		for _, b := range row {
			buttons = append(buttons, simulate.Button{Text: b.Text, URL: b.URL})
		}
	}
	for _, row := range m.Keyboard {
		for _, b := range row {
			buttons = append(buttons, simulate.Button{Text: b.Text})
		}
	}
	return buttons
}
