package template

import (
	"encoding/json"
	"slices"
	"strings"
)

// postfix parses attributes, subscripts and calls behind an expression.
func (p *parser) postfix(e expression) (expression, error) {
	for {
		t := p.peek()
		var err error
		switch {
		case p.operator("."):
			e, err = p.attribute(e, t.line)
		case p.operator("["):
			e, err = p.subscript(e, t.line)
		case p.operator("("):
			e, err = p.call(e, t.line)
		default:
			return e, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (p *parser) attribute(of expression, line int) (expression, error) {
	switch name := p.take(); name.kind {
	case nameToken:
		return &attribute{node{line}, of, name.text}, nil
	case integerToken:
		return &subscript{node{line}, of, &constant{node{line}, number(json.Number(name.text))}}, nil
	default:
		return nil, wrong(name.line, "expected a name after the dot, found %s", name)
	}
}

func (p *parser) subscript(of expression, line int) (expression, error) {
	var parts [3]expression
	colons := 0
	for !p.operator("]") {
		if p.operator(":") {
			if colons++; colons >= len(parts) {
				return nil, wrong(line, "a slice has at most two colons")
			}
			continue
		}
		if parts[colons] != nil {
			return nil, wrong(p.peek().line, "expected ], found %s", p.peek())
		}
		var err error
		if parts[colons], err = p.expression(); err != nil {
			return nil, err
		}
	}
	switch {
	case colons > 0:
		return &slicing{node{line}, of, parts}, nil
	case parts[0] == nil:
		return nil, wrong(line, "[] names nothing")
	}
	return &subscript{node{line}, of, parts[0]}, nil
}

func (p *parser) call(of expression, line int) (expression, error) {
	args, err := p.arguments()
	return &call{node{line}, of, args}, err
}

func (p *parser) arguments() (args arguments, err error) {
	err = p.separated(")", func() error {
		t := p.peek()
		if t.kind == operatorToken && strings.HasPrefix(t.text, "*") {
			return wrong(t.line, "arguments cannot be unpacked with %s", t.text)
		}
		if t.kind == nameToken && p.behind(operatorToken, "=") {
			p.next += 2
			value, err := p.expression()
			args.named = append(args.named, namedArgument{t.text, value})
			return err
		}
		if len(args.named) > 0 {
			return wrong(t.line, "an argument without a name stands behind one with a name")
		}
		value, err := p.expression()
		args.positional = append(args.positional, value)
		return err
	})
	return args, err
}

// filters parses filters and tests behind an expression.
func (p *parser) filters(e expression) (expression, error) {
	for {
		line := p.peek().line
		var err error
		switch {
		case p.operator("|"):
			var f filtering
			f, err = p.filter(line)
			f.of = e
			e = &f
		case p.accept(nameToken, "is"):
			e, err = p.test(e, line)
		case p.operator("("):
			e, err = p.call(e, line)
		default:
			return e, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (p *parser) filter(line int) (filtering, error) {
	f := filtering{node: node{line}}
	var err error
	if f.name, err = p.name(); err != nil {
		return f, err
	}
	if !isFilter(f.name) {
		return f, wrong(line, "there is no filter %s", cut(f.name))
	}
	if p.operator("(") {
		f.args, err = p.arguments()
	}
	return f, err
}

// test parses what stands behind is: a name, perhaps with not, and its arguments, one of which needs no parentheses.
func (p *parser) test(of expression, line int) (expression, error) {
	t := &testing{node: node{line}, of: of, negate: p.accept(nameToken, "not")}
	var err error
	if t.name, err = p.name(); err != nil {
		return nil, err
	}
	if !isTest(t.name) {
		return nil, wrong(line, "there is no test %s", cut(t.name))
	}
	switch {
	case p.operator("("):
		t.args, err = p.arguments()
	case p.beginsValue():
		var arg expression
		if arg, err = p.primary(); err == nil {
			arg, err = p.postfix(arg)
		}
		t.args.positional = []expression{arg}
	}
	return t, err
}

// beginsValue tells whether the argument of a test may follow, and no word that goes on behind the test.
func (p *parser) beginsValue() bool {
	next := p.peek()
	switch next.kind {
	case nameToken:
		return !slices.Contains([]string{"else", "or", "and", "if", "is", "in", "not", "recursive"}, next.text)
	case stringToken, integerToken, floatToken:
		return true
	}
	return p.is(operatorToken, "[") || p.is(operatorToken, "{")
}
