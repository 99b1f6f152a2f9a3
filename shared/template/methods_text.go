package template

import (
	"slices"
	"strings"
	"unicode/utf8"
)

func trimmed(e *evaluator, s string, g given) (any, error) {
	made, err := trimmedLeft(e, s, g)
	if err != nil {
		return nil, err
	}
	return trimmedRight(e, made.(string), g)
}

func trimmedLeft(e *evaluator, s string, g given) (any, error) {
	is, err := e.class(g)
	if err != nil {
		return nil, err
	}
	return strings.TrimLeftFunc(s, is), nil
}

func trimmedRight(e *evaluator, s string, g given) (any, error) {
	is, err := e.class(g)
	if err != nil {
		return nil, err
	}
	return strings.TrimRightFunc(s, is), nil
}

// class gives which characters are taken off: white space, unless the argument says so.
func (e *evaluator) class(g given) (func(rune) bool, error) {
	if g.or(0, "chars", nil) == nil {
		return isSpace, nil
	}
	chars, err := g.text(0, "chars")
	e.charge(product(len(chars), entryBytes))
	class := map[rune]bool{} // a scan of the text for each character would take the product of both
	for _, r := range chars {
		class[r] = true
	}
	return func(r rune) bool { return class[r] }, err
}

func withoutPrefix(_ *evaluator, s string, g given) (any, error) {
	part, err := g.text(0, "prefix")
	return strings.TrimPrefix(s, part), err
}

func withoutSuffix(_ *evaluator, s string, g given) (any, error) {
	part, err := g.text(0, "suffix")
	return strings.TrimSuffix(s, part), err
}

func startsWith(_ *evaluator, s string, g given) (any, error) {
	return affixed(g, func(part string) bool { return strings.HasPrefix(s, part) })
}

func endsWith(_ *evaluator, s string, g given) (any, error) {
	return affixed(g, func(part string) bool { return strings.HasSuffix(s, part) })
}

// affixed asks for one text, or any of a tuple.
func affixed(g given, has func(part string) bool) (any, error) {
	items, ok := g.or(0, "prefix", nil).(tuple)
	if !ok {
		part, err := g.text(0, "prefix")
		return has(part), err
	}
	return slices.ContainsFunc(items, func(item any) bool {
		part, isText := textOf(item)
		return isText && has(part)
	}), nil
}

func findLeft(e *evaluator, s string, g given) (any, error)  { return e.find(s, g, strings.Index) }
func findRight(e *evaluator, s string, g given) (any, error) { return e.find(s, g, strings.LastIndex) }

// find gives where a text is, counted in characters, or -1.
func (e *evaluator) find(s string, g given, index func(s, part string) int) (any, error) {
	part, err := g.text(0, "sub")
	if err != nil {
		return nil, err
	}
	e.work(len(s))
	at := index(s, part)
	if at > 0 {
		at = utf8.RuneCountInString(s[:at])
	}
	return integer(at), nil
}

func indexLeft(e *evaluator, s string, g given) (any, error) {
	at, err := findLeft(e, s, g)
	if n, ok := whole(at); ok && n < 0 {
		return nil, wrong(g.line, "the text is not in the other")
	}
	return at, err
}

func occurrences(e *evaluator, s string, g given) (any, error) {
	part, err := g.text(0, "sub")
	e.work(len(s))
	return integer(strings.Count(s, part)), err
}

func replaced(e *evaluator, s string, g given) (any, error) {
	old, err := g.text(0, "old")
	if err != nil {
		return nil, err
	}
	// The filter takes anything that can be shown.
	fresh, ok := g.get(1, "new")
	if !ok {
		return nil, wrong(g.line, "replace needs what to put in")
	}
	limit, err := g.count(2, "count", -1)
	if err != nil {
		return nil, err
	}
	text := e.shown(fresh)
	e.work(len(s))
	times := strings.Count(s, old)
	if limit >= 0 {
		times = min(times, limit)
	}
	e.charge(len(s))
	e.charge(product(times, len(text)))
	return strings.Replace(s, old, text, times), nil
}

// joinedBy is Python's separator.join(list): of texts only.
func joinedBy(e *evaluator, s string, g given) (any, error) {
	items, err := e.list(g.or(0, "iterable", nil), g)
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		if _, ok := textOf(item); !ok {
			return nil, wrong(g.line, "join takes texts, not %s", kindName(item))
		}
	}
	return e.joined(items, s, e.shown), nil
}

func centered(e *evaluator, s string, g given) (any, error)       { return e.justified(s, g, '^') }
func leftJustified(e *evaluator, s string, g given) (any, error)  { return e.justified(s, g, '<') }
func rightJustified(e *evaluator, s string, g given) (any, error) { return e.justified(s, g, '>') }

// justified fills a text up to a width.
func (e *evaluator) justified(s string, g given, align byte) (any, error) {
	width, err := g.count(0, "width", 80)
	if err != nil {
		return nil, err
	}
	fill := " "
	if _, ok := g.get(1, "fillchar"); ok {
		if fill, err = g.text(1, "fillchar"); err != nil {
			return nil, err
		}
		if utf8.RuneCountInString(fill) != 1 {
			return nil, wrong(g.line, "fillchar must be one character")
		}
	}
	missing := width - utf8.RuneCountInString(s)
	if align == '^' && missing > 0 {
		// As Python's str.center: the odd one goes left if the width is odd.
		right := missing - missing/2 - missing&width&1
		s = e.fill(s, padding{fill, width - right, '>'})
		align = '<'
	}
	return e.fill(s, padding{fill, width, align}), nil
}

// padding says how a text is filled up.
type padding struct {
	fill  string
	width int
	align byte
}

func (e *evaluator) fill(s string, p padding) string {
	missing := p.width - utf8.RuneCountInString(s)
	if missing <= 0 {
		return s
	}
	e.charge(len(s))
	e.charge(product(missing, 2*len(p.fill)))
	left := 0
	switch p.align {
	case '>':
		left = missing
	case '^':
		left = missing / 2
	}
	return strings.Repeat(p.fill, left) + s + strings.Repeat(p.fill, missing-left)
}

func zeroFilled(e *evaluator, s string, g given) (any, error) {
	width, err := g.count(0, "width", 0)
	if err != nil {
		return nil, err
	}
	sign := ""
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		sign, s = s[:1], s[1:]
	}
	return sign + e.fill(s, padding{"0", width - len(sign), '>'}), nil
}
