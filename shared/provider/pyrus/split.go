package pyrus

import (
	"html"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// more is the text of a comment that only goes on with a keyboard.
const more = "…"

// Split cuts a part by its text, then by its keyboard. A file goes with the first piece, settings that change the task with
// the last one: they are applied once, when everything is said.
func (p *Pyrus) Split(part bot.Part) []bot.Part {
	if part.Sign != "" {
		return nil
	}
	texts, format := cut(part)
	if len(texts) == 0 {
		if part.Media == nil && !acts(part.Options) {
			return nil
		}
		texts = []string{""}
	}
	var pieces []bot.Part
	for _, text := range texts {
		pieces = append(pieces, bot.Part{Text: text, Format: format, Options: ofEveryComment(part.Options)})
	}
	pieces[0].Media = part.Media
	for i, page := range pages(part.Keyboard) {
		if i > 0 {
			pieces = append(pieces, bot.Part{Text: more, Options: ofEveryComment(part.Options)})
		}
		pieces[len(pieces)-1].Keyboard = page
	}
	pieces[len(pieces)-1].Options = part.Options
	return pieces
}

// cut gives the pieces of what a part says, its place included, and how they are marked up.
func cut(part bot.Part) ([]string, bot.Format) {
	text, format := part.Text, part.Format
	if format == bot.FormatMarkdown {
		text, format = provider.Plain(text, format), bot.FormatPlain
	}
	if part.Location != nil {
		place := provider.PlaceText(*part.Location)
		if format == bot.FormatHTML {
			place = html.EscapeString(place)
		}
		text = strings.TrimLeft(text+"\n"+place, "\n")
	}
	if format == bot.FormatHTML {
		plain := provider.Plain(text, format)
		if strings.TrimSpace(plain) != "" && provider.CodePoints.Len(text) <= textLimit {
			return []string{text}, format
		}
		text = plain
	}
	return provider.SplitText(text, textLimit, provider.CodePoints), bot.FormatPlain
}

// pages cuts labels, and a keyboard into as many as need be. Rows mean nothing in a list, but are kept.
func pages(rows [][]bot.Button) [][][]bot.Button {
	var made [][][]bot.Button
	count := buttonLimit
	for _, row := range rows {
		fresh := true
		for _, button := range row {
			if count == buttonLimit {
				made, count, fresh = append(made, nil), 0, true
			}
			page := &made[len(made)-1]
			if fresh {
				*page = append(*page, nil)
			}
			last := &(*page)[len(*page)-1]
			*last = append(*last, shortened(button))
			count, fresh = count+1, false
		}
	}
	return made
}

// shortened cuts a label. The payload stays what it was, and is then shown beside it.
func shortened(b bot.Button) bot.Button {
	label := []rune(b.Text)
	if len(label) <= labelLimit {
		return b
	}
	b.Text = string(label[:labelLimit-1]) + "…"
	return b
}
