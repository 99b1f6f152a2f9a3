package permabots

import (
	"regexp"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/template"
)

func (d *draft) response(path, name, key string) *bot.Response {
	r := d.find("response", key)
	if r == nil {
		d.note(path, "the dump lacks the response: nothing is said now")
		return nil
	}
	text, keyboard := strings.TrimSpace(r.text("text_template")), d.keyboard(path, name, r.text("keyboard_template"))
	made := &bot.Response{Message: bot.Message{Text: text, Keyboard: keyboard}}
	if pieces := messages(text); len(pieces) > 1 {
		made = &bot.Response{}
		for _, piece := range pieces {
			made.Messages = append(made.Messages, bot.Message{Text: piece})
		}
		made.Messages[len(pieces)-1].Keyboard = keyboard
	}
	if _, ok := d.def.Channels["telegram"]; ok && markup.MatchString(text) {
		made.Format = bot.FormatHTML
		if strings.Contains(text, "{{") {
			d.noteAlike("inserted values are escaped now; where one is markup, write | safe behind it in", name)
		}
	}
	if strings.Contains(text, "\n") {
		d.noteAlike("line ends in a text are shown now; permabots showed spaces in", name)
	}
	return made
}

// markup is what permabots took in texts for Telegram.
var markup = regexp.MustCompile(`</?(b|i|a|code|pre)\b[^>]*>|&(lt|gt|amp|quot|#[0-9]+);`)

var insertion = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// messages cuts a text where permabots began another message: at a backslash and an n. A text that a statement makes is
// left whole, as are texts of which a piece may turn out empty: both are cut when they are sent.
func messages(text string) []string {
	if strings.Contains(text, "{%") || strings.Contains(text, "{#") {
		return nil
	}
	var pieces []string
	for piece := range strings.SplitSeq(text, `\n`) {
		piece = strings.TrimSpace(piece)
		rest := strings.TrimSpace(insertion.ReplaceAllString(piece, ""))
		switch {
		case piece == "":
		case rest == "", strings.Count(piece, "{{") != strings.Count(piece, "}}"):
			return nil
		default:
			pieces = append(pieces, piece)
		}
	}
	return pieces
}

// keyboard makes rows of a literal; a template stays one.
func (d *draft) keyboard(path, name, source string) *bot.Keyboard {
	source = strings.TrimSpace(source)
	if source == "" {
		return nil
	}
	if tag.MatchString(source) {
		return &bot.Keyboard{Template: source}
	}
	rows, err := template.Keyboard(source)
	switch {
	case err != nil:
		d.note(path+".keyboard", "%s", bot.PublicMessage(err))
		return &bot.Keyboard{Template: source}
	case len(rows) == 0:
		return nil
	}
	for _, row := range rows {
		if len(row) > 1 {
			d.noteAlike("buttons stand side by side as written now; permabots showed one a row in", name)
			break
		}
	}
	return &bot.Keyboard{Rows: rows}
}
