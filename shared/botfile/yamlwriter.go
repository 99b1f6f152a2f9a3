package botfile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// yamlWriter writes nodes as YAML in block style; lists of scalars stand in one line.
type yamlWriter struct{ out []byte }

const indentStep = 2

func (w *yamlWriter) write(parts ...string) {
	for _, part := range parts {
		w.out = append(w.out, part...)
	}
}

func spaces(n int) string { return strings.Repeat(" ", n) }

// fields writes an object's fields, each on a line of its own.
func (w *yamlWriter) fields(n *node, indent int) {
	for i, item := range n.items {
		w.write(spaces(indent))
		w.entry(n.keys[i].name, item, indent)
	}
}

// entry writes a field behind its indentation.
func (w *yamlWriter) entry(name string, n *node, indent int) {
	if name != "on" { // YAML 1.1 reads it as true, bot files are YAML 1.2
		name = scalarText(name)
	}
	w.write(name, ":")
	w.value(n, indent)
}

// value writes what stands behind "name:" or "-", and the end of the line.
func (w *yamlWriter) value(n *node, indent int) {
	switch {
	case n.kind == text && blockFits(n.scalar):
		w.block(n.scalar, indent+indentStep)
	case n.isFlat():
		w.write(" ", flow(n), "\n")
	case n.kind == list:
		w.write("\n")
		w.list(n, indent+indentStep)
	default:
		w.write("\n")
		w.fields(n, indent+indentStep)
	}
}

func (w *yamlWriter) list(n *node, indent int) {
	for _, item := range n.items {
		w.write(spaces(indent), "-")
		switch {
		case item.kind == list: // a row of buttons
			w.write(" ", flow(item), "\n")
			continue
		case item.kind != object || len(item.items) == 0:
			w.value(item, indent)
			continue
		}
		w.write(" ")
		w.entry(item.keys[0].name, item.items[0], indent+indentStep)
		w.fields(&node{keys: item.keys[1:], items: item.items[1:]}, indent+indentStep)
	}
}

// isFlat tells whether the node stands in one line.
func (n *node) isFlat() bool {
	if n.kind == object {
		return len(n.items) == 0
	}
	return !slices.ContainsFunc(n.items, func(item *node) bool { return item.kind == list || item.kind == object })
}

// flow writes a node in one line.
func flow(n *node) string {
	switch n.kind {
	case null:
		return "null"
	case text:
		return scalarText(n.scalar)
	case list:
		return "[" + strings.Join(flowItems(n), ", ") + "]"
	case object:
		return "{" + strings.Join(flowItems(n), ", ") + "}"
	}
	return n.scalar
}

func flowItems(n *node) []string {
	var parts []string
	for i, item := range n.items {
		part := flow(item)
		if n.kind == object {
			part = scalarText(n.keys[i].name) + ": " + part
		}
		parts = append(parts, part)
	}
	return parts
}

// bare texts need no quotes anywhere, in YAML 1.1 and 1.2 alike.
var bare = regexp.MustCompile(`^[\pL_./$][\pL\pN_./+-]*( [\pL\pN_./+-]+)*$`)

// special words are values of their own in YAML 1.1 or 1.2.
var special = regexp.MustCompile(`(?i)^(null|true|false|yes|no|on|off|y|n|\.inf|\.nan|\.+[0-9_.e+-]*)$`)

func scalarText(s string) string {
	if bare.MatchString(s) && !special.MatchString(s) {
		return s
	}
	if strings.ContainsAny(s, "\\\"") && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return strconv.Quote(s) // its escapes are YAML's too
}

// blockFits tells whether a text can be written as a literal block and comes back as it was.
func blockFits(s string) bool {
	if !strings.Contains(strings.TrimSuffix(s, "\n"), "\n") || strings.HasPrefix(s, "\n") || strings.HasPrefix(s, " ") {
		return false
	}
	if strings.HasSuffix(s, "\n\n") {
		return false
	}
	for line := range strings.Lines(s) {
		if trimmed := strings.TrimRight(line, "\n"); strings.TrimRight(trimmed, " ") != trimmed {
			return false
		}
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) })
}

func (w *yamlWriter) block(s string, indent int) {
	mark := " |-\n"
	if strings.HasSuffix(s, "\n") {
		mark = " |\n"
	}
	w.write(mark)
	for line := range strings.Lines(s) {
		if line != "\n" {
			w.write(spaces(indent))
		}
		w.write(strings.TrimSuffix(line, "\n"), "\n")
	}
}
