package telegram

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// more is the text of a message that only goes on with a keyboard.
const more = "…"

// Split cuts a part by its text, then by its keyboard. What becomes of an earlier reply keyboard is put into the option
// keyboard, as only the last piece may take it away.
func (t *Telegram) Split(p bot.Part) []bot.Part {
	if p.Sign != "" {
		return splitSign(p.Sign)
	}
	if p.Media != nil && methods[p.Media.Kind] == "" {
		p.Text, p.Media = withLink(p), nil
	}
	pieces := contents(p)
	if len(pieces) == 0 {
		return nil
	}
	for i, page := range keyboardPages(p.Keyboard) {
		if i > 0 {
			pieces = append(pieces, bot.Part{Text: more})
		}
		pieces[len(pieces)-1].Keyboard = page
	}
	for i := range pieces {
		pieces[i].ReplyTo, pieces[i].Options = p.ReplyTo, p.Options
	}
	settleKeyboards(pieces, p.Options)
	return pieces
}

func splitSign(sign bot.Sign) []bot.Part {
	if sign != bot.ShowTyping {
		return nil
	}
	return []bot.Part{{Sign: sign}}
}

// contents gives what is said: a file with the beginning of its caption, or a place, then texts.
func contents(p bot.Part) []bot.Part {
	first := textLimit
	if p.Media != nil {
		first = captionLimit
	}
	texts, format := splitText(p.Text, p.Format, first)
	var pieces []bot.Part
	for _, text := range texts {
		pieces = append(pieces, bot.Part{Text: text, Format: format})
	}
	switch {
	case p.Location != nil:
		return slices.Insert(pieces, 0, bot.Part{Location: p.Location})
	case p.Media != nil && len(pieces) == 0:
		return []bot.Part{{Media: p.Media}}
	case p.Media != nil:
		pieces[0].Media = p.Media
	}
	return pieces
}

// withLink gives a text with the address of the file beneath it, for a file that cannot be sent.
func withLink(p bot.Part) string {
	link := p.Media.Source
	switch p.Format {
	case bot.FormatHTML:
		link = htmlEscaper.Replace(link)
	case bot.FormatMarkdown:
		link = markdownEscaper.Replace(link)
	}
	return strings.TrimSpace(p.Text + "\n" + link)
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

// splitText cuts a text into pieces, the first of at most first characters, markup open at a cut being closed and opened
// again. Markup that cannot be read cannot be cut: such a text goes as plain text, unless it is short enough to let
// Telegram judge.
func splitText(text string, format bot.Format, first int) ([]string, bot.Format) {
	if format == bot.FormatPlain {
		return splitPlain(text, first), format
	}
	parsed := parseMarkup(text, format)
	if parsed.broken {
		if len(text) <= sourceLimit && provider.CodePoints.Len(text) <= first {
			return []string{text}, format
		}
		return splitPlain(parsed.plain(), first), bot.FormatPlain
	}
	for limit := textLimit; limit >= smallestCut; limit /= 2 {
		if pieces, ok := parsed.split(min(first, limit), limit); ok {
			return pieces, format
		}
	}
	return splitPlain(parsed.plain(), first), bot.FormatPlain
}

func splitPlain(text string, first int) []string {
	var pieces []string
	for span := range spans(text, first, textLimit) {
		pieces = append(pieces, text[span.Start:span.End])
	}
	return pieces
}

// spans gives where a text is cut into pieces of at most limit characters, the first one of at most first.
func spans(text string, first, limit int) iter.Seq[provider.Span] {
	return func(yield func(provider.Span) bool) {
		rest := 0
		for span := range provider.Spans(text, first, provider.CodePoints) {
			if !yield(span) {
				return
			}
			rest = len(text) - len(strings.TrimLeftFunc(text[span.End:], unicode.IsSpace))
			break
		}
		for span := range provider.Spans(text[rest:], limit, provider.CodePoints) {
			if !yield(provider.Span{Start: rest + span.Start, End: rest + span.End}) {
				return
			}
		}
	}
}
