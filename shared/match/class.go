package match

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// What Python's \d, \w and \s match, as RE2 writes it inside of a class. Words are all that str.isalnum() tells, and _.
const (
	digits = `\p{Nd}`
	words  = `\p{L}\p{N}_`
	spaces = `\t-\r\x1c-\x20\x85\xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}`
	others = `\x00-\x08\x0e-\x1b\x21-\x84\x86-\x9f\xa1-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}` +
		`\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff}`
)

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_' }

// iotaBelow is no letter, but ι in capitals and small letters: where (?i) holds it would take ι along.
const iotaBelow = '\u0345'

// noWords lists what \W matches, for classes: inside of one RE2 can negate a category, but not several together.
var noWords = sync.OnceValue(func() string {
	var list strings.Builder
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if isWord(r) || r == iotaBelow {
			continue
		}
		from := r
		for r < unicode.MaxRune && !isWord(r+1) && r+1 != iotaBelow {
			r++
		}
		fmt.Fprintf(&list, `\x{%x}-\x{%x}`, from, r)
	}
	return list.String()
})

// unicodeSet gives the class that an escape stands for, to be written inside of brackets; "" if it is none.
func unicodeSet(letter byte) string {
	switch letter {
	case 'd':
		return digits
	case 'D':
		return `\P{Nd}`
	case 's':
		return spaces
	case 'S':
		return others
	case 'w':
		return words
	case 'W':
		return noWords()
	}
	return ""
}

// anything stands for a class with one of Unicode in it, in an outline.
const anything = `(?s:.)`

// outlines are quicker to parse than classes of Unicode and match no less: beyond ASCII, everything. To fold that would take
// long.
var outlines = map[byte]string{
	'd': `(?-i:[0-9\x80-\x{10ffff}])`,
	'D': `(?-i:[^0-9])`,
	's': `(?-i:[\t-\r\x1c-\x20\x80-\x{10ffff}])`,
	'S': `(?-i:[^\t-\r\x1c-\x20])`,
	'w': `(?-i:[0-9A-Za-z_\x80-\x{10ffff}])`,
	'W': `(?-i:[^0-9A-Za-z_])`,
}

// class translates a bracketed class. A ] in the first place is part of it.
func (t *translator) class() error {
	opened, unicodeBefore := t.at, t.unicode
	text := strings.Builder{}
	text.WriteByte('[')
	t.at++
	if strings.HasPrefix(t.source[t.at:], "^") {
		text.WriteByte('^')
		t.at++
	}
	for first := true; first || !strings.HasPrefix(t.source[t.at:], "]"); first = false {
		if t.at >= len(t.source) {
			return t.refuse("missing closing ]: %q at byte %d", t.source[opened:], opened)
		}
		item, err := t.span()
		if err != nil {
			return err
		}
		text.WriteString(item)
	}
	text.WriteByte(']')
	if t.outline && t.unicode > unicodeBefore {
		t.put(anything, 1, atom)
		return nil
	}
	t.put(text.String(), 1, atom)
	return nil
}

// span translates what stands next in a class: a set, a character, or a range of them.
func (t *translator) span() (string, error) {
	from := t.at
	low, set, err := t.member()
	if err != nil || set != "" {
		return set, err
	}
	rest := t.source[t.at:]
	if len(rest) < 2 || rest[0] != '-' || rest[1] == ']' {
		return quoted(low), nil
	}
	t.at++
	high, set, err := t.member()
	if err != nil {
		return "", err
	}
	if set != "" || high < low {
		return "", t.refuse("invalid character class range: %q at byte %d", t.source[from:t.at], from)
	}
	return quoted(low) + "-" + quoted(high), nil
}

var posixClass = regexp.MustCompile(`^\[:\^?[a-z]+:\]`)

// member reads a character of a class, or a set in it. A backspace is written \b there.
func (t *translator) member() (rune, string, error) {
	rest := t.source[t.at:]
	if posix := posixClass.FindString(rest); posix != "" {
		t.at += len(posix)
		return 0, posix, nil
	}
	if category := category.FindString(rest); category != "" {
		t.at += len(category)
		t.unicode++
		return 0, category, nil
	}
	if len(rest) > 1 && rest[0] == '\\' {
		if strings.IndexByte("dDsSwW", rest[1]) >= 0 {
			t.at += 2
			return 0, t.set(rest[1]), nil
		}
		if rest[1] == 'b' {
			t.at += 2
			return '\b', "", nil
		}
		r, n, err := t.character(rest)
		t.at += n
		return r, "", err
	}
	r, n := utf8.DecodeRuneInString(rest)
	t.at += n
	return r, "", nil
}

// set counts a class of Unicode and gives it, to be written inside of brackets. An outline has anything for the whole class.
func (t *translator) set(letter byte) string {
	t.unicode++
	if letter == 'W' {
		t.unicode += 7 // where (?i) holds, the list is folded a character at a time
	}
	if t.outline {
		return spaces
	}
	return unicodeSet(letter)
}

// quoted writes a character so that it stands for itself, in a class and outside of one.
func quoted(r rune) string {
	if r < utf8.RuneSelf && !isWord(r) {
		return `\x` + strconv.FormatInt(int64(r)+0x100, 16)[1:]
	}
	return string(r)
}
