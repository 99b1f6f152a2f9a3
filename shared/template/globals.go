package template

import "math/big"

// globals are Jinja's functions, but lipsum, and emoji:
// https://jinja.palletsprojects.com/en/stable/templates/#list-of-global-functions.
var globals = map[string]any{
	"range": function(rangeOf), "dict": function(dictOf), "namespace": function(namespaceOf),
	"cycler": function(cyclerOf), "joiner": function(joinerOf), "emoji": emojis{},
}

func rangeOf(e *evaluator, g given) (any, error) {
	if len(g.positional) == 0 || len(g.positional) > 3 {
		return nil, wrong(g.line, "range takes one to three numbers")
	}
	bounds := []int{0, 0, 1}
	for i, value := range g.positional {
		n, ok := whole(value)
		if !ok {
			return nil, wrong(g.line, "range takes whole numbers, not %s", kindName(value))
		}
		bounds[i] = n
	}
	if len(g.positional) == 1 {
		bounds[0], bounds[1] = 0, bounds[0]
	}
	from, to, step := bounds[0], bounds[1], bounds[2]
	if step == 0 {
		return nil, wrong(g.line, "range takes no step of 0")
	}
	count := max(0, (to-from+step-big.NewInt(int64(step)).Sign())/step)
	e.charge(product(count, 4*elementBytes))
	items := make([]any, count)
	for i := range items {
		items[i] = integer(from + i*step)
	}
	return items, nil
}

func dictOf(e *evaluator, g given) (any, error) {
	d := newDict()
	if first, ok := g.get(0, ""); ok {
		entries, isDict := e.pairs(first)
		if !isDict {
			return nil, wrong(g.line, "dict is made of names and values")
		}
		for _, one := range entries {
			e.set(d, one.key, one.value)
		}
	}
	for _, arg := range g.named {
		e.set(d, arg.name, arg.value)
	}
	return d, nil
}

// namespace is an object whose fields {% set %} can change.
type namespace struct{ fields *dict }

func (n *namespace) String() string { return "a namespace" }

func (n *namespace) field(name string) (any, bool) {
	i, ok := n.fields.places["t"+name]
	if !ok {
		return nil, false
	}
	return n.fields.entries[i].value, true
}

func namespaceOf(e *evaluator, g given) (any, error) {
	d, err := dictOf(e, g)
	if err != nil {
		return nil, err
	}
	return &namespace{d.(*dict)}, nil
}

// cycler gives its items in turn.
type cycler struct {
	items []any
	at    int
}

func (c *cycler) String() string { return "a cycler" }

func cyclerOf(_ *evaluator, g given) (any, error) {
	if len(g.positional) == 0 {
		return nil, wrong(g.line, "a cycler needs items")
	}
	return &cycler{items: g.positional}, nil
}

func (c *cycler) field(name string) (any, bool) {
	switch name {
	case "current":
		return c.items[c.at], true
	case "next":
		return function(func(*evaluator, given) (any, error) {
			item := c.items[c.at]
			c.at = (c.at + 1) % len(c.items)
			return item, nil
		}), true
	case "reset":
		return function(func(*evaluator, given) (any, error) {
			c.at = 0
			return nil, nil
		}), true
	}
	return nil, false
}

// joinerOf makes a function that gives nothing the first time, and its text from then on.
func joinerOf(_ *evaluator, g given) (any, error) {
	var text any = ""
	return function(func(*evaluator, given) (any, error) {
		now := text
		text = g.or(0, "sep", ", ")
		return now, nil
	}), nil
}
