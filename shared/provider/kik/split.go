package kik

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// Split makes of a part a file, then its text, then the addresses of its buttons; the last of these bears the buttons.
// A link message is media of kind link, which has its title for a text.
func (k *Kik) Split(p bot.Part) []bot.Part {
	switch {
	case p.Sign == bot.ShowTyping, p.Sign == bot.MarkSeen && p.ReplyTo != "":
		return []bot.Part{{Sign: p.Sign, ReplyTo: p.ReplyTo}}
	case p.Sign != "":
		return nil
	case p.Media != nil && p.Media.Kind == bot.Link:
		return []bot.Part{p}
	}
	lines := plainText(p)
	if len(lines) == 0 && p.Media == nil {
		return nil
	}
	answers, links, rest := suggest(p.Keyboard)
	text := strings.Join(append(lines, rest...), "\n")
	var pieces []bot.Part
	if p.Media != nil {
		pieces = append(pieces, bot.Part{Media: file(*p.Media)})
	}
	for _, piece := range provider.SplitText(text, textLimitOf(p.Options), provider.CodePoints) {
		pieces = append(pieces, bot.Part{Text: piece})
	}
	pieces = append(pieces, links...)
	pieces[0].Options = p.Options
	if len(answers) > 0 {
		pieces[len(pieces)-1].Keyboard = [][]bot.Button{answers}
	}
	return pieces
}

// plainText gives what a part says, and its place.
func plainText(p bot.Part) (lines []string) {
	if text := provider.Plain(p.Text, p.Format); strings.TrimSpace(text) != "" {
		lines = append(lines, text)
	}
	if p.Location != nil {
		lines = append(lines, provider.PlaceText(*p.Location))
	}
	return lines
}

// file gives a file as what Kik has for it.
func file(m bot.Media) *bot.Media {
	if m.Kind != bot.Photo && m.Kind != bot.Video {
		m.Kind = bot.Link
	}
	return &m
}

// suggest makes answers of buttons, links of those that open an address, and gives the labels of those beyond the limit.
func suggest(rows [][]bot.Button) (answers []bot.Button, links []bot.Part, rest []string) {
	for _, b := range slices.Concat(rows...) {
		if strings.TrimSpace(b.Text) == "" {
			continue // an answer without a label is refused
		}
		if b.URL != "" {
			links = append(links, bot.Part{Text: b.Text, Media: &bot.Media{Kind: bot.Link, Source: b.URL}})
			b = bot.Button{Text: b.Text, Payload: b.Text}
		}
		if len(answers) == suggestionLimit {
			rest = append(rest, b.Text)
			continue
		}
		answers = append(answers, b)
	}
	return answers, links, rest
}

func textLimitOf(options bot.Options) int {
	if limit := number(options, optTextLimit); limit > 0 && limit < textLimit {
		return int(limit)
	}
	return textLimit
}

// number gives a whole option that is not negative, 0 if it is not set. The outbox gives numbers back as float64.
func number(options bot.Options, option string) int64 {
	switch value := options[option].(type) {
	case int:
		return max(0, int64(value))
	case float64:
		if value >= 0 && value <= math.MaxInt32 {
			return int64(value)
		}
	case json.Number:
		if whole, err := value.Int64(); err == nil {
			return max(0, whole)
		}
	}
	return 0
}
