package messenger

import (
	"slices"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// more is the text of a message that only goes on with a keyboard.
const more = "…"

// Split cuts a part into a message each for its file, its text and what of its keyboard goes in one.
func (m *Messenger) Split(p bot.Part) []bot.Part {
	if p.Sign != "" {
		return []bot.Part{{Sign: p.Sign}}
	}
	var pieces []bot.Part
	if p.Media != nil && fileTypes[p.Media.Kind] != "" {
		pieces = append(pieces, bot.Part{Media: p.Media, Options: p.Options})
	}
	for _, piece := range provider.SplitText(textOf(p), textLimit, provider.CodePoints) {
		pieces = append(pieces, bot.Part{Text: piece, Options: p.Options})
	}
	buttons := slices.Concat(p.Keyboard...)
	if len(buttons) == 0 || len(pieces) == 0 {
		return pieces // a keyboard needs something to hang on
	}
	return hang(pieces, buttons, formOf(p.Options, buttons))
}

// textOf is all that a part says in words, as plain text.
func textOf(p bot.Part) string {
	lines := []string{provider.Plain(p.Text, p.Format)}
	if p.Media != nil && fileTypes[p.Media.Kind] == "" {
		lines = append(lines, p.Media.Source)
	}
	if p.Location != nil {
		lines = append(lines, provider.PlaceText(*p.Location))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// hang puts buttons on the last of the pieces, and on further ones.
func hang(pieces []bot.Part, buttons []bot.Button, f form) []bot.Part {
	options := pieces[0].Options
	if f.name != keyboardReplies {
		options = with(options, provider.OptionKeyboard, f.name)
	}
	if !f.fits(pieces[len(pieces)-1]) {
		pieces = append(pieces, bot.Part{Text: more})
	}
	for page := range slices.Chunk(buttons, f.buttons) {
		last := &pieces[len(pieces)-1]
		if last.Keyboard != nil {
			pieces = append(pieces, bot.Part{Text: more})
			last = &pieces[len(pieces)-1]
		}
		for i := range page {
			page[i] = shortened(page[i])
		}
		last.Keyboard, last.Options = [][]bot.Button{page}, options
	}
	return pieces
}
