package template

import (
	"strings"

	"hookline/shared/bot"
)

// Numbered entities are among the few that Telegram knows: https://core.telegram.org/bots/api#html-style
var htmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

// https://core.telegram.org/bots/api#markdownv2-style
var markdownEscaper = func() *strings.Replacer {
	var pairs []string
	for _, special := range "\\_*[]()~`>#+-=|{}.!" {
		pairs = append(pairs, string(special), `\`+string(special))
	}
	return strings.NewReplacer(pairs...)
}()

// escape makes a text stand for itself in a format.
func escape(text string, format bot.Format) string {
	switch format {
	case bot.FormatHTML:
		return htmlEscaper.Replace(text)
	case bot.FormatMarkdown:
		return markdownEscaper.Replace(text)
	}
	return text
}
