package permabots

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// masked is a template that gives JSON, with a mark for each of its tags, so that it is JSON before it is rendered.
type masked struct {
	text string
	tags []string
}

// Marks have private-use characters around them.
const (
	begin, end = "\ue000", "\ue001"
	// escapedBegin is how JSON may write one.
	escapedBegin = `\ue000`
)

var (
	tag    = regexp.MustCompile(`(?s)\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}`)
	marked = regexp.MustCompile(begin + `(\d+)` + end)
	// encoded is an insertion that is JSON already: in a form, what it stands for is wanted.
	encoded = regexp.MustCompile(`(?s)\s*\|\s*tojson\s*\}\}$`)
)

func mask(template string) (masked, error) {
	if strings.Contains(template, begin) || strings.Contains(strings.ToLower(template), escapedBegin) {
		return masked{}, errors.New("it holds private-use characters")
	}
	var m masked
	var out strings.Builder
	quoted, at := false, 0
	for _, found := range tag.FindAllStringIndex(template, -1) {
		between, inserted := template[at:found[0]], template[found[0]:found[1]]
		out.WriteString(between)
		quoted, at = endsQuoted(between, quoted), found[1]
		quotes := ""
		switch {
		case strings.HasPrefix(inserted, "{#"):
			continue
		case quoted:
		case strings.HasPrefix(inserted, "{%"):
			return masked{}, errors.New("a statement decides what it holds")
		default:
			quotes, inserted = `"`, encoded.ReplaceAllString(inserted, " }}")
		}
		fmt.Fprintf(&out, "%s%s%d%s%s", quotes, begin, len(m.tags), end, quotes)
		m.tags = append(m.tags, inserted)
	}
	out.WriteString(template[at:])
	m.text = out.String()
	return m, nil
}

// endsQuoted tells whether a JSON string is open behind the text, if one was, or was not, before it.
func endsQuoted(text string, quoted bool) bool {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		}
	}
	return quoted
}

// restore puts the tags back.
func (m masked) restore(text string) string {
	return marked.ReplaceAllStringFunc(text, func(mark string) string {
		n, _ := strconv.Atoi(marked.FindStringSubmatch(mark)[1])
		return m.tags[n]
	})
}
