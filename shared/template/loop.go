package template

// loopState is what a loop's body sees as loop:
// https://jinja.palletsprojects.com/en/stable/templates/#for.
type loopState struct {
	items   []any
	at      int // from 0
	depth   int // of calls of a recursive loop
	changed *[]any
	again   func(over any, depth int) (any, error) // nil: not recursive
}

func (l *loopState) String() string { return "a loop" }

func (l *loopState) field(name string) (any, bool) {
	last := len(l.items) - 1
	switch name {
	case "index":
		return integer(l.at + 1), true
	case "index0":
		return integer(l.at), true
	case "revindex":
		return integer(last - l.at + 1), true
	case "revindex0":
		return integer(last - l.at), true
	case "first":
		return l.at == 0, true
	case "last":
		return l.at == last, true
	case "length":
		return integer(len(l.items)), true
	case "depth":
		return integer(l.depth), true
	case "depth0":
		return integer(l.depth - 1), true
	case "previtem":
		return l.item(l.at-1, "loop.previtem"), true
	case "nextitem":
		return l.item(l.at+1, "loop.nextitem"), true
	case "cycle":
		return function(l.cycle), true
	case "changed":
		return function(l.hasChanged), true
	}
	return nil, false
}

func (l *loopState) item(i int, what string) any {
	if i < 0 || i >= len(l.items) {
		return undefined{what}
	}
	return l.items[i]
}

func (l *loopState) cycle(_ *evaluator, g given) (any, error) {
	if len(g.positional) == 0 {
		return nil, wrong(g.line, "cycle needs values")
	}
	return g.positional[l.at%len(g.positional)], nil
}

func (l *loopState) hasChanged(e *evaluator, g given) (any, error) {
	same := *l.changed != nil && e.equal(g.positional, *l.changed, 0)
	*l.changed = append([]any{}, g.positional...)
	return !same, nil
}

// called renders the loop once more, over items inside of the one that it is at.
func (l *loopState) called(e *evaluator, g given) (any, error) {
	if l.again == nil {
		return nil, wrong(g.line, "a loop that calls itself says so: {%% for x in list recursive %%}")
	}
	if len(g.positional) != 1 {
		return nil, wrong(g.line, "loop needs what to loop over")
	}
	e.enter()
	value, err := l.again(g.positional[0], l.depth+1)
	e.calls--
	return value, err
}

func (e *evaluator) loop(s *loop, f *frame) error {
	over, err := e.value(s.over, f)
	if err != nil {
		return err
	}
	return e.loopOver(s, over, f, 1)
}

func (e *evaluator) loopOver(s *loop, over any, f *frame, depth int) error {
	items, ok := e.iterate(over)
	if !ok {
		return wrong(s.line, "%s cannot be looped over", kindName(over))
	}
	items, err := e.selected(s, items, f)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return e.statements(s.otherwise, e.frame(f))
	}
	var changed []any
	var again func(over any, depth int) (any, error)
	if s.recursive {
		again = func(over any, depth int) (any, error) {
			return e.captured(func() error { return e.loopOver(s, over, f, depth) })
		}
	}
	for i, item := range items {
		e.line = s.line
		e.step()
		inner := e.frame(f)
		inner.names["loop"] = &loopState{items, i, depth, &changed, again}
		if err := e.assign(s.target, item, inner); err != nil {
			return err
		}
		if err := e.statements(s.body, inner); err != nil {
			return err
		}
	}
	return nil
}

// selected gives the items that the loop's own condition lets through.
func (e *evaluator) selected(s *loop, items []any, f *frame) ([]any, error) {
	if s.only == nil {
		return items, nil
	}
	var kept []any
	for _, item := range items {
		inner := e.frame(f)
		if err := e.assign(s.target, item, inner); err != nil {
			return nil, err
		}
		value, err := e.value(s.only, inner)
		if err != nil {
			return nil, err
		}
		if truth(value) {
			e.charge(elementBytes)
			kept = append(kept, item)
		}
	}
	return kept, nil
}
