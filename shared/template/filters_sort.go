package template

import (
	"slices"
	"strings"
)

// sorting says how a list is sorted.
type sorting struct {
	key                func(item any) (any, error)
	reverse, sensitive bool
	line               int
}

type sortable struct{ item, key any }

// folded is what is compared: texts without regard to case, unless asked for.
func (e *evaluator) folded(value any, sensitive bool) any {
	s, ok := textOf(value)
	if !ok || sensitive {
		return value
	}
	e.charge(2 * len(s))
	return strings.ToLower(s)
}

func (e *evaluator) sort(items []any, by sorting) ([]sortable, error) {
	e.charge(len(items) * 4 * elementBytes)
	list := make([]sortable, len(items))
	for i, item := range items {
		key, err := by.key(item)
		if err != nil {
			return nil, err
		}
		list[i] = sortable{item, e.folded(key, by.sensitive)}
	}
	var failed error
	slices.SortStableFunc(list, func(a, b sortable) int {
		order, ok := e.order(a.key, b.key, 0)
		if !ok && failed == nil {
			failed = wrong(by.line, "%s and %s have no order", kindName(a.key), kindName(b.key))
		}
		if order == unordered {
			return 0
		}
		if by.reverse {
			return -order
		}
		return order
	})
	return list, failed
}

func (e *evaluator) sortedItems(items []any, by sorting) (any, error) {
	list, err := e.sort(items, by)
	made := make([]any, len(list))
	for i, one := range list {
		made[i] = one.item
	}
	return made, err
}

// sorted sorts by the items, a field of them, or several with commas between.
func sorted(e *evaluator, value any, g given) (any, error) {
	items, err := e.list(value, g)
	if err != nil {
		return nil, err
	}
	by := sorting{e.keyed(g, 2), g.flag(0, "reverse"), g.flag(1, "case_sensitive"), g.line}
	if names, ok := textOf(g.or(2, "attribute", nil)); ok && strings.Contains(names, ",") {
		by.key = func(item any) (any, error) {
			var keys tuple
			for name := range strings.SplitSeq(names, ",") {
				key, err := e.walk(item, strings.TrimSpace(name), g.line)
				if err != nil {
					return nil, err
				}
				e.charge(elementBytes)
				keys = append(keys, e.folded(key, by.sensitive))
			}
			return keys, nil
		}
	}
	return e.sortedItems(items, by)
}

func dictSorted(e *evaluator, value any, g given) (any, error) {
	if !isObject(value) {
		return nil, wrong(g.line, "%s is no dict", kindName(value))
	}
	place := 0
	switch by := e.shown(g.or(1, "by", "key")); by {
	case "key":
	case "value":
		place = 1
	default:
		return nil, wrong(g.line, "by must be key or value")
	}
	key := func(pair any) (any, error) { return pair.(tuple)[place], nil }
	by := sorting{key, g.flag(2, "reverse"), g.flag(0, "case_sensitive"), g.line}
	return e.sortedItems(e.itemPairs(value), by)
}

// group is one of groupby's: a tuple whose parts have names.
type group struct {
	grouper any
	list    []any
}

func (t *group) field(name string) (any, bool) {
	switch name {
	case "grouper":
		return t.grouper, true
	case "list":
		return t.list, true
	}
	return nil, false
}

func groupedBy(e *evaluator, value any, g given) (any, error) {
	items, err := e.list(value, g)
	if err != nil {
		return nil, err
	}
	if len(g.positional) == 0 {
		return nil, wrong(g.line, "groupby needs the name of a field")
	}
	key := e.keyed(g, 0)
	withDefault := func(item any) (any, error) {
		k, err := key(item)
		if _, isUndefined := k.(undefined); isUndefined {
			k = g.or(1, "default", k)
		}
		return k, err
	}
	ordered, err := e.sort(items, sorting{withDefault, false, g.flag(2, "case_sensitive"), g.line})
	if err != nil {
		return nil, err
	}
	groups := []any{}
	for i, one := range ordered {
		e.charge(4 * elementBytes)
		if i == 0 || !e.equal(ordered[i-1].key, one.key, 0) {
			grouper, _ := withDefault(one.item) // it was looked at already
			groups = append(groups, &group{grouper: grouper})
		}
		current := groups[len(groups)-1].(*group)
		current.list = append(current.list, one.item)
	}
	return groups, nil
}
