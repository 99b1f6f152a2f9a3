package template

import (
	"slices"
	"strings"
	"unicode/utf8"
)

func splitLeft(e *evaluator, s string, g given) (any, error)  { return e.split(s, g, false) }
func splitRight(e *evaluator, s string, g given) (any, error) { return e.split(s, g, true) }

func (e *evaluator) split(s string, g given, fromRight bool) (any, error) {
	limit, err := g.count(1, "maxsplit", -1)
	if err != nil {
		return nil, err
	}
	e.work(len(s))
	if g.or(0, "sep", nil) == nil {
		e.charge(len(s) * elementBytes) // a part takes two characters at least, and twice the bytes of an element
		return values(fields(s, limit, fromRight)), nil
	}
	separator, err := g.text(0, "sep")
	if err != nil {
		return nil, err
	}
	if separator == "" {
		return nil, wrong(g.line, "nothing can be split at an empty text")
	}
	e.charge(product(strings.Count(s, separator)+1, 3*elementBytes))
	if limit < 0 {
		return values(strings.Split(s, separator)), nil
	}
	if !fromRight {
		return values(strings.SplitN(s, separator, limit+1)), nil
	}
	var parts []string
	for ; limit > 0; limit-- {
		at := strings.LastIndex(s, separator)
		if at < 0 {
			break
		}
		parts, s = append(parts, s[at+len(separator):]), s[:at]
	}
	parts = append(parts, s)
	slices.Reverse(parts)
	return values(parts), nil
}

// fields splits at white space, so many times; below zero: everywhere.
func fields(s string, limit int, fromRight bool) (parts []string) {
	if limit < 0 {
		return strings.FieldsFunc(s, isSpace)
	}
	if fromRight {
		return fieldsRight(s, limit)
	}
	s = strings.TrimLeftFunc(s, isSpace)
	for ; limit > 0; limit-- {
		at := strings.IndexFunc(s, isSpace)
		if at < 0 {
			break
		}
		parts, s = append(parts, s[:at]), strings.TrimLeftFunc(s[at:], isSpace)
	}
	if s != "" {
		parts = append(parts, s)
	}
	return parts
}

func fieldsRight(s string, limit int) (parts []string) {
	s = strings.TrimRightFunc(s, isSpace)
	for ; limit > 0; limit-- {
		at := strings.LastIndexFunc(s, isSpace)
		if at < 0 {
			break
		}
		_, width := utf8.DecodeRuneInString(s[at:])
		parts, s = append(parts, s[at+width:]), strings.TrimRightFunc(s[:at], isSpace)
	}
	if s != "" {
		parts = append(parts, s)
	}
	slices.Reverse(parts)
	return parts
}

// values makes values of texts that were paid for.
func values(texts []string) []any {
	made := make([]any, len(texts))
	for i, s := range texts {
		made[i] = s
	}
	return made
}

func splitLines(e *evaluator, s string, _ given) (any, error) {
	e.charge(len(s) + product(strings.Count(s, "\n")+1, 3*elementBytes))
	return values(lines(s)), nil
}

// lines gives the lines of a text; a line end at its end begins no further one.
func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(lineEnds.Replace(s), "\n"), "\n")
}

func partition(e *evaluator, s string, g given) (any, error) {
	return e.partition(s, g, strings.Index, func(whole string) tuple { return tuple{whole, "", ""} })
}

func partitionRight(e *evaluator, s string, g given) (any, error) {
	return e.partition(s, g, strings.LastIndex, func(whole string) tuple { return tuple{"", "", whole} })
}

func (e *evaluator) partition(s string, g given, index func(s, part string) int, otherwise func(string) tuple) (any, error) {
	separator, err := g.text(0, "sep")
	if err != nil {
		return nil, err
	}
	if separator == "" {
		return nil, wrong(g.line, "nothing can be split at an empty text")
	}
	e.work(len(s))
	at := index(s, separator)
	if at < 0 {
		return otherwise(s), nil
	}
	return tuple{s[:at], separator, s[at+len(separator):]}, nil
}
