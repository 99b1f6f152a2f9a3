package telegram

import (
	"slices"
	"strings"
	"unicode"

	"hookline/shared/bot"
)

// The signs of https://core.telegram.org/bots/api#markdownv2-style that open and close what they mark, the longer of
// two before the shorter: Telegram reads them greedily.
var markdownSigns = []string{"__", "||", "*", "_", "~", "`"}

const (
	markdownReserved = "_*[]()~`>#+-=|{}.!\\"
	fence            = "```"
)

var (
	markdownEscaper = escaper(markdownReserved)
	codeEscaper     = escaper("`\\")
)

func escaper(reserved string) *strings.Replacer {
	var pairs []string
	for _, r := range reserved {
		pairs = append(pairs, string(r), `\`+string(r))
	}
	return strings.NewReplacer(pairs...)
}

func parseMarkdown(text string) marked {
	var r reader
	for i := 0; i < len(text) && !r.broken; {
		rest := text[i:]
		if width := r.markdownSign(rest, i == 0 || text[i-1] == '\n'); width > 0 {
			i += width
			continue
		}
		if rest[0] == '\\' && len(rest) > 1 && rest[1] < 127 {
			i++
		}
		r.visible.WriteByte(text[i])
		i++
	}
	r.endLine()
	return r.marked(text, bot.FormatMarkdown)
}

// markdownSign reads the sign that text begins with and gives its length, 0 if there is none.
func (r *reader) markdownSign(text string, lineStart bool) int {
	if top := r.open.top(); top != nil && top.code {
		if !strings.HasPrefix(text, top.close) {
			return 0
		}
		r.end(top)
		return len(top.close)
	}
	switch {
	case lineStart && text[0] == '>':
		r.begin(&tag{open: ">", line: true})
		return 1
	case text[0] == '\n':
		r.endLine()
		return 0
	case strings.HasPrefix(text, fence):
		return r.markdownFence(text)
	case text[0] == '[':
		r.begin(&tag{open: "["})
		return 1
	case strings.HasPrefix(text, "!["):
		r.begin(&tag{open: "!["})
		return 2
	case text[0] == ']':
		return r.markdownLink(text)
	}
	for _, sign := range markdownSigns {
		if strings.HasPrefix(text, sign) {
			r.toggle(sign)
			return len(sign)
		}
	}
	return 0
}

func (r *reader) toggle(sign string) {
	if top := r.open.top(); top != nil && top.close == sign {
		r.end(top)
		return
	}
	if slices.ContainsFunc(r.open, func(t *tag) bool { return t.close == sign }) {
		r.broken = true
	}
	r.begin(&tag{open: sign, close: sign, code: sign == "`"})
}

// endLine ends the quotation that a line is, if it is one.
func (r *reader) endLine() {
	if len(r.open) > 0 && r.open[0].line {
		r.end(r.open[0])
	}
}

// markdownFence opens a block of code: a word that ends with white space is its language, one line end after it is not
// part of it.
func (r *reader) markdownFence(text string) int {
	width := len(fence)
	language := ""
	end := strings.IndexFunc(text[width:], func(c rune) bool { return unicode.IsSpace(c) || c == '`' })
	if end > 0 && text[width+end] != '`' {
		language = text[width : width+end]
		width += end
	}
	if strings.HasPrefix(text[width:], "\n") {
		width++
	}
	r.begin(&tag{open: fence + language + "\n", close: fence, code: true})
	return width
}

// markdownLink closes a link or an emoji: its address follows in brackets.
func (r *reader) markdownLink(text string) int {
	top := r.open.top()
	end := markdownURLEnd(text)
	if top == nil || !strings.HasSuffix(top.open, "[") || end < 0 {
		r.broken = true
		return 0
	}
	top.close = text[:end]
	r.end(top)
	return end
}

// markdownURLEnd gives the byte after the address of "](…)", -1 if there is none.
func markdownURLEnd(text string) int {
	if !strings.HasPrefix(text, "](") {
		return -1
	}
	for i := 2; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case ')':
			return i + 1
		}
	}
	return -1
}

func unescapeMarkdown(text string) string {
	var plain strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && strings.IndexByte(markdownReserved, text[i+1]) >= 0 {
			i++
		}
		plain.WriteByte(text[i])
	}
	return plain.String()
}
