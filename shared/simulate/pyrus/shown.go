package pyrus

import (
	"encoding/json"
	"html"
	"path"
	"regexp"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// native is what Pyrus itself says of a comment.
type native struct {
	Comment json.RawMessage `json:"comment"`
	choices []choice
}

var (
	lineEnds = regexp.MustCompile(`(?i)<br ?/?>|</(p|div|li)>`)
	tags     = regexp.MustCompile(`</?[A-Za-z][^>]*>`)
)

// seen gives what people see of a comment.
func seen(c comment) simulate.Shown {
	shown := simulate.Shown{Text: c.Text}
	if c.FormattedText != "" {
		shown.Format = bot.FormatHTML
		shown.Text = html.UnescapeString(tags.ReplaceAllString(lineEnds.ReplaceAllString(c.FormattedText, "\n"), ""))
	}
	if len(c.Attachments) > 0 {
		f := c.Attachments[0]
		shown.Media = &bot.Media{Kind: kindOf(f.Name), Source: f.URL}
	}
	return shown
}

var kinds = map[string]bot.EventKind{
	".png": bot.Photo, ".jpg": bot.Photo, ".jpeg": bot.Photo, ".gif": bot.Photo, ".webp": bot.Photo,
	".mp3": bot.Audio, ".ogg": bot.Audio, ".mp4": bot.Video, ".mov": bot.Video,
}

// kindOf tells by its name what people take a file for.
func kindOf(name string) bot.EventKind {
	if kind, ok := kinds[strings.ToLower(path.Ext(name))]; ok {
		return kind
	}
	return bot.Document
}

// choice is a line that people take for something to choose, as Pyrus has no buttons: "• label", "• label: address" or
// "• label (answer)".
type choice struct {
	label, url, answer string
}

var choiceLine = regexp.MustCompile(`(?m)^• (.+?)(?:: (https?://\S+)| \((.+)\))?$`)

func choicesIn(text string) []choice {
	var made []choice
	for _, m := range choiceLine.FindAllStringSubmatch(text, -1) {
		c := choice{label: m[1], url: m[2], answer: m[3]}
		if c.answer == "" {
			c.answer = c.label
		}
		made = append(made, c)
	}
	return made
}
