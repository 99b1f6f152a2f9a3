package template

// targets parses what a loop or set gives values: a name, a field of a namespace, or several of them with commas between.
func (p *parser) targets() (target, error) {
	first, err := p.target()
	if err != nil || !p.is(operatorToken, ",") {
		return first, err
	}
	several := target{node: first.node, parts: []target{first}}
	for p.operator(",") {
		if p.is(operatorToken, ")") || p.is(operatorToken, "=") {
			break
		}
		part, err := p.target()
		if err != nil {
			return target{}, err
		}
		several.parts = append(several.parts, part)
	}
	return several, nil
}

func (p *parser) target() (target, error) {
	t := target{node: node{p.peek().line}}
	if p.operator("(") {
		if err := p.deeper(); err != nil {
			return t, err
		}
		defer p.shallower()
		t, err := p.targets()
		if err != nil {
			return t, err
		}
		return t, p.expect(operatorToken, ")")
	}
	var err error
	if t.name, err = p.name(); err == nil && p.operator(".") {
		t.field, err = p.name()
	}
	return t, err
}

func (p *parser) set(line int) (statement, error) {
	target, err := p.targets()
	if err != nil {
		return nil, err
	}
	if p.operator("=") {
		value, err := p.tuple()
		if err != nil {
			return nil, err
		}
		target.each(p.bind)
		return &assignment{node{line}, target, value}, p.tagEnd()
	}
	if target.parts != nil {
		return nil, wrong(line, "a block is assigned to one name")
	}
	c := &capture{node: node{line}, target: target}
	if c.filters, err = p.filterRow(); err != nil {
		return nil, err
	}
	if c.body, err = p.block("endset"); err == nil {
		target.each(p.bind)
	}
	return c, err
}

// filterRow parses filters up to the end of a tag.
func (p *parser) filterRow() (row []filtering, err error) {
	for p.is(operatorToken, "|") {
		f, err := p.filter(p.take().line)
		if err != nil {
			return nil, err
		}
		row = append(row, f)
	}
	return row, p.tagEnd()
}

func (p *parser) filterBlock(line int) (statement, error) {
	first, err := p.filter(line)
	if err != nil {
		return nil, err
	}
	more, err := p.filterRow()
	if err != nil {
		return nil, err
	}
	body, err := p.block("endfilter")
	return &filterBlock{node{line}, append([]filtering{first}, more...), body}, err
}

func (p *parser) with(line int) (statement, error) {
	w := &scoping{node: node{line}}
	for p.peek().kind == nameToken {
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		if err := p.expect(operatorToken, "="); err != nil {
			return nil, err
		}
		value, err := p.expression()
		if err != nil {
			return nil, err
		}
		w.names, w.values = append(w.names, name), append(w.values, value)
		if !p.operator(",") {
			break
		}
	}
	if err := p.tagEnd(); err != nil {
		return nil, err
	}
	var err error
	w.body, err = p.block("endwith", w.names...)
	return w, err
}

func (p *parser) parameters() (list []parameter, err error) {
	err = p.separated(")", func() error {
		one := parameter{}
		if one.name, err = p.name(); err != nil {
			return err
		}
		if p.operator("=") {
			one.fallback, err = p.expression()
		}
		list = append(list, one)
		return err
	})
	return list, err
}

func names(parameters []parameter) (list []string) {
	for _, one := range parameters {
		list = append(list, one.name)
	}
	return list
}

func (p *parser) macro(line int) (statement, error) {
	m := &macroDefinition{node: node{line}}
	var err error
	if m.name, err = p.name(); err != nil {
		return nil, err
	}
	p.bind(m.name)
	if err := p.expect(operatorToken, "("); err != nil {
		return nil, err
	}
	if m.parameters, err = p.parameters(); err != nil {
		return nil, err
	}
	if err := p.tagEnd(); err != nil {
		return nil, err
	}
	m.body, err = p.block("endmacro", append(names(m.parameters), "caller")...)
	return m, err
}

func (p *parser) callBlock(line int) (statement, error) {
	c := &callBlock{node: node{line}}
	var err error
	if p.operator("(") {
		if c.parameters, err = p.parameters(); err != nil {
			return nil, err
		}
	}
	e, err := p.expression()
	if err != nil {
		return nil, err
	}
	called, ok := e.(*call)
	if !ok {
		return nil, wrong(line, "{%% call %%} needs the call of a macro")
	}
	c.call = called
	if err := p.tagEnd(); err != nil {
		return nil, err
	}
	c.body, err = p.block("endcall", names(c.parameters)...)
	return c, err
}

func (p *parser) now(line int) (statement, error) {
	n := &nowTag{node: node{line}}
	var err error
	if n.zone, err = p.expression(); err != nil {
		return nil, err
	}
	if p.operator(",") {
		if n.format, err = p.expression(); err != nil {
			return nil, err
		}
	}
	return n, p.tagEnd()
}
