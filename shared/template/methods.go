package template

import "slices"

type (
	textMethod func(e *evaluator, s string, g given) (any, error)
	listMethod func(e *evaluator, items []any, g given) (any, error)
	dictMethod func(e *evaluator, object any, g given) (any, error)
)

// textMethods are those of Python's str that authors use: https://docs.python.org/3/library/stdtypes.html#string-methods.
var textMethods = map[string]textMethod{
	"upper": written(upper), "lower": written(lower), "casefold": written(foldedCase), "swapcase": written(swapCase),
	"title": written(titled), "capitalize": written(capitalized),
	"strip": trimmed, "lstrip": trimmedLeft, "rstrip": trimmedRight,
	"split": splitLeft, "rsplit": splitRight, "splitlines": splitLines, "partition": partition, "rpartition": partitionRight,
	"replace": replaced, "join": joinedBy, "format": formatted, "strftime": formattedTime,
	"removeprefix": withoutPrefix, "removesuffix": withoutSuffix,
	"startswith": startsWith, "endswith": endsWith, "find": findLeft, "rfind": findRight, "index": indexLeft, "count": occurrences,
	"center": centered, "ljust": leftJustified, "rjust": rightJustified, "zfill": zeroFilled,
	"isdigit": every(isDigit), "isdecimal": every(isDigit), "isnumeric": every(isNumeric), "isalpha": every(isAlpha),
	"isalnum": every(isAlphanumeric), "isspace": every(isSpace), "isupper": cased(upper), "islower": cased(lower),
}

var listMethods = map[string]listMethod{"count": countOf, "index": indexOf}

var dictMethods = map[string]dictMethod{"get": dictGet, "keys": dictKeys, "values": dictValues, "items": dictItems}

// changing are methods that change the value itself. Values are shared by everything that is rendered, so there are none.
var changing = []string{
	"append", "extend", "insert", "remove", "pop", "popitem", "clear", "sort", "reverse", "update", "setdefault", "add",
}

// method calls one of Python's methods of a value.
func (e *evaluator) method(of any, name string, g given) (any, error) {
	if s, ok := textOf(of); ok {
		if method, ok := textMethods[name]; ok {
			made, err := method(e, s, g)
			return keepMarked(of, made), err
		}
	}
	if items, ok := itemsOf(of); ok {
		if method, ok := listMethods[name]; ok {
			return method(e, items, g)
		}
	}
	if isObject(of) {
		if method, ok := dictMethods[name]; ok {
			return method(e, of, g)
		}
	}
	if slices.Contains(changing, name) {
		return nil, wrong(g.line, "%s cannot be changed: make another, or use a namespace", kindName(of))
	}
	return nil, wrong(g.line, "%s has no method %s", kindName(of), cut(name))
}

// keepMarked marks the text that a method makes of one that is marked up.
func keepMarked(of, made any) any {
	if _, ok := of.(safe); ok {
		if s, ok := made.(string); ok {
			return safe(s)
		}
	}
	return made
}

func countOf(e *evaluator, items []any, g given) (any, error) {
	n := 0
	for _, item := range items {
		if e.equal(item, g.or(0, "value", undefined{}), 0) {
			n++
		}
	}
	return integer(n), nil
}

func indexOf(e *evaluator, items []any, g given) (any, error) {
	for i, item := range items {
		if e.equal(item, g.or(0, "value", undefined{}), 0) {
			return integer(i), nil
		}
	}
	return nil, wrong(g.line, "the value is not in the list")
}

func dictGet(e *evaluator, object any, g given) (any, error) {
	if value, ok := e.get(object, g.or(0, "key", undefined{})); ok {
		return value, nil
	}
	return g.or(1, "default", nil), nil
}

func dictKeys(e *evaluator, object any, _ given) (any, error) {
	keys, _ := e.iterate(object)
	return keys, nil
}

func dictValues(e *evaluator, object any, _ given) (any, error) {
	entries, _ := e.pairs(object)
	values := make([]any, len(entries))
	for i, one := range entries {
		values[i] = one.value
	}
	return values, nil
}

func dictItems(e *evaluator, object any, _ given) (any, error) { return e.itemPairs(object), nil }
