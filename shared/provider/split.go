package provider

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Len counts the length of a text in the unit.
func (u Unit) Len(text string) int {
	length := 0
	for _, r := range text {
		length += u.size(r)
	}
	return length
}

func (u Unit) size(r rune) int {
	switch u {
	case UTF16:
		return max(1, utf16.RuneLen(r))
	case Bytes:
		return utf8.RuneLen(r)
	default:
		return 1
	}
}

// Span is a stretch of a text, in bytes.
type Span struct{ Start, End int }

// SplitText cuts a text into pieces of at most limit units; 0 is no limit. No word that fits in the limit is cut, and a
// cut is rather between paragraphs than lines, and rather between lines than words. White space at a cut is dropped.
// A text of white space only has no piece.
func SplitText(text string, limit int, unit Unit) []string {
	var pieces []string
	for span := range Spans(text, limit, unit) {
		pieces = append(pieces, text[span.Start:span.End])
	}
	return pieces
}

// Spans gives where SplitText cuts.
func Spans(text string, limit int, unit Unit) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		for start := 0; start < len(text); {
			rest := text[start:]
			end := cut(rest, prefix(rest, limit, unit))
			piece := strings.TrimRightFunc(rest[:end], unicode.IsSpace)
			if strings.TrimSpace(piece) != "" && !yield(Span{start, start + len(piece)}) {
				return
			}
			start = len(text) - len(strings.TrimLeftFunc(rest[end:], unicode.IsSpace))
		}
	}
}

// prefix gives the bytes of the longest prefix within the limit; at least one rune, so that there is always progress.
func prefix(text string, limit int, unit Unit) int {
	if limit <= 0 {
		return len(text)
	}
	length := 0
	for i, r := range text {
		length += unit.size(r)
		if length > limit && i > 0 {
			return i
		}
	}
	return len(text)
}

// cut gives the best place to cut at or before end. A paragraph or line must fill half of the piece: else a short one
// before a long one would stand alone.
func cut(text string, end int) int {
	if end == len(text) {
		return end
	}
	head := text[:end]
	for _, mark := range []string{"\n\n", "\n"} {
		if at := strings.LastIndex(head, mark); at >= end/2 {
			return at
		}
	}
	next, _ := utf8.DecodeRuneInString(text[end:])
	if unicode.IsSpace(next) {
		return end
	}
	if at := strings.LastIndexFunc(head, unicode.IsSpace); at >= 0 {
		_, width := utf8.DecodeRuneInString(head[at:])
		return at + width
	}
	return cutWord(text, end)
}

// cutWord gives a place to cut a word that is too long, outside of what is shown as one character.
func cutWord(text string, end int) int {
	for at := end; at > 0; {
		next, _ := utf8.DecodeRuneInString(text[at:])
		before, width := utf8.DecodeLastRuneInString(text[:at])
		if !joined(before, next) {
			return at
		}
		at -= width
	}
	return end
}

const (
	zeroWidthJoiner = '\u200d'
	firstSkinTone   = '\U0001F3FB'
	lastSkinTone    = '\U0001F3FF'
)

// joined tells whether two runes are shown as one character; flags, which are pairs, are left out.
func joined(before, next rune) bool {
	return before == zeroWidthJoiner || next == zeroWidthJoiner ||
		unicode.Is(unicode.M, next) || next >= firstSkinTone && next <= lastSkinTone
}
