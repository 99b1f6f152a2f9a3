package messenger

import (
	"maps"
	"slices"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// more is the text of a message that only goes on with a keyboard.
const more = "…"

// Split cuts a part into a message each for its file, its text and the templates of its keyboard.
func (m *Messenger) Split(p bot.Part) []bot.Part {
	if p.Sign != "" {
		return []bot.Part{{Sign: p.Sign}}
	}
	text := p.Text
	if p.Location != nil {
		text = strings.TrimSpace(text + "\n" + provider.PlaceText(*p.Location))
	}
	text = provider.Plain(text, p.Format)
	pages, templates := pagesOf(p)
	options := p.Options
	if templates {
		options = with(options, provider.OptionKeyboard, keyboardButtons)
	}
	var pieces []bot.Part
	if p.Media != nil {
		pieces = append(pieces, bot.Part{Media: p.Media, Options: p.Options})
	}
	for _, piece := range provider.SplitText(text, textLimit, provider.CodePoints) {
		pieces = append(pieces, bot.Part{Text: piece, Options: p.Options})
	}
	for i, page := range pages {
		onto := len(pieces) - 1
		if i > 0 || onto >= 0 && templates && !holds(pieces[onto]) {
			pieces = append(pieces, bot.Part{Text: more})
			onto++
		}
		if onto < 0 {
			return nil // a keyboard without anything to hang on
		}
		pieces[onto].Keyboard, pieces[onto].Options = page, options
	}
	return pieces
}

// holds tells whether a message can have a template's buttons.
func holds(p bot.Part) bool {
	return p.Media == nil && provider.CodePoints.Len(p.Text) <= templateText
}

// pagesOf gives the keyboards of the messages that a part's buttons go in, and whether they are those of templates.
func pagesOf(p bot.Part) (pages [][][]bot.Button, templates bool) {
	buttons := slices.Concat(p.Keyboard...)
	if len(buttons) == 0 {
		return nil, false
	}
	templates = len(buttons) > quickReplies || p.Options[provider.OptionKeyboard] == keyboardButtons
	for i := range buttons {
		buttons[i] = shortened(buttons[i])
		templates = templates || buttons[i].URL != ""
	}
	size := quickReplies
	if templates {
		size = templateButtons
	}
	for page := range slices.Chunk(buttons, size) {
		pages = append(pages, [][]bot.Button{page})
	}
	return pages, templates
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
