package template

import "strings"

// choose is map, select, reject and their forms that look at a field.
func (e *evaluator) choose(name string, value any, g given) (any, error) {
	items, err := e.list(value, g)
	if err != nil {
		return nil, err
	}
	made := []any{}
	for _, item := range items {
		e.charge(elementBytes)
		result, keep, err := e.chosen(name, item, g)
		if err != nil {
			return nil, err
		}
		if keep {
			made = append(made, result)
		}
	}
	return made, nil
}

func (e *evaluator) chosen(name string, item any, g given) (result any, keep bool, err error) {
	if name == "map" {
		result, err = e.mapped(item, g)
		return result, true, err
	}
	looked, rest := item, g.positional
	if strings.HasSuffix(name, "attr") {
		if len(rest) == 0 {
			return nil, false, wrong(g.line, "%s needs the name of a field", name)
		}
		if looked, err = e.walk(item, e.shown(rest[0]), g.line); err != nil {
			return nil, false, err
		}
		rest = rest[1:]
	}
	holds := truth(looked)
	if len(rest) > 0 {
		test := e.shown(rest[0])
		if !isTest(test) {
			return nil, false, wrong(g.line, "there is no test %s", cut(test))
		}
		if holds, err = e.holds(test, looked, given{positional: rest[1:], line: g.line}); err != nil {
			return nil, false, err
		}
	}
	return item, holds == strings.HasPrefix(name, "select"), nil
}

func (e *evaluator) mapped(item any, g given) (any, error) {
	if len(g.positional) > 0 {
		name := e.shown(g.positional[0])
		f, ok := filters[name]
		if !ok {
			return nil, wrong(g.line, "there is no filter %s", cut(name))
		}
		e.step()
		return f(e, item, given{g.positional[1:], g.named, g.line})
	}
	name, ok := g.get(0, "attribute")
	if !ok {
		return nil, wrong(g.line, "map needs a filter or attribute")
	}
	value, err := e.walk(item, e.shown(name), g.line)
	if _, isUndefined := value.(undefined); isUndefined && err == nil {
		return g.or(1, "default", value), nil
	}
	return value, err
}
