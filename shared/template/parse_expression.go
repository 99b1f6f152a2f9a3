package template

import (
	"encoding/json"
	"slices"
	"strings"
)

// expression parses one, down the ladder of precedence of Jinja's own parser.
func (p *parser) expression() (expression, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	e, err := p.or()
	for err == nil && p.is(nameToken, "if") {
		e, err = p.conditional(e)
	}
	return e, err
}

func (p *parser) conditional(then expression) (expression, error) {
	c := &conditional{node: node{p.take().line}, then: then}
	var err error
	if c.test, err = p.or(); err != nil {
		return nil, err
	}
	if p.accept(nameToken, "else") {
		c.otherwise, err = p.expression()
	}
	return c, err
}

// left parses a row of operators that bind to the left.
func (p *parser) left(kind tokenKind, operators []string, operand func() (expression, error)) (expression, error) {
	e, err := operand()
	for err == nil && p.peek().kind == kind && slices.Contains(operators, p.peek().text) {
		op := p.take()
		var right expression
		if right, err = operand(); err == nil {
			e = &binary{node{op.line}, op.text, e, right}
		}
	}
	return e, err
}

func (p *parser) or() (expression, error)  { return p.left(nameToken, []string{"or"}, p.and) }
func (p *parser) and() (expression, error) { return p.left(nameToken, []string{"and"}, p.not) }

func (p *parser) not() (expression, error) {
	if !p.is(nameToken, "not") {
		return p.comparison()
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	line := p.take().line
	of, err := p.not()
	return &unary{node{line}, "not", of}, err
}

var comparators = []string{"==", "!=", "<", "<=", ">", ">="}

func (p *parser) comparison() (expression, error) {
	first, err := p.sum()
	if err != nil {
		return nil, err
	}
	c := &comparison{node: node{first.at()}, first: first}
	for operator := p.comparator(); operator != ""; operator = p.comparator() {
		with, err := p.sum()
		if err != nil {
			return nil, err
		}
		c.others = append(c.others, compared{operator, with})
	}
	if len(c.others) == 0 {
		return first, nil
	}
	return c, nil
}

// comparator takes a comparing operator, if there is one.
func (p *parser) comparator() string {
	switch t := p.peek(); {
	case t.kind == operatorToken && slices.Contains(comparators, t.text):
		return p.take().text
	case p.accept(nameToken, "in"):
		return "in"
	case p.is(nameToken, "not") && p.behind(nameToken, "in"):
		p.next += 2
		return "not in"
	}
	return ""
}

func (p *parser) sum() (expression, error) {
	return p.left(operatorToken, []string{"+", "-"}, p.concatenation)
}

func (p *parser) concatenation() (expression, error) {
	return p.left(operatorToken, []string{"~"}, p.product)
}

func (p *parser) product() (expression, error) {
	return p.left(operatorToken, []string{"*", "/", "//", "%"}, p.power)
}

func (p *parser) power() (expression, error) {
	return p.left(operatorToken, []string{"**"}, func() (expression, error) { return p.unary(true) })
}

func (p *parser) unary(filtered bool) (expression, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	e, err := p.signed()
	if err != nil {
		return nil, err
	}
	if e, err = p.postfix(e); err != nil || !filtered {
		return e, err
	}
	return p.filters(e)
}

func (p *parser) signed() (expression, error) {
	t := p.peek()
	if !p.operator("-") && !p.operator("+") {
		return p.primary()
	}
	of, err := p.unary(false)
	return &unary{node{t.line}, t.text, of}, err
}

func (p *parser) primary() (expression, error) {
	t := p.take()
	at := node{t.line}
	switch t.kind {
	case nameToken:
		return p.named(t), nil
	case stringToken:
		parts := []string{t.text}
		for p.peek().kind == stringToken {
			parts = append(parts, p.take().text)
		}
		return &constant{at, strings.Join(parts, "")}, nil
	case integerToken, floatToken:
		return &constant{at, number(json.Number(t.text))}, nil
	case operatorToken:
		switch t.text {
		case "(":
			return p.parenthesis(t.line)
		case "[":
			l := &listing{node: at}
			return l, p.items(l, "]")
		case "{":
			return p.dictionary(t.line)
		}
	}
	return nil, wrong(t.line, "unexpected %s", t)
}

func (p *parser) named(t token) expression {
	at := node{t.line}
	switch t.text {
	case "true", "True":
		return &constant{at, true}
	case "false", "False":
		return &constant{at, false}
	case "none", "None":
		return &constant{at, nil}
	}
	p.read(t.text)
	return &variable{at, t.text}
}

func (p *parser) parenthesis(line int) (expression, error) {
	l := &listing{node: node{line}, tuple: true}
	if p.operator(")") {
		return l, nil
	}
	e, err := p.expression()
	if err != nil || p.operator(")") {
		return e, err
	}
	if err := p.expect(operatorToken, ","); err != nil {
		return nil, err
	}
	l.items = []expression{e}
	return l, p.items(l, ")")
}

// items parses the elements of a list or tuple.
func (p *parser) items(l *listing, closer string) error {
	return p.separated(closer, func() error {
		item, err := p.expression()
		l.items = append(l.items, item)
		return err
	})
}

func (p *parser) dictionary(line int) (expression, error) {
	d := &dictionary{node: node{line}}
	return d, p.separated("}", func() error {
		key, err := p.expression()
		if err != nil {
			return err
		}
		if err := p.expect(operatorToken, ":"); err != nil {
			return err
		}
		value, err := p.expression()
		d.keys, d.values = append(d.keys, key), append(d.values, value)
		return err
	})
}
