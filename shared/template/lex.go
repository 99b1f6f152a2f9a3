package template

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind is what a token is.
type tokenKind int

const (
	textToken     tokenKind = iota
	printToken              // {{
	printEndToken           // }}
	tagToken                // {%
	tagEndToken             // %}
	nameToken
	stringToken
	integerToken
	floatToken
	operatorToken
	endToken
)

type token struct {
	kind tokenKind
	text string // of a string: its value
	line int
}

func (t token) String() string {
	switch t.kind {
	case endToken:
		return "the end of the template"
	case tagEndToken:
		return "%}"
	case printEndToken:
		return "}}"
	case stringToken:
		return fmt.Sprintf("%q", cut(t.text))
	}
	return cut(t.text)
}

// cut keeps what a message repeats readable.
func cut(text string) string {
	const shown = 40
	if runes := []rune(text); len(runes) > shown {
		return string(runes[:shown]) + "…"
	}
	return text
}

// lexer cuts a source into tokens: https://jinja.palletsprojects.com/en/stable/templates/#synopsis.
type lexer struct {
	source string
	at     int
	line   int
	tokens []token
	// trim: white space at the beginning of the next text is dropped.
	trim bool
}

func lex(source string) ([]token, error) {
	l := &lexer{source: source, line: 1}
	for l.at < len(l.source) {
		if err := l.text(); err != nil {
			return nil, err
		}
	}
	l.add(endToken, "")
	return l.tokens, nil
}

func (l *lexer) add(kind tokenKind, text string) {
	l.tokens = append(l.tokens, token{kind, text, l.line})
}

func (l *lexer) advance(n int) {
	l.line += strings.Count(l.source[l.at:l.at+n], "\n")
	l.at += n
}

// text reads up to the next tag, and the tag.
func (l *lexer) text() error {
	rest := l.source[l.at:]
	next := len(rest)
	for _, opening := range []string{"{{", "{%", "{#"} {
		if i := strings.Index(rest[:next], opening); i >= 0 {
			next = i
		}
	}
	text := rest[:next]
	if l.trim {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
	}
	l.trim = false
	mark := byte(0)
	if next+2 < len(rest) {
		mark = rest[next+2]
	}
	if mark == '-' {
		text = strings.TrimRightFunc(text, unicode.IsSpace)
	}
	if text != "" {
		l.add(textToken, text)
	}
	l.advance(next)
	if next == len(rest) {
		return nil
	}
	opening := rest[next : next+2]
	l.advance(2)
	if opening == "{#" {
		return l.comment()
	}
	if mark == '-' || mark == '+' {
		l.advance(1)
	}
	if opening == "{{" {
		l.add(printToken, opening)
		return l.inside("}}", printEndToken)
	}
	if done, err := l.raw(); done || err != nil {
		return err
	}
	l.add(tagToken, opening)
	return l.inside("%}", tagEndToken)
}

func (l *lexer) comment() error {
	end := strings.Index(l.source[l.at:], "#}")
	if end < 0 {
		return wrong(l.line, "{# without #}")
	}
	l.trim = end > 0 && l.source[l.at+end-1] == '-'
	l.advance(end + 2)
	return nil
}

// raw reads a whole raw block, whose content is text.
func (l *lexer) raw() (done bool, err error) {
	inner, trimmed, ok := tagOf(l.source[l.at:], "raw")
	if !ok {
		return false, nil
	}
	line := l.line
	l.advance(inner)
	for from := l.at; ; {
		i := strings.Index(l.source[from:], "{%")
		if i < 0 {
			return true, wrong(line, "{%% raw %%} without {%% endraw %%}")
		}
		end := from + i + 2
		mark := strings.HasPrefix(l.source[end:], "-")
		if mark {
			end++
		}
		if length, after, ok := tagOf(l.source[end:], "endraw"); ok {
			text := l.source[l.at : from+i]
			if trimmed {
				text = strings.TrimLeftFunc(text, unicode.IsSpace)
			}
			if mark {
				text = strings.TrimRightFunc(text, unicode.IsSpace)
			}
			if text != "" {
				l.add(textToken, text)
			}
			l.advance(end + length - l.at)
			l.trim = after
			return true, nil
		}
		from = end
	}
}

// tagOf tells whether a source behind {% is a tag of one word, its length, and whether white space after it is dropped.
func tagOf(source, word string) (length int, trimmed, ok bool) {
	rest := strings.TrimLeftFunc(source, unicode.IsSpace)
	if rest, ok = strings.CutPrefix(rest, word); !ok {
		return 0, false, false
	}
	rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
	if after, found := strings.CutPrefix(rest, "-"); found {
		rest, trimmed = after, true
	}
	rest, ok = strings.CutPrefix(rest, "%}")
	return len(source) - len(rest), trimmed, ok
}

// operators, the longer ones first.
var operators = []string{
	"**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ".", ":", "|",
}

var closers = map[string]string{"(": ")", "[": "]", "{": "}"}

// inside reads the tokens of a tag up to its end. A closing brace that belongs to a dictionary does not end it.
func (l *lexer) inside(end string, kind tokenKind) error {
	begun := l.line
	var open []string
	for l.at < len(l.source) {
		rest := l.source[l.at:]
		r, width := utf8.DecodeRuneInString(rest)
		switch {
		case unicode.IsSpace(r):
			l.advance(width)
			continue
		case len(open) == 0 && strings.HasPrefix(rest, end):
			l.add(kind, end)
			l.advance(len(end))
			return nil
		case len(open) == 0 && (strings.HasPrefix(rest, "-"+end) || strings.HasPrefix(rest, "+"+end)):
			l.add(kind, end)
			l.trim = rest[0] == '-'
			l.advance(len(end) + 1)
			return nil
		}
		if err := l.token(rest, &open); err != nil {
			return err
		}
		if len(l.tokens) > maxTokens {
			return wrong(l.line, "the template has more than %d words and signs", maxTokens)
		}
	}
	return wrong(begun, "%s without %s", map[string]string{"}}": "{{", "%}": "{%"}[end], end)
}

// maxTokens bounds what is parsed.
const maxTokens = 50_000

func (l *lexer) token(rest string, open *[]string) error {
	r, _ := utf8.DecodeRuneInString(rest)
	switch {
	case r == '"' || r == '\'':
		return l.string(rest, byte(r))
	case r == '_' || unicode.IsLetter(r):
		n := 0
		for i, r := range rest {
			if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) {
				break
			}
			n = i + utf8.RuneLen(r)
		}
		l.add(nameToken, rest[:n])
		l.advance(n)
		return nil
	case r >= '0' && r <= '9':
		return l.number(rest)
	}
	for _, op := range operators {
		if !strings.HasPrefix(rest, op) {
			continue
		}
		if closer, opens := closers[op]; opens {
			*open = append(*open, closer)
		} else if last := len(*open) - 1; last >= 0 && (*open)[last] == op {
			*open = (*open)[:last]
		} else if op == ")" || op == "]" || op == "}" {
			return wrong(l.line, "%s closes nothing", op)
		}
		l.add(operatorToken, op)
		l.advance(len(op))
		return nil
	}
	return wrong(l.line, "unexpected %q", r)
}

func (l *lexer) number(rest string) error {
	digits := func(i int) int {
		for i < len(rest) && (rest[i] >= '0' && rest[i] <= '9' || rest[i] == '_' && i+1 < len(rest) && rest[i+1] >= '0' && rest[i+1] <= '9') {
			i++
		}
		return i
	}
	n, kind := digits(0), integerToken
	// A dot belongs to the number if a digit follows, unless an index was meant: x.0.1
	if n+1 < len(rest) && rest[n] == '.' && rest[n+1] >= '0' && rest[n+1] <= '9' && !l.afterDot() {
		n, kind = digits(n+1), floatToken
	}
	if n < len(rest) && (rest[n] == 'e' || rest[n] == 'E') && !l.afterDot() {
		exponent := n + 1
		if exponent < len(rest) && (rest[exponent] == '+' || rest[exponent] == '-') {
			exponent++
		}
		if end := digits(exponent); end > exponent {
			n, kind = end, floatToken
		}
	}
	if n > maxDigits {
		return wrong(l.line, "a number has at most %d digits", maxDigits)
	}
	l.add(kind, strings.ReplaceAll(rest[:n], "_", ""))
	l.advance(n)
	return nil
}

func (l *lexer) afterDot() bool {
	last := len(l.tokens) - 1
	return last >= 0 && l.tokens[last].kind == operatorToken && l.tokens[last].text == "."
}

func (l *lexer) string(rest string, quote byte) error {
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case quote:
			value, err := unescape(rest[1:i])
			if err != nil {
				return wrong(l.line, "%v", err)
			}
			l.add(stringToken, value)
			l.advance(i + 1)
			return nil
		}
	}
	return wrong(l.line, "a text without its closing %c", quote)
}
