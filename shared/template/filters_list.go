package template

import (
	"slices"
	"strconv"
	"strings"

	"hookline/shared/bot"
)

// keyed gives what a filter looks at of each item: itself, or the field that its argument attribute names.
func (e *evaluator) keyed(g given, place int) func(item any) (any, error) {
	name, ok := g.get(place, "attribute")
	if !ok || name == nil {
		return func(item any) (any, error) { return item, nil }
	}
	dotted := e.shown(name)
	return func(item any) (any, error) { return e.walk(item, dotted, g.line) }
}

// walk follows dotted names, which may be indexes, from a value.
func (e *evaluator) walk(value any, dotted string, line int) (any, error) {
	for name := range strings.SplitSeq(dotted, ".") {
		e.work(len(dotted))
		if u, ok := value.(undefined); ok {
			return nil, wrong(line, "%s is undefined", u.what)
		}
		var index any = name
		if n, err := strconv.Atoi(name); err == nil {
			index = integer(n)
		}
		next, ok := e.item(value, index)
		if !ok {
			next = undefined{cut(name)}
		}
		value = next
	}
	return value, nil
}

func joined(e *evaluator, value any, g given) (any, error) {
	items, err := e.list(value, g)
	if err != nil {
		return nil, err
	}
	separator := g.or(0, "d", "")
	key := e.keyed(g, 1)
	e.charge((len(items) + 1) * elementBytes)
	parts := make([]any, len(items), len(items)+1)
	for i, item := range items {
		if parts[i], err = key(item); err != nil {
			return nil, err
		}
	}
	isSafe := func(part any) bool { _, ok := part.(safe); return ok }
	if e.format == bot.FormatPlain || !slices.ContainsFunc(append(parts, separator), isSafe) {
		return e.joined(parts, e.shown(separator), e.shown), nil
	}
	return safe(e.joined(parts, e.marked(separator), e.marked)), nil
}

// joined puts a separator between the texts of values.
func (e *evaluator) joined(parts []any, separator string, text func(any) string) string {
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			e.charge(2 * len(separator)) // twice: the builder grows by copying
			b.WriteString(separator)
		}
		s := text(part)
		e.charge(2 * len(s))
		b.WriteString(s)
	}
	return b.String()
}

func sum(e *evaluator, value any, g given) (any, error) {
	items, err := e.list(value, g)
	key := e.keyed(g, 0)
	total := g.or(1, "start", integer(0))
	for _, item := range items {
		k, err := key(item)
		if err != nil {
			return nil, err
		}
		if total, err = e.operate("+", total, k); err != nil {
			return nil, err
		}
	}
	return total, err
}

func extreme(direction int) filter {
	return func(e *evaluator, value any, g given) (any, error) {
		items, err := e.list(value, g)
		if err != nil {
			return nil, err
		}
		if len(items) == 0 {
			return undefined{"the extreme of nothing"}, nil
		}
		ordered, err := e.sort(items, sorting{e.keyed(g, 1), false, g.flag(0, "case_sensitive"), g.line})
		if err != nil {
			return nil, err
		}
		if direction < 0 {
			return ordered[0].item, nil
		}
		// Of equal ones the first is meant.
		best := len(ordered) - 1
		for best > 0 && e.equal(ordered[best-1].key, ordered[best].key, 0) {
			best--
		}
		return ordered[best].item, nil
	}
}

func unique(e *evaluator, value any, g given) (any, error) {
	items, err := e.list(value, g)
	key := e.keyed(g, 1)
	seen := map[string]bool{}
	made := []any{}
	for _, item := range items {
		k, err := key(item)
		if err != nil {
			return nil, err
		}
		hash, ok := e.hash(e.folded(k, g.flag(0, "case_sensitive")), 0)
		if !ok {
			return nil, wrong(g.line, "%s cannot be told apart from others", kindName(k))
		}
		if !seen[hash] {
			e.charge(entryBytes)
			seen[hash] = true
			made = append(made, item)
		}
	}
	return made, err
}

func batched(e *evaluator, value any, g given) (any, error) {
	size, err := g.count(0, "linecount", 0)
	if err != nil || size < 1 {
		return nil, wrong(g.line, "batch needs a number above 0")
	}
	items, err := e.list(value, g)
	e.charge(len(items) * 3 * elementBytes)
	fill := g.or(1, "fill_with", nil)
	made := []any{}
	for part := range slices.Chunk(items, size) {
		part = slices.Clone(part)
		if missing := size - len(part); missing > 0 && fill != nil {
			e.charge(product(missing, elementBytes))
			part = append(part, slices.Repeat([]any{fill}, missing)...)
		}
		made = append(made, part)
	}
	return made, err
}

func sliced(e *evaluator, value any, g given) (any, error) {
	count, err := g.count(0, "slices", 0)
	if err != nil || count < 1 {
		return nil, wrong(g.line, "slice needs a number above 0")
	}
	items, err := e.list(value, g)
	if err != nil {
		return nil, err
	}
	e.charge(product(count, 4*elementBytes))
	e.charge(len(items) * elementBytes)
	size, longer := len(items)/count, len(items)%count
	fill := g.or(1, "fill_with", nil)
	made := make([]any, count)
	from := 0
	for i := range made {
		to := from + size
		if i < longer {
			to++
		}
		part := append([]any{}, items[from:to]...)
		if fill != nil && i >= longer { // even where all are as long: as Jinja does
			part = append(part, fill)
		}
		made[i], from = part, to
	}
	return made, nil
}
