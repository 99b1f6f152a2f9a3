package markup

import (
	"strings"
)

// parseMarkdown reads https://core.telegram.org/bots/api#markdown-style: no nesting, and only four characters mean
// anything.
func parseMarkdown(text string) (string, []Entity, error) {
	var out output
	for at := 0; at < len(text); {
		rest := text[at:]
		switch {
		case len(rest) > 1 && rest[0] == '\\' && strings.IndexByte("_*`[", rest[1]) >= 0:
			out.write(rest[1:2])
			at += 2
		case strings.IndexByte("_*`[", rest[0]) < 0:
			r := firstRune(rest)
			out.write(r)
			at += len(r)
		default:
			n, ok := out.markdownEntity(rest)
			if !ok {
				return "", nil, complain("Can't find end of the entity starting at byte offset %d", at)
			}
			at += n
		}
	}
	return out.result()
}

// markdownEntity reads the entity that s begins with and gives its length in bytes, marks included.
func (o *output) markdownEntity(s string) (n int, ok bool) {
	mark, end := s[:1], s[:1]
	switch {
	case strings.HasPrefix(s, "```"):
		mark, end = "```", "```"
	case mark == "[":
		end = "]"
	}
	content, after, ok := strings.Cut(s[len(mark):], end)
	if !ok {
		return 0, false
	}
	n = len(s) - len(after)
	offset, language := o.units, ""
	if mark == "```" {
		language, content = codeLanguage(content)
	}
	o.write(content)
	switch mark {
	case "_":
		o.add(Entity{Type: Italic, Offset: offset})
	case "*":
		o.add(Entity{Type: Bold, Offset: offset})
	case "`":
		o.add(Entity{Type: Code, Offset: offset})
	case "```":
		o.add(Entity{Type: Pre, Offset: offset, Language: language})
	default:
		address := content
		if strings.HasPrefix(after, "(") {
			address, _, _ = strings.Cut(after[1:], ")")
			n += min(len(after), len(address)+len("()"))
		}
		o.addLink(offset, address)
	}
	return n, true
}

// codeLanguage takes the language, up to the first white space, and one line end off what stands between ``` and ```.
func codeLanguage(content string) (language, code string) {
	end := strings.IndexAny(content, " \t\r\n")
	if end > 0 {
		language, content = content[:end], content[end:]
	}
	for _, lineEnd := range []string{"\r\n", "\n"} {
		if code, ok := strings.CutPrefix(content, lineEnd); ok {
			return language, code
		}
	}
	return language, content
}
