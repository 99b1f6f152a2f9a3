package template

import (
	"strconv"
	"strings"
	"unicode"

	"hookline/shared/bot"
)

const (
	opening = "{{"
	closing = "}}"
)

// insertion is what stands between {{ and }} of a plain template: {{ path }} or {{ path | tojson }}.
type insertion struct {
	line int
	path []string
	json bool // through the filter tojson
}

// parseInsertions finds the insertions of a source, if it has nothing else. It cuts at the first }} behind each {{, as
// fasttemplate does.
func parseInsertions(src string) (insertions []insertion, plain bool) {
	line := 1
	for {
		at := strings.IndexByte(src, '{')
		if at < 0 {
			return insertions, true
		}
		line += strings.Count(src[:at], "\n")
		src = src[at:]
		switch {
		case strings.HasPrefix(src, "{%"), strings.HasPrefix(src, "{#"):
			return nil, false
		case !strings.HasPrefix(src, opening):
			src = src[1:]
			continue
		}
		source, rest, closed := strings.Cut(src[len(opening):], closing)
		if !closed {
			return nil, false
		}
		in, ok := parseInsertion(source)
		if !ok {
			return nil, false
		}
		leading := source[:len(source)-len(strings.TrimLeftFunc(source, unicode.IsSpace))]
		in.line = line + strings.Count(leading, "\n")
		insertions = append(insertions, in)
		line += strings.Count(source, "\n")
		src = rest
	}
}

func parseInsertion(source string) (in insertion, ok bool) {
	path, filter, filtered := strings.Cut(source, "|")
	if filtered && strings.TrimSpace(filter) != "tojson" {
		return insertion{}, false
	}
	in = insertion{path: strings.Split(strings.TrimSpace(path), "."), json: filtered}
	if !isName(in.path[0]) || isWord(in.path[0]) {
		return insertion{}, false
	}
	for _, part := range in.path[1:] {
		if !isName(part) && !isIndex(part) {
			return insertion{}, false
		}
	}
	return in, true
}

func isName(s string) bool {
	for i, r := range s {
		if !isLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}

func isLetter(r rune) bool { return r == '_' || unicode.IsLetter(r) }

func isIndex(s string) bool {
	_, err := strconv.ParseUint(s, 10, 31)
	return err == nil && s == strings.TrimLeft(s, "+")
}

// isWord tells whether the name is one of Jinja's own: a value, an operator or a function.
func isWord(name string) bool {
	switch name {
	case "true", "false", "none", "True", "False", "None", "not", "and", "or", "if", "else", "in", "is":
		return true
	}
	_, ok := globals[name]
	return ok
}

// render gives the text of the insertion, escaped for the format.
func (in *insertion) render(m *meter, scope Scope, format bot.Format) (string, error) {
	m.line = in.line
	value, defined, err := scope.read(in.path)
	switch {
	case err != nil:
		return "", wrong(in.line, "%v", err)
	case in.json && !defined:
		// Jinja refuses it as well: nothing is no JSON.
		return "", wrong(in.line, "%s is undefined, and tojson needs a value", strings.Join(in.path, "."))
	case in.json:
		return escape(m.json(plain(value), 0), format), nil
	case defined:
		return escape(m.shown(plain(value)), format), nil
	}
	return "", nil
}
