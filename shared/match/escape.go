package match

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	category = regexp.MustCompile(`^\\[pP](?:\{\^?\w+\}|[A-Z])`)
	hex      = regexp.MustCompile(`^\\(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]+)\}|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))`)
)

// controls are the escapes of control characters.
var controls = map[byte]rune{'a': '\a', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}

// escape translates an escape outside of a class.
func (t *translator) escape(rest string) error {
	if category := category.FindString(rest); category != "" {
		t.unicode++
		t.put(category, len(category), atom)
		return nil
	}
	switch letter := (rest + "\x00")[1]; letter {
	case 'd', 'D', 's', 'S', 'w', 'W':
		t.put(t.alone(letter), 2, atom)
	case 'b', 'B':
		t.wordEdges = true
		t.put(rest[:2], 2, atom)
	case 'A', 'z':
		t.put(rest[:2], 2, atom)
	case 'Z':
		t.put(`\z`, 2, atom)
	case 'Q':
		literal, _, closed := strings.Cut(rest[2:], `\E`)
		n := len(`\Q`) + len(literal)
		if closed {
			n += len(`\E`)
		}
		t.quote(literal, n)
	default:
		r, n, err := t.character(rest)
		if err != nil {
			return err
		}
		t.put(quoted(r), n, atom)
	}
	return nil
}

// alone counts a class of Unicode that stands outside of brackets, and gives it.
func (t *translator) alone(letter byte) string {
	t.unicode++
	switch {
	case t.outline:
		return outlines[letter]
	case letter < 'a':
		return "[^" + unicodeSet(letter+'a'-'A') + "]"
	}
	return "[" + unicodeSet(letter) + "]"
}

// quote writes a text that stands for itself, n bytes of the source.
func (t *translator) quote(literal string, n int) {
	last := atom
	if literal == "" {
		last = t.last
	}
	t.put(regexp.QuoteMeta(literal), n, last)
}

// character reads an escape that stands for one character.
func (t *translator) character(rest string) (r rune, n int, err error) {
	if code := hex.FindStringSubmatch(rest); code != nil {
		number, err := strconv.ParseInt(code[1]+code[2]+code[3]+code[4], 16, 32)
		if err == nil && utf8.ValidRune(rune(number)) {
			return rune(number), len(code[0]), nil
		}
	}
	if code := octal.FindString(rest); code != "" {
		number, _ := strconv.ParseInt(code[1:], 8, 32) // the expression took digits only
		return rune(number), len(code), nil
	}
	if len(rest) == 1 {
		return 0, 0, t.refuse("trailing backslash at end of expression")
	}
	r, size := utf8.DecodeRuneInString(rest[1:])
	control, isControl := controls[rest[1]]
	switch {
	case isControl:
		return control, 2, nil
	case r < utf8.RuneSelf && r != '_' && isWord(r):
		return 0, 0, t.refuse("invalid escape sequence: %q at byte %d", rest[:2], t.at)
	}
	return r, 1 + size, nil
}
