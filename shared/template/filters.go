package template

import (
	"math/rand/v2"
	"slices"

	"hookline/shared/bot"
)

// filter makes a value of another.
type filter func(e *evaluator, value any, g given) (any, error)

// filters are Jinja's, but xmlattr and urlize: https://jinja.palletsprojects.com/en/stable/templates/#builtin-filters.
var filters = map[string]filter{
	"abs": absolute, "float": toFloat, "int": toInt, "round": rounded, "filesizeformat": fileSize,

	"capitalize": onText(capitalized), "lower": onText(lower), "title": onText(headline), "upper": onText(upper),
	"trim": onMethod(trimmed), "center": onMethod(centered), "replace": onMethod(replaced), "indent": onMethod(indented),
	"truncate": onMethod(truncated), "wordwrap": onMethod(wrapped), "wordcount": onMethod(wordCount), "striptags": onMethod(withoutTags),
	"format": formatFilter, "urlencode": urlencoded, "string": asText,

	"safe": asSafe, "escape": escaped, "e": escaped, "forceescape": forceEscaped, "tojson": asJSON, "pprint": asRepr,
	"default": orDefault, "d": orDefault, "length": counted, "count": counted, "attr": attr, "items": itemPairs,

	"first": first, "last": last, "random": random, "list": asList, "reverse": reversed, "join": joined, "sum": sum,
	"min": extreme(-1), "max": extreme(1), "sort": sorted, "dictsort": dictSorted, "unique": unique, "groupby": groupedBy,
	"batch": batched, "slice": sliced,
}

// choosers are filters that use others, or tests: they cannot be in the table that they look into.
var choosers = []string{"map", "select", "reject", "selectattr", "rejectattr"}

func isFilter(name string) bool {
	_, ok := filters[name]
	return ok || slices.Contains(choosers, name)
}

func (e *evaluator) filtered(x *filtering, value any, f *frame) (any, error) {
	g, err := e.given(x.line, x.args, f)
	if err != nil {
		return nil, err
	}
	return e.filter(x.name, value, g)
}

func (e *evaluator) filter(name string, value any, g given) (any, error) {
	e.step()
	if slices.Contains(choosers, name) {
		return e.choose(name, value, g)
	}
	return filters[name](e, value, g)
}

// onText is a filter that writes a text another way. Markup stays markup.
func onText(write func(string) string) filter {
	return func(e *evaluator, value any, _ given) (any, error) {
		s := e.shown(value)
		e.charge(3 * len(s)) // letters may take more in another case
		if _, ok := value.(safe); ok {
			return safe(write(s)), nil
		}
		return write(s), nil
	}
}

// onMethod is a filter that works on the text of a value.
func onMethod(work textMethod) filter {
	return func(e *evaluator, value any, g given) (any, error) {
		made, err := work(e, e.shown(value), g)
		if s, isText := made.(string); isText {
			if _, ok := value.(safe); ok {
				return safe(s), err
			}
		}
		return made, err
	}
}

func asText(e *evaluator, value any, _ given) (any, error) {
	if _, ok := value.(safe); ok {
		return value, nil
	}
	return e.shown(value), nil
}

func asSafe(e *evaluator, value any, _ given) (any, error) { return safe(e.shown(value)), nil }

func escaped(e *evaluator, value any, g given) (any, error) {
	if _, ok := value.(safe); ok {
		return value, nil
	}
	return forceEscaped(e, value, g)
}

// forceEscaped escapes for the format of the text: for HTML if it has none, as in Jinja.
func forceEscaped(e *evaluator, value any, _ given) (any, error) {
	s := e.shown(value)
	e.charge(5 * len(s))
	if e.format == bot.FormatPlain {
		return safe(escape(s, bot.FormatHTML)), nil
	}
	return safe(escape(s, e.format)), nil
}

func asJSON(e *evaluator, value any, g given) (any, error) {
	if u, ok := value.(undefined); ok {
		return nil, wrong(g.line, "%s is undefined, and tojson needs a value", u.what)
	}
	indent, err := g.count(0, "indent", 0)
	if err != nil {
		return nil, err
	}
	if indent < 0 || indent > 16 {
		return nil, wrong(g.line, "indent must be between 0 and 16")
	}
	return e.json(value, indent), nil
}

func asRepr(e *evaluator, value any, _ given) (any, error) { return e.repr(value), nil }

func orDefault(_ *evaluator, value any, g given) (any, error) {
	_, isUndefined := value.(undefined)
	if isUndefined || g.flag(1, "boolean") && !truth(value) {
		return g.or(0, "default_value", ""), nil
	}
	return value, nil
}

func counted(_ *evaluator, value any, g given) (any, error) {
	n, ok := lengthOf(value)
	if !ok {
		return nil, wrong(g.line, "%s has no length", kindName(value))
	}
	return integer(n), nil
}

func attr(e *evaluator, value any, g given) (any, error) {
	name, err := g.text(0, "name")
	if err != nil {
		return nil, err
	}
	if u, ok := value.(undefined); ok {
		return nil, wrong(g.line, "%s is undefined", u.what)
	}
	if field, ok := e.field(value, name); ok {
		return field, nil
	}
	return undefined{cut(name)}, nil
}

func itemPairs(e *evaluator, value any, g given) (any, error) {
	if _, ok := value.(undefined); ok {
		return []any{}, nil
	}
	if !isObject(value) {
		return nil, wrong(g.line, "%s has no items", kindName(value))
	}
	return e.itemPairs(value), nil
}

// itemPairs gives the keys and values of an object as tuples.
func (e *evaluator) itemPairs(object any) []any {
	entries, _ := e.pairs(object)
	e.charge(len(entries) * 4 * elementBytes)
	list := make([]any, len(entries))
	for i, one := range entries {
		list[i] = tuple{one.key, one.value}
	}
	return list
}

func random(e *evaluator, value any, g given) (any, error) {
	items, ok := e.iterate(value)
	if !ok {
		return nil, wrong(g.line, "%s is no list", kindName(value))
	}
	if len(items) == 0 {
		return undefined{"an item of nothing"}, nil
	}
	return items[rand.IntN(len(items))], nil
}

// list gives what a filter of lists works on.
func (e *evaluator) list(value any, g given) ([]any, error) {
	items, ok := e.iterate(value)
	if !ok {
		return nil, wrong(g.line, "%s is no list", kindName(value))
	}
	return items, nil
}

func asList(e *evaluator, value any, g given) (any, error) {
	items, err := e.list(value, g)
	e.charge(len(items) * elementBytes)
	return append([]any{}, items...), err
}

func first(e *evaluator, value any, g given) (any, error) { return e.edge(value, 0, g) }
func last(e *evaluator, value any, g given) (any, error)  { return e.edge(value, -1, g) }

func (e *evaluator) edge(value any, at int, g given) (any, error) {
	items, err := e.list(value, g)
	if err != nil {
		return nil, err
	}
	if item, ok := element(items, at); ok {
		return item, nil
	}
	return undefined{"an item of nothing"}, nil
}

func reversed(e *evaluator, value any, g given) (any, error) {
	if s, ok := textOf(value); ok {
		runes := e.runesOf(s)
		slices.Reverse(runes)
		e.charge(len(s))
		return string(runes), nil
	}
	items, err := e.list(value, g)
	e.charge(len(items) * elementBytes)
	items = slices.Clone(items)
	slices.Reverse(items)
	return items, err
}
