package template

import "slices"

// parser makes a tree of tokens, and finds out which names it reads from outside.
type parser struct {
	tokens []token
	next   int
	depth  int
	// scopes are the names that the blocks around have given values, innermost last.
	scopes []map[string]bool
	free   map[string]bool
}

// maxDepth bounds how deep expressions and blocks are nested, and values that are compared, printed or used as a key.
const maxDepth = 100

// parse gives the tree of a source, and the names that it reads and does not set.
func parse(src string) (body []statement, names []string, err error) {
	tokens, err := lex(src)
	if err != nil {
		return nil, nil, err
	}
	p := &parser{tokens: tokens, free: map[string]bool{}}
	p.enter()
	body, _, err = p.body()
	if err != nil {
		return nil, nil, err
	}
	for name := range p.free {
		names = append(names, name)
	}
	if body == nil {
		body = []statement{} // of a template of comments
	}
	return body, names, nil
}

func (p *parser) enter() { p.scopes = append(p.scopes, map[string]bool{}) }
func (p *parser) leave() { p.scopes = p.scopes[:len(p.scopes)-1] }

func (p *parser) bind(name string) { p.scopes[len(p.scopes)-1][name] = true }

// read notes a name that comes from outside.
func (p *parser) read(name string) {
	_, global := globals[name]
	if !global && !slices.ContainsFunc(p.scopes, func(scope map[string]bool) bool { return scope[name] }) {
		p.free[name] = true
	}
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.kind != endToken {
		p.next++
	}
	return t
}

func (p *parser) is(kind tokenKind, text string) bool {
	t := p.peek()
	return t.kind == kind && t.text == text
}

// behind tells whether the token behind the next one is the one.
func (p *parser) behind(kind tokenKind, text string) bool {
	if p.next+1 >= len(p.tokens) {
		return false
	}
	t := p.tokens[p.next+1]
	return t.kind == kind && t.text == text
}

// accept takes the next token if it is the one.
func (p *parser) accept(kind tokenKind, text string) bool {
	if !p.is(kind, text) {
		return false
	}
	p.take()
	return true
}

func (p *parser) operator(text string) bool { return p.accept(operatorToken, text) }

func (p *parser) expect(kind tokenKind, text string) error {
	if t := p.peek(); !p.accept(kind, text) {
		return wrong(t.line, "expected %s, found %s", text, t)
	}
	return nil
}

func (p *parser) name() (string, error) {
	t := p.take()
	if t.kind != nameToken {
		return "", wrong(t.line, "expected a name, found %s", t)
	}
	return t.text, nil
}

// deeper guards against sources that are nested to exhaust the stack: Go's cannot be recovered.
func (p *parser) deeper() error {
	if p.depth++; p.depth > maxDepth {
		return wrong(p.peek().line, "nested deeper than %d", maxDepth)
	}
	return nil
}

func (p *parser) shallower() { p.depth-- }

// separated parses what stands between commas, up to the closing sign.
func (p *parser) separated(closer string, one func() error) error {
	for !p.operator(closer) {
		if err := one(); err != nil {
			return err
		}
		if p.is(operatorToken, closer) {
			continue
		}
		if err := p.expect(operatorToken, ","); err != nil {
			return err
		}
	}
	return nil
}
