package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// literal gives the value of a text that is JSON, or a literal of Python's:
// https://docs.python.org/3/library/ast.html#ast.literal_eval.
func literal(text string) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) == nil && !decoder.More() {
		return value, nil
	}
	l := literals{rest: text}
	value, err := l.many(",")
	if err != nil {
		return nil, err
	}
	if l.rest != "" {
		return nil, fmt.Errorf("unexpected %s", cut(l.rest))
	}
	return value, nil
}

// literals reads what Python writes: texts, numbers, names of values, lists, tuples and dicts.
type literals struct {
	rest  string
	depth int
}

// blank skips white space and comments.
func (l *literals) blank() {
	for {
		l.rest = strings.TrimLeftFunc(l.rest, unicode.IsSpace)
		if !strings.HasPrefix(l.rest, "#") {
			return
		}
		_, l.rest, _ = strings.Cut(l.rest, "\n")
	}
}

func (l *literals) accept(sign string) bool {
	l.blank()
	rest, ok := strings.CutPrefix(l.rest, sign)
	if ok {
		l.rest = rest
		l.blank()
	}
	return ok
}

// many reads one value, or a tuple of several with the separator between them.
func (l *literals) many(separator string) (any, error) {
	first, err := l.value()
	if err != nil || !l.accept(separator) {
		return first, err
	}
	items := tuple{first}
	for l.rest != "" && !strings.HasPrefix(l.rest, ")") {
		item, err := l.value()
		if err != nil {
			return nil, err
		}
		if items = append(items, item); !l.accept(separator) {
			break
		}
	}
	return items, nil
}

func (l *literals) value() (any, error) {
	if l.depth++; l.depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	defer func() { l.depth-- }()
	switch {
	case l.accept("["):
		items := []any{}
		err := l.items("]", func() error {
			item, err := l.value()
			items = append(items, item)
			return err
		})
		return items, err
	case l.accept("{"):
		return l.dict()
	case l.accept("("):
		return l.parenthesis()
	case l.rest == "":
		return nil, errors.New("it ends too early")
	case l.quoted():
		return l.texts()
	}
	return l.word()
}

func (l *literals) items(closer string, one func() error) error {
	for !l.accept(closer) {
		if err := one(); err != nil {
			return err
		}
		if !l.accept(",") && !strings.HasPrefix(l.rest, closer) {
			return l.expected(closer)
		}
	}
	return nil
}

func (l *literals) expected(sign string) error {
	if l.rest == "" {
		return fmt.Errorf("it ends without %s", sign)
	}
	return fmt.Errorf("expected %s, found %s", sign, cut(l.rest))
}

func (l *literals) dict() (any, error) {
	made := map[string]any{}
	err := l.items("}", func() error {
		key, err := l.value()
		if err != nil {
			return err
		}
		name, ok := key.(string)
		if !ok {
			return errors.New("the keys of a dict must be texts")
		}
		if !l.accept(":") {
			return l.expected(":")
		}
		made[name], err = l.value()
		return err
	})
	return made, err
}

func (l *literals) parenthesis() (any, error) {
	if l.accept(")") {
		return tuple{}, nil
	}
	value, err := l.many(",")
	if err == nil && !l.accept(")") {
		err = l.expected(")")
	}
	return value, err
}

// quoted tells whether a text comes next.
func (l *literals) quoted() bool {
	_, rest := prefix(l.rest)
	return strings.HasPrefix(rest, "'") || strings.HasPrefix(rest, `"`)
}

// prefix takes the letter off that a text may have in front: u for nothing, r for no escapes.
func prefix(s string) (letter byte, rest string) {
	if strings.ContainsRune("uUrR", rune(s[0])) {
		return s[0], s[1:]
	}
	return 0, s
}

// texts reads a text, or several in a row that are one.
func (l *literals) texts() (any, error) {
	var b strings.Builder
	for l.rest != "" && l.quoted() {
		letter, rest := prefix(l.rest)
		quote := rest[:1]
		if triple := strings.Repeat(quote, 3); strings.HasPrefix(rest, triple) {
			quote = triple
		}
		end := closed(rest[len(quote):], quote)
		if end < 0 {
			return nil, fmt.Errorf("a text without its closing %s", quote)
		}
		text := rest[len(quote):][:end]
		if letter != 'r' && letter != 'R' {
			var err error
			if text, err = unescape(text); err != nil {
				return nil, err
			}
		}
		b.WriteString(text)
		l.rest = rest[2*len(quote)+end:]
		l.blank()
	}
	return b.String(), nil
}

// closed finds the end of a text, -1 if it has none: a line end is one only in a text of three quotes.
func closed(s, quote string) int {
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], quote):
			return i
		case s[i] == '\\':
			i++
		case s[i] == '\n' && len(quote) == 1:
			return -1
		}
	}
	return -1
}

var words = map[string]any{"None": nil, "null": nil, "True": true, "true": true, "False": false, "false": false}

// word reads a number, or the name of a value.
func (l *literals) word() (any, error) {
	end := strings.IndexFunc(l.rest, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("+-._", r)
	})
	if end < 0 {
		end = len(l.rest)
	}
	word := l.rest[:end]
	value, ok := words[word]
	if !ok {
		if !json.Valid([]byte(word)) { // of what has no quotes and no brackets: a number
			return nil, fmt.Errorf("unexpected %s", cut(l.rest))
		}
		value = json.Number(word)
	}
	l.rest = l.rest[end:]
	l.blank()
	return value, nil
}
