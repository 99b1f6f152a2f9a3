package template

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// notation is what differs between Python's repr and its json.dumps.
type notation struct {
	null, yes, no string
	quote         func(string) string
	brackets      string // of a tuple
	indent        int    // of json.dumps; 0: all in one line
}

var (
	python = notation{null: "None", yes: "True", no: "False", quote: pythonQuote, brackets: "()"}
	dumps  = notation{null: "null", yes: "true", no: "false", quote: jsonQuote, brackets: "[]"}
)

// shown gives a value as {{ }} prints it: a text as it is, everything else as Python's repr.
func (m *meter) shown(value any) string {
	if s, ok := textOf(value); ok {
		return s
	}
	if _, ok := value.(undefined); ok {
		return ""
	}
	return m.repr(value)
}

// repr is Python's.
func (m *meter) repr(value any) string { return m.written(value, python) }

// json gives a value as Jinja's tojson does: Python's json.dumps with sorted keys, and < > & ' escaped. See
// https://jinja.palletsprojects.com/en/stable/templates/#jinja-filters.tojson
func (m *meter) json(value any, indent int) string {
	n := dumps
	n.indent = indent
	return m.written(value, n)
}

func (m *meter) written(value any, n notation) string {
	w := writer{meter: m, notation: n}
	w.write(value, 0)
	return w.text.String()
}

// writer writes a value and charges for it on the way.
type writer struct {
	*meter
	notation
	text strings.Builder
}

func (w *writer) put(s string) {
	w.charge(2 * len(s)) // twice: the builder grows by copying
	w.text.WriteString(s)
}

func (w *writer) write(value any, depth int) {
	if w.step(); depth > maxDepth {
		w.fail("what is printed is nested too deep")
	}
	switch value := value.(type) {
	case nil:
		w.put(w.null)
	case bool:
		if value {
			w.put(w.yes)
			return
		}
		w.put(w.no)
	case *big.Int:
		w.put(w.digits(value, 10))
	case float64:
		w.put(floatText(value))
	case json.Number:
		w.put(value.String())
	case string:
		w.charge(len(value))
		w.put(w.quote(value))
	case safe:
		w.write(string(value), depth)
	case undefined:
		w.put("Undefined")
	default:
		w.writeMany(value, depth)
	}
}

func (w *writer) writeMany(value any, depth int) {
	if items, ok := itemsOf(value); ok {
		brackets := "[]"
		if isTuple(value) {
			brackets = w.brackets
		}
		w.row(brackets, len(items), depth, func(i int) { w.write(items[i], depth+1) })
		return
	}
	entries, ok := w.pairs(value)
	if !ok {
		w.put("<" + kindName(value) + ">")
		return
	}
	if w.null == dumps.null {
		entries = byName(entries)
	}
	w.row("{}", len(entries), depth, func(i int) {
		w.key(entries[i].key, depth)
		w.put(": ")
		w.write(entries[i].value, depth+1)
	})
}

// key writes a key: in JSON it is a text, whatever it was.
func (w *writer) key(key any, depth int) {
	if _, isText := textOf(key); isText || w.null != dumps.null {
		w.write(key, depth+1)
		return
	}
	w.put(`"`)
	w.write(key, depth+1)
	w.put(`"`)
}

func (w *writer) row(brackets string, count, depth int, element func(i int)) {
	w.put(brackets[:1])
	for i := range count {
		if i > 0 {
			w.put(",")
		}
		switch {
		case w.indent > 0:
			w.line(depth + 1)
		case i > 0:
			w.put(" ")
		}
		element(i)
	}
	if count == 1 && brackets == "()" {
		w.put(",")
	}
	if count > 0 && w.indent > 0 {
		w.line(depth)
	}
	w.put(brackets[1:])
}

func (w *writer) line(depth int) { w.put("\n" + strings.Repeat(" ", depth*w.indent)) }

// digits writes an integer. Like Python it refuses one that takes long to write.
func (m *meter) digits(n *big.Int, base int) string {
	if n.BitLen() > maxDigits*10/3 {
		m.fail("a number has more than %d digits", maxDigits)
	}
	m.charge(n.BitLen() / 2)
	return n.Text(base)
}

// floatText is Python's repr of a float.
func floatText(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	if power, _ := strconv.Atoi(exponent); power < -4 || power >= 16 {
		return mantissa + "e" + exponent // at least two digits, as in Python
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}
