package telegram

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"hookline/shared/bot"
)

// htmlTags are those that Telegram reads: https://core.telegram.org/bots/api#html-style.
var htmlTags = set(
	"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a", "tg-emoji", "tg-time", "code",
	"pre", "blockquote",
)

// htmlEntities are the only named ones that Telegram knows.
var htmlEntities = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"'}

var htmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func parseHTML(text string) marked {
	var r reader
	for i := 0; i < len(text); {
		switch text[i] {
		case '<':
			i += r.htmlTag(text[i:])
		case '&':
			char, width := htmlEntity(text[i:])
			r.visible.WriteRune(char)
			i += width
		default:
			r.visible.WriteByte(text[i])
			i++
		}
	}
	return r.marked(text, bot.FormatHTML)
}

// htmlTag reads the tag that text begins with and gives its length. What is no tag is seen as it stands.
func (r *reader) htmlTag(text string) int {
	end := htmlTagEnd(text)
	if end < 0 {
		r.visible.WriteByte('<')
		r.broken = true
		return 1
	}
	name, closing := strings.CutPrefix(text[1:end-1], "/")
	if i := strings.IndexAny(name, " \t\n"); i >= 0 {
		name = name[:i]
	}
	name = strings.ToLower(name)
	switch {
	case !htmlTags[name]:
		r.visible.WriteString(text[:end])
		r.broken = true
	case !closing:
		r.begin(&tag{open: text[:end], close: "</" + name + ">"})
	case r.open.top() != nil && r.open.top().close == "</"+name+">":
		r.end(r.open.top())
	default:
		r.broken = true
	}
	return end
}

// htmlTagEnd gives the byte after the tag's >, which may stand in quotes before; -1 without one.
func htmlTagEnd(text string) int {
	var quote byte
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '<':
			return -1
		case c == '>':
			return i + 1
		}
	}
	return -1
}

const longestEntity = len("&#x10FFFF;")

// htmlEntity reads the character reference that text begins with; an unknown one is an ampersand.
func htmlEntity(text string) (char rune, width int) {
	end := strings.IndexByte(text[:min(len(text), longestEntity)], ';')
	if end < 0 {
		return '&', 1
	}
	reference := text[1:end]
	if char, ok := htmlEntities[reference]; ok {
		return char, end + 1
	}
	number, numeric := strings.CutPrefix(reference, "#")
	base := 10
	if hex, ok := strings.CutPrefix(number, "x"); ok {
		number, base = hex, 16
	}
	code, err := strconv.ParseUint(number, base, 32)
	if !numeric || err != nil || code == 0 || code > utf8.MaxRune || !utf8.ValidRune(rune(code)) {
		return '&', 1
	}
	return rune(code), end + 1
}
