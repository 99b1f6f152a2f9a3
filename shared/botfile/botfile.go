// Package botfile reads, checks and writes the bot file: a bot's definition as YAML, or as the same thing in JSON, which
// the management API takes. Every problem names the field, the line and what to write instead.
package botfile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// MaxBytes is the size of a bot file.
const MaxBytes = 8 << 20

// Checker reads and checks bot files against what the networks can do.
type Checker struct {
	Providers provider.Set
	// Lint warns, too, of what is right to write and hardly meant: handlers that never fire, states that are never left.
	Lint bool
}

// Read decodes a bot file and checks it. Problems have lines and are sorted by them; with an error among them, the
// definition holds only what could be read. At most 100 errors and 100 warnings are told of the check, and of the form. A
// file named *.json is read as JSON, every other as YAML unless it is valid JSON. Credentials written ${NAME} have no
// value yet: see Resolve.
func (c Checker) Read(name string, data []byte) (bot.Definition, []bot.Problem) {
	root, problem := parse(data, filepath.Ext(name) == ".json")
	if problem != nil {
		return bot.Definition{}, []bot.Problem{*problem}
	}
	d := decoder{providers: c.Providers}
	def := d.definition(root)
	problems := d.problems
	c.Lint = c.Lint && !HasErrors(problems) // a handler without the pattern that was misspelt fits everything
	for _, p := range c.Check(&def) {
		// What could not be decoded is missing from the definition; that needs no second complaint.
		if !d.covers(p.Path) {
			problems = append(problems, p)
		}
	}
	locate(root, problems)
	return def, problems
}

// Locate sets the lines of problems that were found without the file, as Resolve's are.
func Locate(data []byte, problems []bot.Problem) {
	if root, problem := parse(data, false); problem == nil {
		locate(root, problems)
	}
}

func locate(root *node, problems []bot.Problem) {
	for i := range problems {
		if p := &problems[i]; p.Line == 0 {
			p.Line = root.lineOf(p.Path)
		}
	}
	slices.SortStableFunc(problems, func(a, b bot.Problem) int { return cmp.Compare(a.Line, b.Line) })
}

// Format gives a problem as "file:line: field: message"; what a problem does not have is left out.
func Format(file string, p bot.Problem) string {
	var b strings.Builder
	b.WriteString(file)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	b.WriteString(": ")
	if p.Warning {
		b.WriteString("warning: ")
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// HasErrors tells whether one of the problems is more than a warning.
func HasErrors(problems []bot.Problem) bool {
	return slices.ContainsFunc(problems, func(p bot.Problem) bool { return !p.Warning })
}

// decodeExact decodes JSON and keeps numbers as they are written.
func decodeExact(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return decoder.Decode(into)
}
