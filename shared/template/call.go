package template

// given are the arguments of a call, filter or test, evaluated.
type given struct {
	positional []any
	named      []namedValue
	line       int
}

type namedValue struct {
	name  string
	value any
}

// get gives an argument by its place or name.
func (g given) get(place int, name string) (any, bool) {
	if place < len(g.positional) {
		return g.positional[place], true
	}
	for _, arg := range g.named {
		if arg.name == name {
			return arg.value, true
		}
	}
	return nil, false
}

// or gives an argument, or what stands for it.
func (g given) or(place int, name string, otherwise any) any {
	if value, ok := g.get(place, name); ok {
		return value
	}
	return otherwise
}

// flag gives an argument that is true or false, false if it is left out.
func (g given) flag(place int, name string) bool { return truth(g.or(place, name, false)) }

// count gives an argument that is a whole number.
func (g given) count(place int, name string, otherwise int) (int, error) {
	value, ok := g.get(place, name)
	if !ok || value == nil {
		return otherwise, nil
	}
	n, ok := whole(value)
	if !ok {
		return 0, wrong(g.line, "%s must be a whole number, not %s", name, kindName(value))
	}
	return n, nil
}

// text gives an argument that is a text.
func (g given) text(place int, name string) (string, error) {
	value, _ := g.get(place, name)
	s, ok := textOf(value)
	if !ok {
		return "", wrong(g.line, "%s must be a text, not %s", name, kindName(value))
	}
	return s, nil
}

// maxArguments bounds what is passed to anything.
const maxArguments = 64

func (e *evaluator) given(line int, args arguments, f *frame) (given, error) {
	g := given{line: line}
	if len(args.positional)+len(args.named) > maxArguments {
		return g, wrong(line, "more than %d arguments", maxArguments)
	}
	var err error
	if g.positional, err = e.values(args.positional, f); err != nil {
		return g, err
	}
	for _, arg := range args.named {
		value, err := e.value(arg.value, f)
		if err != nil {
			return g, err
		}
		e.charge(2 * elementBytes)
		g.named = append(g.named, namedValue{arg.name, value})
	}
	e.line = line
	return g, nil
}

// callable is a value that can be called.
type callable interface {
	called(e *evaluator, g given) (any, error)
}

// function is one of ours.
type function func(e *evaluator, g given) (any, error)

func (fn function) called(e *evaluator, g given) (any, error) { return fn(e, g) }

// call calls a function, a macro, or a method of Python's values: a field that can be called goes first.
func (e *evaluator) call(x *call, f *frame) (any, error) {
	m, isMethod := x.of.(*attribute)
	if !isMethod {
		of, err := e.value(x.of, f)
		if err != nil {
			return nil, err
		}
		return e.callValue(x, of, f)
	}
	of, err := e.defined(m.of, f)
	if err != nil {
		return nil, err
	}
	value, ok := e.field(of, m.name)
	if _, canBe := value.(callable); ok && canBe {
		return e.callValue(x, value, f)
	}
	g, err := e.given(x.line, x.args, f)
	if err != nil {
		return nil, err
	}
	return e.method(of, m.name, g)
}

func (e *evaluator) callValue(x *call, of any, f *frame) (any, error) {
	g, err := e.given(x.line, x.args, f)
	if err != nil {
		return nil, err
	}
	c, ok := of.(callable)
	if !ok {
		return nil, wrong(x.line, "%s cannot be called", kindName(of))
	}
	return c.called(e, g)
}

// macro is a part of a template that can be called.
type macro struct {
	name       string
	parameters []parameter
	body       []statement
	frame      *frame // where it was defined
	caller     *macro
}

func (m *macro) String() string { return "a macro" }

// enter counts a call that is inside of another.
func (e *evaluator) enter() {
	if e.calls++; e.calls > maxCalls {
		e.fail("more than %d macros or loops call one another", maxCalls)
	}
}

func (m *macro) called(e *evaluator, g given) (any, error) {
	e.enter()
	inner := e.frame(m.frame)
	if m.caller != nil {
		inner.names["caller"] = m.caller
	}
	if err := m.bind(e, g, inner); err != nil {
		return nil, err
	}
	value, err := e.rendered(m.body, inner)
	e.calls--
	return value, err
}

// bind gives the parameters their values.
func (m *macro) bind(e *evaluator, g given, inner *frame) error {
	if len(g.positional) > len(m.parameters) {
		return wrong(g.line, "the macro %s takes at most %d arguments", cut(m.name), len(m.parameters))
	}
	known := 0
	for i, p := range m.parameters {
		value, ok := g.get(i, p.name)
		switch {
		case ok && i >= len(g.positional):
			known++
		case !ok && p.fallback != nil:
			var err error
			if value, err = e.value(p.fallback, inner); err != nil {
				return err
			}
		case !ok:
			value = undefined{"the parameter " + p.name}
		}
		inner.names[p.name] = value
	}
	if known < len(g.named) {
		return wrong(g.line, "the macro %s does not take all of these arguments", cut(m.name))
	}
	return nil
}

func (e *evaluator) callBlock(s *callBlock, f *frame) error {
	of, err := e.value(s.call.of, f)
	if err != nil {
		return err
	}
	m, ok := of.(*macro)
	if !ok {
		return wrong(s.line, "{%% call %%} needs the call of a macro, not of %s", kindName(of))
	}
	g, err := e.given(s.line, s.call.args, f)
	if err != nil {
		return err
	}
	with := *m
	with.caller = &macro{name: "caller", parameters: s.parameters, body: s.body, frame: f}
	value, err := with.called(e, g)
	if err != nil {
		return err
	}
	return e.insert(value)
}
