package template

import (
	"errors"

	"hookline/shared/bot"
)

// evaluator renders a tree, once.
type evaluator struct {
	meter
	scope  Scope
	format bot.Format
	out    []byte
}

func (t *Template) evaluate(scope Scope, format bot.Format) (string, error) {
	e := &evaluator{meter: newMeter(), scope: scope, format: format}
	if err := bounded(func() error { return e.statements(t.body, newFrame(nil)) }); err != nil {
		return "", err
	}
	return string(e.out), nil
}

// frame holds the names that a block gave values.
type frame struct {
	parent *frame
	names  map[string]any
}

func newFrame(parent *frame) *frame { return &frame{parent: parent, names: map[string]any{}} }

// frame makes the frame of a block inside of another's.
func (e *evaluator) frame(parent *frame) *frame {
	e.charge(frameBytes)
	return newFrame(parent)
}

func (f *frame) lookup(name string) (any, bool) {
	for ; f != nil; f = f.parent {
		if value, ok := f.names[name]; ok {
			return value, true
		}
	}
	return nil, false
}

// print writes to the output, or to what becomes a value.
func (e *evaluator) print(text string) error {
	if len(e.out)+len(text) > MaxOutput {
		return tooMuchOutput()
	}
	e.charge(len(text))
	e.out = append(e.out, text...)
	return nil
}

// insert prints a value as it stands in the format.
func (e *evaluator) insert(value any) error { return e.print(e.marked(value)) }

// marked gives the text of a value as it stands in the format.
func (e *evaluator) marked(value any) string {
	text := e.shown(value)
	if _, ok := value.(safe); ok || e.format == bot.FormatPlain {
		return text
	}
	e.charge(len(text))
	return escape(text, e.format)
}

// rendered renders statements to a value.
func (e *evaluator) rendered(body []statement, f *frame) (any, error) {
	return e.captured(func() error { return e.statements(body, f) })
}

// captured makes a value of what is printed meanwhile.
func (e *evaluator) captured(render func() error) (any, error) {
	outer := e.out
	e.out = nil
	err := render()
	made := string(e.out)
	e.out = outer
	if e.format != bot.FormatPlain {
		return safe(made), err
	}
	return made, err
}

func (e *evaluator) statements(body []statement, f *frame) error {
	e.deeper()
	defer e.shallower()
	for _, s := range body {
		e.line = s.at()
		e.step()
		if err := e.statement(s, f); err != nil {
			return err
		}
	}
	return nil
}

func (e *evaluator) statement(s statement, f *frame) error {
	switch s := s.(type) {
	case *text:
		return e.print(s.value)
	case *printing:
		value, err := e.value(s.value, f)
		if err != nil {
			return err
		}
		return e.insert(value)
	case *branches:
		return e.branches(s, f)
	case *loop:
		return e.loop(s, f)
	case *assignment:
		value, err := e.value(s.value, f)
		if err != nil {
			return err
		}
		return e.assign(s.target, value, f)
	case *capture:
		value, err := e.filteredBlock(s.filters, s.body, f)
		if err != nil {
			return err
		}
		return e.assign(s.target, value, f)
	case *filterBlock:
		value, err := e.filteredBlock(s.filters, s.body, f)
		if err != nil {
			return err
		}
		return e.insert(value)
	case *scoping:
		return e.scoping(s, f)
	case *macroDefinition:
		f.names[s.name] = &macro{name: s.name, parameters: s.parameters, body: s.body, frame: f}
		return nil
	case *callBlock:
		return e.callBlock(s, f)
	case *nowTag:
		return e.nowTag(s, f)
	}
	return errors.New("template: a statement of no kind")
}

func (e *evaluator) branches(s *branches, f *frame) error {
	for i, test := range s.tests {
		value, err := e.value(test, f)
		if err != nil {
			return err
		}
		if truth(value) {
			return e.statements(s.bodies[i], f)
		}
	}
	return e.statements(s.otherwise, f)
}

// filteredBlock renders a block and passes it through filters.
func (e *evaluator) filteredBlock(filters []filtering, body []statement, f *frame) (any, error) {
	value, err := e.rendered(body, e.frame(f))
	for i := range filters {
		if err != nil {
			return nil, err
		}
		value, err = e.filtered(&filters[i], value, f)
	}
	return value, err
}

func (e *evaluator) scoping(s *scoping, f *frame) error {
	inner := e.frame(f)
	for i, name := range s.names {
		value, err := e.value(s.values[i], f)
		if err != nil {
			return err
		}
		inner.names[name] = value
	}
	return e.statements(s.body, inner)
}

// assign gives a target its value, or takes the value apart for several.
func (e *evaluator) assign(t target, value any, f *frame) error {
	switch {
	case t.parts != nil:
		return e.takeApart(t, value, f)
	case t.field == "":
		f.names[t.name] = value
		return nil
	}
	of, _ := f.lookup(t.name)
	space, ok := of.(*namespace)
	if !ok {
		return wrong(t.line, "only a namespace can be given fields, and %s is none", t.name)
	}
	e.set(space.fields, t.field, value)
	return nil
}

func (e *evaluator) takeApart(t target, value any, f *frame) error {
	parts, ok := e.iterate(value)
	if !ok || len(parts) != len(t.parts) {
		return wrong(t.line, "%s cannot be taken apart into %d names", kindName(value), len(t.parts))
	}
	for i, part := range t.parts {
		if err := e.assign(part, parts[i], f); err != nil {
			return err
		}
	}
	return nil
}
