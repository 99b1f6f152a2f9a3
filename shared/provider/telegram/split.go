package telegram

import (
	"maps"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// more is the text of a message that only goes on with a keyboard.
const more = "…"

// Split cuts a part by its text, then by its keyboard. What becomes of an earlier reply keyboard is put into the option
// keyboard, as only the last piece may take it away.
func (t *Telegram) Split(p bot.Part) []bot.Part {
	texts, format := splitText(p.Text, p.Format)
	if len(texts) == 0 {
		return nil
	}
	pages := keyboardPages(p.Keyboard)
	pieces := make([]bot.Part, 0, len(texts)+len(pages))
	for _, text := range texts {
		pieces = append(pieces, bot.Part{Text: text, Format: format, ReplyTo: p.ReplyTo, Options: p.Options})
	}
	for i, page := range pages {
		if i > 0 {
			pieces = append(pieces, bot.Part{Text: more, ReplyTo: p.ReplyTo, Options: p.Options})
		}
		pieces[len(pieces)-1].Keyboard = page
	}
	settleKeyboards(pieces, p.Options)
	return pieces
}

// settleKeyboards says of each piece without a keyboard whether it takes an earlier one away.
func settleKeyboards(pieces []bot.Part, options bot.Options) {
	chosen, _ := options[optKeyboard].(string)
	for i := range pieces {
		p := &pieces[i]
		last := i == len(pieces)-1
		switch {
		case len(p.Keyboard) > 0:
			continue
		case !last:
			p.Options = with(options, optKeyboard, keyboardKeep)
		case chosen == "" || chosen == keyboardInline:
			p.Options = with(options, optKeyboard, keyboardRemove)
		}
	}
}

func with(options bot.Options, name string, value any) bot.Options {
	changed := maps.Clone(options)
	if changed == nil {
		changed = bot.Options{}
	}
	changed[name] = value
	return changed
}

// smallestCut is the limit, in characters, below which markup that takes too much room is given up.
const smallestCut = textLimit / 16

// splitText cuts a text, markup open at a cut being closed and opened again. Markup that cannot be read cannot be cut:
// such a text goes as plain text, unless it is short enough to let Telegram judge.
func splitText(text string, format bot.Format) ([]string, bot.Format) {
	if format == bot.FormatPlain {
		return provider.SplitText(text, textLimit, provider.CodePoints), format
	}
	parsed := parseMarkup(text, format)
	if parsed.broken {
		if len(text) <= sourceLimit && provider.CodePoints.Len(text) <= textLimit {
			return []string{text}, format
		}
		return provider.SplitText(parsed.plain(), textLimit, provider.CodePoints), bot.FormatPlain
	}
	for limit := textLimit; limit >= smallestCut; limit /= 2 {
		if pieces, ok := parsed.split(limit); ok {
			return pieces, format
		}
	}
	return provider.SplitText(parsed.plain(), textLimit, provider.CodePoints), bot.FormatPlain
}
