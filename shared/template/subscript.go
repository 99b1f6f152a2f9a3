package template

import "strings"

func (e *evaluator) subscript(x *subscript, f *frame) (any, error) {
	of, err := e.defined(x.of, f)
	if err != nil {
		return nil, err
	}
	index, err := e.value(x.index, f)
	if err != nil {
		return nil, err
	}
	if value, ok := e.item(of, index); ok {
		return keepMarked(of, value), nil
	}
	return e.missing(x), nil
}

// item gives an element of a list by its index, a character of a text, or what an object has under a key.
func (e *evaluator) item(of, index any) (any, bool) {
	if value, ok := e.get(of, index); ok {
		return value, true
	}
	if name, ok := textOf(index); ok {
		return e.field(of, name)
	}
	n, ok := whole(index)
	if !ok {
		return nil, false
	}
	if items, ok := itemsOf(of); ok {
		return element(items, n)
	}
	s, ok := textOf(of)
	if !ok {
		return nil, false
	}
	r, ok := element(e.runesOf(s), n)
	return string(r), ok
}

// element gives one by its index, which counts from the end if it is below zero.
func element[T any](items []T, n int) (one T, ok bool) {
	if n < 0 {
		n += len(items)
	}
	if n < 0 || n >= len(items) {
		return one, false
	}
	return items[n], true
}

// slice is Python's [from:to:step].
func (e *evaluator) slice(x *slicing, f *frame) (any, error) {
	of, err := e.defined(x.of, f)
	if err != nil {
		return nil, err
	}
	var bounds [3]*int
	for i, part := range x.bounds {
		if bounds[i], err = e.bound(part, f); err != nil {
			return nil, err
		}
	}
	if bounds[2] != nil && *bounds[2] == 0 {
		return nil, wrong(x.line, "a slice cannot have a step of 0")
	}
	if s, ok := textOf(of); ok {
		e.charge(2 * len(s))
		var b strings.Builder
		for _, r := range pick(e.runesOf(s), bounds) {
			b.WriteRune(r)
		}
		return keepMarked(of, b.String()), nil
	}
	items, ok := itemsOf(of)
	if !ok {
		return nil, wrong(x.line, "%s cannot be sliced", kindName(of))
	}
	e.charge(len(items) * elementBytes)
	return like(of, pick(items, bounds)), nil
}

func (e *evaluator) bound(x expression, f *frame) (*int, error) {
	if x == nil {
		return nil, nil
	}
	value, err := e.value(x, f)
	if err != nil || value == nil {
		return nil, err
	}
	n, ok := whole(value)
	if !ok {
		return nil, wrong(x.at(), "a slice is bounded by whole numbers, not by %s", kindName(value))
	}
	return &n, nil
}

// pick gives the elements of a slice: https://docs.python.org/3/library/stdtypes.html#common-sequence-operations, note 5.
func pick[T any](items []T, bounds [3]*int) []T {
	step := 1
	if bounds[2] != nil {
		step = *bounds[2]
	}
	from, to, lowest, highest := 0, len(items), 0, len(items)
	if step < 0 {
		from, to, lowest, highest = len(items)-1, -1, -1, len(items)-1
	}
	place := func(bound *int, otherwise int) int {
		if bound == nil {
			return otherwise
		}
		n := *bound
		if n < 0 {
			n += len(items)
		}
		return max(lowest, min(highest, n))
	}
	from, to = place(bounds[0], from), place(bounds[1], to)
	picked := []T{}
	for i := from; step > 0 && i < to || step < 0 && i > to; i += step {
		picked = append(picked, items[i])
	}
	return picked
}
