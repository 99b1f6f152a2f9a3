package template

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"hookline/shared/bot"
)

const (
	opening = "{{"
	closing = "}}"
)

// insertion is what stands between {{ and }}.
type insertion struct {
	line int
	path []string
	json bool // through the filter tojson
}

// parseInsertions finds the insertions of a source. It cuts at the first }} behind each {{, as fasttemplate does.
func parseInsertions(src string) ([]insertion, error) {
	var insertions []insertion
	line := 1
	for {
		at := strings.IndexByte(src, '{')
		if at < 0 {
			return insertions, nil
		}
		line += strings.Count(src[:at], "\n")
		src = src[at:]
		switch {
		case strings.HasPrefix(src, "{%"), strings.HasPrefix(src, "{#"):
			return nil, refusal(line, src[:2])
		case !strings.HasPrefix(src, opening):
			src = src[1:]
			continue
		}
		source, rest, closed := strings.Cut(src[len(opening):], closing)
		if !closed {
			return nil, bot.Errorf(bot.Invalid, fmt.Sprintf("line %d: {{ without }}", line))
		}
		in, ok := parseInsertion(source)
		if !ok {
			return nil, refusal(line, opening+source+closing)
		}
		in.line = line
		insertions = append(insertions, in)
		line += strings.Count(source, "\n")
		src = rest
	}
}

func refusal(line int, what string) error {
	const shown = 60
	if runes := []rune(what); len(runes) > shown {
		what = string(runes[:shown]) + "…"
	}
	return bot.Errorf(bot.Invalid, fmt.Sprintf("line %d: %s: %s", line, what, unsupported))
}

func parseInsertion(source string) (in insertion, ok bool) {
	path, filter, filtered := strings.Cut(source, "|")
	if filtered && strings.TrimSpace(filter) != "tojson" {
		return insertion{}, false
	}
	in = insertion{path: strings.Split(strings.TrimSpace(path), "."), json: filtered}
	if !isName(in.path[0]) || isLiteral(in.path[0]) {
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
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}

func isIndex(s string) bool {
	_, err := strconv.ParseUint(s, 10, 31)
	return err == nil
}

// isLiteral tells whether Jinja takes the name for a value.
func isLiteral(name string) bool {
	switch name {
	case "true", "false", "none", "True", "False", "None":
		return true
	}
	return false
}

// render gives the text of the insertion, escaped for the format.
func (in *insertion) render(scope Scope, format bot.Format) (string, error) {
	value, defined, err := scope.read(in.path)
	if err != nil {
		return "", in.wrong(err)
	}
	text := ""
	switch {
	case in.json && !defined:
		// Jinja refuses it as well: nothing is no JSON.
		return "", in.wrong(errors.New("it is undefined, and tojson needs a value"))
	case in.json:
		text = jsonText(value)
	case defined:
		text = printed(value)
	}
	return escape(text, format), nil
}

// wrong says where it went wrong. The whole of it may be read by the author: it holds names, and no values.
func (in *insertion) wrong(err error) error {
	path := strings.Join(in.path, ".")
	return bot.Errorf(bot.Invalid, fmt.Sprintf("line %d: {{ %s }}: %s", in.line, path, err))
}
