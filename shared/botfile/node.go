package botfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"hookline/shared/bot"
)

// Limits that keep a hostile file from taking more memory or stack than its size warrants.
const (
	maxDepth = 64
	maxNodes = 1_000_000
)

// kind is what a value is, in JSON's terms.
type kind int

const (
	null kind = iota
	boolean
	number
	text
	list
	object
)

var kindNames = map[kind]string{
	null: "nothing", boolean: "true or false", number: "a number", text: "text", list: "a list", object: "fields",
}

// node is a value of the file and where it stands.
type node struct {
	kind   kind
	scalar string // of boolean, number and text
	line   int
	keys   []key   // of an object, one an item
	items  []*node // of a list or object
}

type key struct {
	name string
	line int
}

// field gives the value of an object's field, nil if it is absent or null.
func (n *node) field(name string) *node {
	for i, k := range n.keys {
		if k.name == name && n.items[i].kind != null {
			return n.items[i]
		}
	}
	return nil
}

// parse reads JSON or YAML into nodes. The root is an object.
func parse(data []byte, isJSON bool) (*node, *bot.Problem) {
	if len(data) > MaxBytes {
		return nil, &bot.Problem{Message: fmt.Sprintf("%d bytes; a bot file has at most %d", len(data), MaxBytes)}
	}
	if at := invalidUTF8(data); at >= 0 {
		line := 1 + bytes.Count(data[:at], []byte{'\n'})
		return nil, &bot.Problem{Line: line, Message: fmt.Sprintf("not UTF-8 at byte %d", at)}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	read := parseYAML
	if isJSON || looksJSON(data) {
		read = parseJSON
	}
	root, problem := read(data)
	if problem != nil {
		return nil, problem
	}
	if root.kind != object {
		return nil, &bot.Problem{Line: root.line, Message: "must be fields, such as bot: NAME"}
	}
	return root, nil
}

func looksJSON(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte{'{'}) && json.Valid(data)
}

func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for at := 0; ; {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
}

// lineOf gives the line of a path such as handlers[2].response.text, or of as much of it as there is.
func (n *node) lineOf(path string) int {
	line := n.line
	for path != "" {
		child, at, rest := n.step(path)
		if child == nil {
			break
		}
		n, line, path = child, at, rest
	}
	return line
}

// step follows the first part of a path. Keys may contain dots, so the longest that fits is taken.
func (n *node) step(path string) (child *node, line int, rest string) {
	if index, after, ok := strings.Cut(strings.TrimPrefix(path, "["), "]"); n.kind == list && ok {
		i, err := strconv.Atoi(index)
		if err != nil || i < 0 || i >= len(n.items) {
			return nil, 0, ""
		}
		return n.items[i], n.items[i].line, strings.TrimPrefix(after, ".")
	}
	longest := -1
	for i, k := range n.keys {
		if len(k.name) > longest && within(path, k.name) {
			longest = len(k.name)
			child, line, rest = n.items[i], k.line, strings.TrimPrefix(path[longest:], ".")
		}
	}
	return child, line, rest
}

// appendJSON writes the node as JSON. Numbers are JSON's already.
func (n *node) appendJSON(out []byte) []byte {
	switch n.kind {
	case boolean, number:
		return append(out, n.scalar...)
	case text:
		return appendString(out, n.scalar)
	case list:
		out = append(out, '[')
		for i, item := range n.items {
			if i > 0 {
				out = append(out, ',')
			}
			out = item.appendJSON(out)
		}
		return append(out, ']')
	case object:
		out = append(out, '{')
		for i, item := range n.items {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendString(out, n.keys[i].name), ':')
			out = item.appendJSON(out)
		}
		return append(out, '}')
	}
	return append(out, "null"...)
}

func appendString(out []byte, s string) []byte {
	quoted, _ := json.Marshal(s) // a string always encodes
	return append(out, quoted...)
}
