package template

import (
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// dict is an object that a template wrote: its keys are any that Python takes, and stay in order.
type dict struct {
	entries []entry
	places  map[string]int // by the hash of the key
}

type entry struct{ key, value any }

func newDict() *dict { return &dict{places: map[string]int{}} }

// entryBytes is what an entry takes.
const entryBytes = 4*elementBytes + 64

// set adds a key, or gives it another value.
func (m *meter) set(d *dict, key, value any) {
	hash, ok := m.hash(key, 0)
	if !ok {
		m.fail("%s cannot be a key", kindName(key))
	}
	if i, ok := d.places[hash]; ok {
		d.entries[i].value = value
		return
	}
	m.charge(entryBytes)
	d.places[hash] = len(d.entries)
	d.entries = append(d.entries, entry{key, value})
}

// hash gives the same text for keys that Python takes for the same: 1, 1.0 and True are.
func (m *meter) hash(key any, depth int) (string, bool) {
	if m.step(); depth > maxDepth {
		m.fail("a key is nested too deep")
	}
	if s, ok := textOf(key); ok {
		m.charge(len(s))
		return "t" + s, true
	}
	switch n := reduced(key).(type) {
	case nil:
		return "none", true
	case *big.Int:
		return "n" + m.digits(n, 10), true
	case float64:
		if i, ok := asInt(n); ok && float64(clamp(i)) == n {
			return "n" + m.digits(i, 10), true
		}
		return "n" + floatText(n), true
	}
	items, _ := itemsOf(key)
	if !isTuple(key) {
		return "", false
	}
	var b strings.Builder
	for _, item := range items {
		part, ok := m.hash(item, depth+1)
		if !ok {
			return "", false
		}
		m.charge(len(part) + elementBytes)
		b.WriteString(strconv.Itoa(len(part)) + ":" + part)
	}
	return "(" + b.String(), true
}

// get gives what an object has under a key.
func (m *meter) get(object, key any) (any, bool) {
	switch object := object.(type) {
	case map[string]any:
		name, _ := textOf(key)
		value, ok := object[name]
		_, isText := textOf(key)
		return value, ok && isText
	case *dict:
		hash, ok := m.hash(key, 0)
		if !ok {
			return nil, false
		}
		i, ok := object.places[hash]
		if !ok {
			return nil, false
		}
		return object.entries[i].value, true
	}
	return nil, false
}

func isObject(value any) bool {
	switch value.(type) {
	case map[string]any, *dict:
		return true
	}
	return false
}

// pairs gives the keys and values of an object: those of JSON by name, as nothing tells how they stood.
func (m *meter) pairs(value any) ([]entry, bool) {
	switch value := value.(type) {
	case *dict:
		m.charge(len(value.entries) * elementBytes)
		return value.entries, true
	case map[string]any:
		m.charge(len(value) * 4 * elementBytes)
		entries := make([]entry, 0, len(value))
		for _, name := range slices.Sorted(maps.Keys(value)) {
			entries = append(entries, entry{name, value[name]})
		}
		return entries, true
	}
	return nil, false
}

// byName sorts entries by the texts of their keys.
func byName(entries []entry) []entry {
	return slices.SortedStableFunc(slices.Values(entries), func(a, b entry) int {
		x, _ := textOf(a.key)
		y, _ := textOf(b.key)
		return strings.Compare(x, y)
	})
}
