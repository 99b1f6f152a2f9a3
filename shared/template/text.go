package template

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

// printed gives a value as Jinja prints it: text as it is, everything else as Python's repr.
func printed(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	var b strings.Builder
	writeValue(&b, plain(value), python)
	return b.String()
}

// jsonText gives a value as Jinja's tojson does: Python's json.dumps with sorted keys, and < > & ' escaped. See
// https://jinja.palletsprojects.com/en/stable/templates/#jinja-filters.tojson
func jsonText(value any) string {
	var b strings.Builder
	writeValue(&b, plain(value), dumps)
	return b.String()
}

// notation is what differs between Python's repr and its json.dumps.
type notation struct {
	null, yes, no string
	quote         func(string) string
}

var (
	python = notation{"None", "True", "False", pythonQuote}
	dumps  = notation{"null", "true", "false", jsonQuote}
)

// writeValue writes a value. The keys of objects are sorted: nothing tells how they stood in the JSON.
func writeValue(b *strings.Builder, value any, n notation) {
	switch value := value.(type) {
	case nil:
		b.WriteString(n.null)
	case bool:
		if value {
			b.WriteString(n.yes)
			return
		}
		b.WriteString(n.no)
	case json.Number:
		b.WriteString(value.String())
	case string:
		b.WriteString(n.quote(value))
	case []any:
		writeList(b, value, n)
	case map[string]any:
		writeObject(b, value, n)
	}
}

func writeList(b *strings.Builder, list []any, n notation) {
	b.WriteByte('[')
	for i, element := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		writeValue(b, element, n)
	}
	b.WriteByte(']')
}

func writeObject(b *strings.Builder, object map[string]any, n notation) {
	b.WriteByte('{')
	for i, name := range slices.Sorted(maps.Keys(object)) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(n.quote(name))
		b.WriteString(": ")
		writeValue(b, object[name], n)
	}
	b.WriteByte('}')
}

// pythonQuote is Python's repr of a str.
func pythonQuote(s string) string {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.WriteByte(quote)
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\\', r == rune(quote):
			b.WriteByte('\\')
			b.WriteRune(r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte(quote)
	return b.String()
}

// jsonShort are the characters that json.dumps writes with a letter.
var jsonShort = map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\b': `\b`, '\f': `\f`}

// jsonQuote is json.dumps of a str, which is ASCII, with < > & ' escaped.
func jsonQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		short, isShort := jsonShort[r]
		switch {
		case isShort:
			b.WriteString(short)
		case r >= ' ' && r <= '~' && !strings.ContainsRune("<>&'", r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
