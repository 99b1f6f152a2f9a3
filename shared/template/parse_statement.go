package template

import "slices"

// lacking are tags that Jinja or its extensions have, and that need other templates or change what one is.
var lacking = []string{"include", "import", "from", "extends", "block", "autoescape", "do", "break", "continue", "trans", "debug"}

// body parses statements up to one of the tags that end it, and gives which it was.
func (p *parser) body(ends ...string) (body []statement, end string, err error) {
	if err := p.deeper(); err != nil {
		return nil, "", err
	}
	defer p.shallower()
	for {
		t := p.take()
		var s statement
		switch t.kind {
		case textToken:
			s = &text{node{t.line}, t.text}
		case printToken:
			s, err = p.printing(t.line)
		case tagToken:
			var name string
			if name, err = p.name(); err == nil && slices.Contains(ends, name) {
				return body, name, nil
			}
			if err == nil {
				s, err = p.statement(name, t.line)
			}
		default:
			if len(ends) > 0 {
				return nil, "", wrong(t.line, "the template ends without {%% %s %%}", ends[len(ends)-1])
			}
			return body, "", nil
		}
		if err != nil {
			return nil, "", err
		}
		body = append(body, s)
	}
}

// block parses a body of its own that ends with one tag, and that tag.
func (p *parser) block(end string, names ...string) ([]statement, error) {
	p.enter()
	defer p.leave()
	for _, name := range names {
		p.bind(name)
	}
	body, _, err := p.body(end)
	if err != nil {
		return nil, err
	}
	return body, p.tagEnd()
}

func (p *parser) tagEnd() error { return p.expect(tagEndToken, "%}") }

func (p *parser) printing(line int) (statement, error) {
	value, err := p.tuple()
	if err != nil {
		return nil, err
	}
	return &printing{node{line}, value}, p.expect(printEndToken, closing)
}

func (p *parser) statement(name string, line int) (statement, error) {
	switch name {
	case "if":
		return p.branches(line)
	case "for":
		return p.loop(line)
	case "set":
		return p.set(line)
	case "with":
		return p.with(line)
	case "macro":
		return p.macro(line)
	case "call":
		return p.callBlock(line)
	case "filter":
		return p.filterBlock(line)
	case "now":
		return p.now(line)
	}
	if slices.Contains(lacking, name) {
		return nil, wrong(line, "there is no {%% %s %%} here: a template stands alone", name)
	}
	return nil, wrong(line, "there is no tag %s", cut(name))
}

// tuple parses an expression, or several with commas between.
func (p *parser) tuple() (expression, error) {
	e, err := p.expression()
	if err != nil || !p.is(operatorToken, ",") {
		return e, err
	}
	l := &listing{node{e.at()}, []expression{e}, true}
	for p.operator(",") {
		if k := p.peek().kind; k == tagEndToken || k == printEndToken {
			break
		}
		item, err := p.expression()
		if err != nil {
			return nil, err
		}
		l.items = append(l.items, item)
	}
	return l, nil
}

// branches parses if. Names that are set in it are those of the block around, as in Python.
func (p *parser) branches(line int) (statement, error) {
	b := &branches{node: node{line}}
	for {
		test, err := p.tuple()
		if err != nil {
			return nil, err
		}
		if err := p.tagEnd(); err != nil {
			return nil, err
		}
		body, end, err := p.body("elif", "else", "endif")
		if err != nil {
			return nil, err
		}
		b.tests, b.bodies = append(b.tests, test), append(b.bodies, body)
		if end == "elif" {
			continue
		}
		if err := p.tagEnd(); err != nil || end == "endif" {
			return b, err
		}
		if b.otherwise, _, err = p.body("endif"); err != nil {
			return nil, err
		}
		return b, p.tagEnd()
	}
}

func (p *parser) loop(line int) (statement, error) {
	l := &loop{node: node{line}}
	var err error
	if l.target, err = p.targets(); err != nil {
		return nil, err
	}
	if err := p.expect(nameToken, "in"); err != nil {
		return nil, err
	}
	taken := false
	l.target.each(func(name string) { taken = taken || name == "loop" })
	if taken {
		return nil, wrong(line, "loop is what tells of the loop itself: give the item another name")
	}
	if l.over, err = p.looped(); err != nil {
		return nil, err
	}
	p.enter()
	l.target.each(p.bind)
	p.bind("loop")
	end, err := p.loopBody(l)
	p.leave()
	if err != nil {
		return nil, err
	}
	if err := p.tagEnd(); err != nil || end == "endfor" {
		return l, err
	}
	l.otherwise, err = p.block("endfor")
	return l, err
}

// looped parses what a loop goes over. An if behind it is the loop's own.
func (p *parser) looped() (expression, error) {
	e, err := p.or()
	if err != nil || !p.is(operatorToken, ",") {
		return e, err
	}
	l := &listing{node{e.at()}, []expression{e}, true}
	for p.operator(",") {
		item, err := p.or()
		if err != nil {
			return nil, err
		}
		l.items = append(l.items, item)
	}
	return l, nil
}

func (p *parser) loopBody(l *loop) (end string, err error) {
	if p.accept(nameToken, "if") {
		if l.only, err = p.expression(); err != nil {
			return "", err
		}
	}
	l.recursive = p.accept(nameToken, "recursive")
	if err := p.tagEnd(); err != nil {
		return "", err
	}
	l.body, end, err = p.body("else", "endfor")
	return end, err
}
