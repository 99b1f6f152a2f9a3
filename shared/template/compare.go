package template

import (
	"cmp"
	"math"
	"strings"
)

func (e *evaluator) comparison(x *comparison, f *frame) (any, error) {
	left, err := e.value(x.first, f)
	if err != nil {
		return nil, err
	}
	for _, other := range x.others {
		right, err := e.value(other.with, f)
		if err != nil {
			return nil, err
		}
		e.line = x.line
		holds, err := e.compare(other.operator, left, right)
		if err != nil || !holds {
			return false, err
		}
		left = right
	}
	return true, nil
}

func (e *evaluator) compare(operator string, a, b any) (bool, error) {
	switch operator {
	case "==":
		return e.equal(a, b, 0), nil
	case "!=":
		return !e.equal(a, b, 0), nil
	case "in", "not in":
		found, err := e.contains(a, b)
		return found == (operator == "in"), err
	}
	if u, ok := firstUndefined(a, b); ok {
		return false, wrong(e.line, "%s is undefined", u.what)
	}
	order, ok := e.order(a, b, 0)
	switch {
	case !ok:
		return false, wrong(e.line, "%s and %s have no order", kindName(a), kindName(b))
	case order == unordered:
		return false, nil
	case operator == "<":
		return order < 0, nil
	case operator == "<=":
		return order <= 0, nil
	case operator == ">":
		return order > 0, nil
	}
	return order >= 0, nil
}

// equal is Python's ==.
func (m *meter) equal(a, b any, depth int) bool {
	if m.step(); depth > maxDepth {
		m.fail("what is compared is nested too deep")
	}
	if x, y, f, g, ok := numbers(a, b); ok {
		if x != nil {
			return x.Cmp(y) == 0
		}
		return f == g
	}
	if x, ok := textOf(a); ok {
		y, ok := textOf(b)
		m.work(len(x))
		return ok && x == y
	}
	if x, ok := itemsOf(a); ok {
		y, ok := itemsOf(b)
		return ok && isTuple(a) == isTuple(b) && m.equalItems(x, y, depth)
	}
	if isObject(a) && isObject(b) {
		return m.equalObjects(a, b, depth)
	}
	switch a := a.(type) {
	case nil:
		return b == nil
	case undefined:
		_, ok := b.(undefined)
		return ok
	case *loopState, *namespace, *cycler, *macro, emojis:
		return a == b
	}
	return false // functions are like nothing
}

func (m *meter) equalItems(x, y []any, depth int) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !m.equal(x[i], y[i], depth+1) {
			return false
		}
	}
	return true
}

func (m *meter) equalObjects(a, b any, depth int) bool {
	entries, _ := m.pairs(a)
	others, _ := m.pairs(b)
	if len(entries) != len(others) {
		return false
	}
	for _, one := range entries {
		other, ok := m.get(b, one.key)
		if !ok || !m.equal(one.value, other, depth+1) {
			return false
		}
	}
	return true
}

// unordered is the order of what is not a number: nothing is above or below it.
const unordered = 2

// order is Python's < and >: numbers, texts and lists of them have one.
func (m *meter) order(a, b any, depth int) (int, bool) {
	if m.step(); depth > maxDepth {
		m.fail("what is compared is nested too deep")
	}
	if x, y, f, g, ok := numbers(a, b); ok {
		switch {
		case x != nil:
			return x.Cmp(y), true
		case math.IsNaN(f) || math.IsNaN(g):
			return unordered, true
		}
		return cmp.Compare(f, g), true
	}
	if x, ok := textOf(a); ok {
		y, ok := textOf(b)
		m.work(len(x))
		return strings.Compare(x, y), ok
	}
	x, okX := itemsOf(a)
	y, okY := itemsOf(b)
	if !okX || !okY || isTuple(a) != isTuple(b) {
		return 0, false
	}
	for i := range min(len(x), len(y)) {
		if !m.equal(x[i], y[i], depth+1) {
			return m.order(x[i], y[i], depth+1)
		}
	}
	return cmp.Compare(len(x), len(y)), true
}

// contains is Python's in.
func (e *evaluator) contains(needle, hay any) (bool, error) {
	if s, ok := textOf(hay); ok {
		part, ok := textOf(needle)
		if !ok {
			return false, wrong(e.line, "%s cannot be in a text", kindName(needle))
		}
		e.work(len(s))
		return strings.Contains(s, part), nil
	}
	if items, ok := itemsOf(hay); ok {
		for _, item := range items {
			if e.equal(item, needle, 0) {
				return true, nil
			}
		}
		return false, nil
	}
	if isObject(hay) {
		_, has := e.get(hay, needle)
		return has, nil
	}
	if _, ok := hay.(undefined); ok {
		return false, nil
	}
	return false, wrong(e.line, "nothing can be in %s", kindName(hay))
}
