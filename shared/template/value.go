package template

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strings"
	"unicode/utf8"
)

// Values are nil, bool, string, safe, *big.Int, float64, json.Number (as JSON wrote it), []any, tuple, map[string]any (an
// object of JSON), *dict (one of a template), undefined, and things that templates call or ask for fields. None is ever
// changed, but a namespace and what counts.

// safe is a text that is marked up already: it is not escaped again.
type safe string

// tuple is a list that prints with parentheses.
type tuple []any

// undefined is what a name has that nobody gave a value. It prints nothing; what names it, for messages.
type undefined struct{ what string }

// number gives the value of a JSON number: whole ones exact, others as Python's float.
func number(n json.Number) any {
	if strings.ContainsAny(n.String(), ".eE") {
		f, _ := n.Float64() // beyond its range: infinite, as in Python
		return f
	}
	if len(n) > maxDigits {
		return undefined{"a number of more digits than can be counted with"}
	}
	i, ok := new(big.Int).SetString(n.String(), 10)
	if !ok {
		return undefined{"what is no number"}
	}
	return i
}

// maxDigits is Python's own limit of the digits of an integer that is read or printed.
const maxDigits = 4300

// reduced makes numbers out of what JSON wrote and of truth values, and leaves everything else.
func reduced(value any) any {
	switch value := value.(type) {
	case json.Number:
		return number(value)
	case bool:
		if value {
			return integer(1)
		}
		return integer(0)
	}
	return value
}

func integer(n int) *big.Int { return big.NewInt(int64(n)) }

// clamp makes an int of an integer: one beyond what can be paid for is as good as any other.
func clamp(n *big.Int) int {
	const far = 1 << 40
	if !n.IsInt64() {
		return far * n.Sign()
	}
	return int(max(-far, min(far, n.Int64())))
}

// whole gives a value as an int that is used as an index or a count.
func whole(value any) (int, bool) {
	n, ok := reduced(value).(*big.Int)
	if !ok {
		return 0, false
	}
	return clamp(n), true
}

func asFloat(value any) (float64, bool) {
	switch n := reduced(value).(type) {
	case *big.Int:
		f, _ := new(big.Float).SetInt(n).Float64()
		return f, true
	case float64:
		return n, true
	}
	return 0, false
}

// asInt gives a number without its fraction, as Python's int does.
func asInt(value any) (*big.Int, bool) {
	switch n := reduced(value).(type) {
	case *big.Int:
		return n, true
	case float64:
		if math.IsInf(n, 0) || math.IsNaN(n) {
			return nil, false
		}
		i, _ := big.NewFloat(n).Int(nil)
		return i, true
	}
	return nil, false
}

// isNumber tells whether a value can be counted with.
func isNumber(value any) bool {
	switch reduced(value).(type) {
	case *big.Int, float64:
		return true
	}
	return false
}

// itemsOf gives the elements of a list or tuple.
func itemsOf(value any) ([]any, bool) {
	switch value := value.(type) {
	case []any:
		return value, true
	case tuple:
		return value, true
	case *group:
		return []any{value.grouper, value.list}, true
	}
	return nil, false
}

func isTuple(value any) bool {
	switch value.(type) {
	case tuple, *group:
		return true
	}
	return false
}

// like makes a list or tuple of elements, whichever the model is.
func like(model any, items []any) any {
	if isTuple(model) {
		return tuple(items)
	}
	return items
}

func textOf(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case safe:
		return string(value), true
	}
	return "", false
}

// truth is Python's.
func truth(value any) bool {
	switch value := value.(type) {
	case nil, undefined:
		return false
	case bool:
		return value
	case *big.Int:
		return value.Sign() != 0
	case float64:
		return value != 0
	case json.Number:
		return truth(number(value))
	}
	n, ok := lengthOf(value)
	return !ok || n > 0
}

// lengthOf is Python's len.
func lengthOf(value any) (int, bool) {
	if s, ok := textOf(value); ok {
		return utf8.RuneCountInString(s), true
	}
	if items, ok := itemsOf(value); ok {
		return len(items), true
	}
	switch value := value.(type) {
	case map[string]any:
		return len(value), true
	case *dict:
		return len(value.entries), true
	case undefined:
		return 0, true
	}
	return 0, false
}

// kindName is how messages call a value.
func kindName(value any) string {
	switch value := value.(type) {
	case nil:
		return "None"
	case bool:
		return "a truth value"
	case *big.Int, float64, json.Number:
		return "a number"
	case string, safe:
		return "a text"
	case []any:
		return "a list"
	case tuple, *group:
		return "a tuple"
	case map[string]any, *dict:
		return "a dict"
	case undefined:
		return value.what + ", which is undefined,"
	case fmt.Stringer:
		return value.String()
	}
	return "a function"
}

// iterate gives what a loop over a value sees.
func (m *meter) iterate(value any) ([]any, bool) {
	if items, ok := itemsOf(value); ok {
		return items, true
	}
	if s, ok := textOf(value); ok {
		m.charge(product(len(s), elementBytes+4))
		items := make([]any, 0, len(s))
		for _, r := range s {
			items = append(items, string(r))
		}
		return items, true
	}
	if pairs, ok := m.pairs(value); ok {
		items := make([]any, len(pairs))
		for i, pair := range pairs {
			items[i] = pair.key
		}
		return items, true
	}
	_, isUndefined := value.(undefined)
	return nil, isUndefined
}

// runesOf gives the characters of a text, paid for.
func (m *meter) runesOf(s string) []rune {
	m.charge(4 * utf8.RuneCountInString(s))
	return []rune(s)
}
