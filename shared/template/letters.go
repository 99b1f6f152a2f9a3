package template

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

func upper(s string) string { return strings.ReplaceAll(strings.ToUpper(s), "ß", "SS") }
func lower(s string) string { return strings.ToLower(s) }

// foldedCase is Python's casefold, for the letters that bots meet.
func foldedCase(s string) string { return strings.ReplaceAll(lower(s), "ß", "ss") }

// titled is Python's str.title: every row of letters begins with a capital.
func titled(s string) string {
	inWord := false
	return strings.Map(func(r rune) rune {
		wasIn := inWord
		if inWord = unicode.IsLetter(r); wasIn {
			return unicode.ToLower(r)
		}
		return unicode.ToTitle(r)
	}, s)
}

// headline is Jinja's filter title: what follows blanks, hyphens and opening brackets begins with a capital.
func headline(s string) string {
	inWord := false
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-({[<", r) {
			inWord = false
			return r
		}
		if inWord {
			return unicode.ToLower(r)
		}
		inWord = true
		return unicode.ToUpper(r)
	}, s)
}

func capitalized(s string) string {
	first, width := utf8.DecodeRuneInString(s)
	if width == 0 {
		return s
	}
	return string(unicode.ToTitle(first)) + strings.ToLower(s[width:])
}

func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}

func isDigit(r rune) bool        { return unicode.IsDigit(r) }
func isNumeric(r rune) bool      { return unicode.IsNumber(r) }
func isAlpha(r rune) bool        { return unicode.IsLetter(r) }
func isAlphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
func isSpace(r rune) bool        { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// every is a method that asks whether all characters are of a class.
func every(is func(rune) bool) textMethod {
	return func(e *evaluator, s string, _ given) (any, error) {
		e.work(len(s))
		return s != "" && strings.IndexFunc(s, func(r rune) bool { return !is(r) }) < 0, nil
	}
}

// inCase tells whether a text has letters, and all of them in the case that write makes.
func inCase(s string, write func(string) string) bool { return s == write(s) && upper(s) != lower(s) }

func cased(write func(string) string) textMethod {
	return func(e *evaluator, s string, _ given) (any, error) {
		e.charge(3 * len(s))
		return inCase(s, write), nil
	}
}

// written is a method that writes a text another way.
func written(write func(string) string) textMethod {
	return func(e *evaluator, s string, _ given) (any, error) {
		e.charge(3 * len(s)) // letters may take more in another case
		return write(s), nil
	}
}
