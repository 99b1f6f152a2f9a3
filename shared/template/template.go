// Package template renders the texts that bot authors write, in Jinja2's language. A template reads JSON values and
// nothing else: it reaches no Go method, no file and no network. Every step, every byte made and the time are bounded.
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

// Template is a parsed template. It is safe for concurrent use.
type Template struct {
	text  string // of a template that inserts nothing
	parts *fasttemplate.Template
	// insertions in the order of the text: all that a plain template has.
	insertions []insertion
	// body is what a template that is not plain was parsed to.
	body  []statement
	names []string
}

// Line ends are "\n", and one at the very end is dropped, as in Jinja.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// Parse parses a template: Jinja2 without what needs other templates. What it does not know is an error of kind invalid
// that names the line; over MaxSource is kind too_large.
func Parse(src string) (*Template, error) {
	if len(src) > MaxSource {
		return nil, bot.Errorf(bot.TooLarge, fmt.Sprintf("a template has at most %d bytes", MaxSource))
	}
	src = strings.TrimSuffix(lineEnds.Replace(src), "\n")
	insertions, plain := parseInsertions(src)
	switch {
	case !plain:
		return parseTree(src)
	case len(insertions) == 0:
		return &Template{text: src}, nil
	}
	parts, err := fasttemplate.NewTemplate(src, opening, closing)
	if err != nil {
		return nil, bot.Wrap(bot.Invalid, "not a template", err)
	}
	t := &Template{parts: parts, insertions: insertions}
	for _, in := range insertions {
		t.names = append(t.names, in.path[0])
	}
	t.sortNames()
	return t, nil
}

// parseTree parses a template that is more than insertions.
func parseTree(src string) (*Template, error) {
	body, names, err := parse(src)
	if err != nil {
		return nil, err
	}
	t := &Template{body: body, names: names}
	t.sortNames()
	return t, nil
}

func (t *Template) sortNames() {
	slices.Sort(t.names)
	t.names = slices.Compact(t.names)
}

// Names gives the names that the template reads from its scope, sorted, each once: neither those that it sets itself nor
// those that are always there, such as range and emoji.
func (t *Template) Names() []string { return slices.Clone(t.names) }

// Render fills the template in; inserted values are escaped for the format. A name that is undefined prints nothing; to
// read a field of one is an error of kind invalid that names the line and the undefined part. So is every other mistake,
// and a budget that runs out: steps, time, memory. Over MaxOutput: too_large.
func (t *Template) Render(scope Scope, format bot.Format) (string, error) {
	switch {
	case t.body != nil:
		return t.evaluate(scope, format)
	case t.parts == nil:
		return t.text, nil
	}
	var out output
	m := newMeter()
	err := bounded(func() error {
		next := 0
		_, err := t.parts.ExecuteFunc(&out, func(w io.Writer, _ string) (int, error) {
			in := &t.insertions[next]
			next++
			text, err := in.render(&m, scope, format)
			if err != nil {
				return 0, err
			}
			return io.WriteString(w, text)
		})
		return err
	})
	if errors.Is(err, errOutput) {
		return "", tooMuchOutput()
	}
	if err != nil {
		return "", err
	}
	return string(out.text), nil
}

func tooMuchOutput() error {
	return bot.Errorf(bot.TooLarge, fmt.Sprintf("the rendered text is over %d bytes", MaxOutput))
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
