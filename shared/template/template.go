// Package template renders the texts that bot authors write. A template reads JSON values by dotted paths and nothing
// else: it reaches no Go method, no file and no network, and its size and its output are bounded.
package template

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/valyala/fasttemplate"

	"hookline/shared/bot"
)

// Limits of a template, in bytes.
const (
	MaxSource = 64 << 10
	MaxOutput = 64 << 10
)

// unsupported is said of everything that a template cannot have.
const unsupported = "not supported yet: only {{ path }} and {{ path | tojson }}"

// Template is a parsed template. It is safe for concurrent use.
type Template struct {
	text  string // without insertions
	parts *fasttemplate.Template
	// insertions in the order of the text.
	insertions []insertion
}

// Line ends are "\n", and one at the very end is dropped, as in Jinja.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// Parse parses a template: text with {{ path }} and {{ path | tojson }}, where a path is dotted names and indexes.
// Anything else that Jinja has is an error of kind invalid which names the line; over MaxSource is kind too_large.
func Parse(src string) (*Template, error) {
	if len(src) > MaxSource {
		return nil, bot.Errorf(bot.TooLarge, fmt.Sprintf("a template has at most %d bytes", MaxSource))
	}
	src = strings.TrimSuffix(lineEnds.Replace(src), "\n")
	insertions, err := parseInsertions(src)
	if err != nil {
		return nil, err
	}
	t := &Template{text: src, insertions: insertions}
	if len(insertions) == 0 {
		return t, nil
	}
	if t.parts, err = fasttemplate.NewTemplate(src, opening, closing); err != nil {
		return nil, bot.Wrap(bot.Invalid, "not a template", err)
	}
	return t, nil
}

// Names gives the names that paths start with, sorted, each once.
func (t *Template) Names() []string {
	var names []string
	for _, in := range t.insertions {
		names = append(names, in.path[0])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Render fills the template in; inserted values are escaped for the format. A name that is undefined prints nothing; to
// read a field of one is an error of kind invalid that names line, path and the undefined part. Over MaxOutput: too_large.
func (t *Template) Render(scope Scope, format bot.Format) (string, error) {
	if t.parts == nil {
		return t.text, nil
	}
	var out output
	next := 0
	_, err := t.parts.ExecuteFunc(&out, func(w io.Writer, _ string) (int, error) {
		in := &t.insertions[next]
		next++
		text, err := in.render(scope, format)
		if err != nil {
			return 0, err
		}
		return io.WriteString(w, text)
	})
	if errors.Is(err, errOutput) {
		return "", bot.Errorf(bot.TooLarge, fmt.Sprintf("the rendered text is over %d bytes", MaxOutput))
	}
	if err != nil {
		return "", err
	}
	return string(out.text), nil
}

var errOutput = errors.New("output is full")

// output takes MaxOutput bytes.
type output struct{ text []byte }

func (o *output) Write(p []byte) (int, error) {
	if len(o.text)+len(p) > MaxOutput {
		return 0, errOutput
	}
	o.text = append(o.text, p...)
	return len(p), nil
}
