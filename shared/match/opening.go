package match

import (
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// openings gives the characters of ASCII with which a text has to begin, if with one of ASCII, that the expression is to
// match; nil if it says nothing about how texts begin.
func openings(re *syntax.Regexp) set {
	if !anchored(re) {
		return nil
	}
	into := newSet(utf8.RuneSelf)
	if opens(re, into) {
		return nil
	}
	return into
}

// anchored tells whether the expression matches at the beginning of a text only.
func anchored(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginText:
		return true
	case syntax.OpCapture, syntax.OpConcat:
		return anchored(re.Sub[0])
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			if !anchored(sub) {
				return false
			}
		}
		return true
	}
	return false
}

// opens adds the characters with which matches begin, and tells whether a match can be empty.
func opens(re *syntax.Regexp, into set) (empty bool) {
	switch re.Op {
	case syntax.OpLiteral:
		addRune(re.Rune[0], re.Flags&syntax.FoldCase != 0, into)
		return false
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= min(re.Rune[i+1], unicode.MaxASCII); r++ {
				into.add(int(r))
			}
		}
		return false
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		for r := range utf8.RuneSelf {
			into.add(r)
		}
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return opens(re.Sub[0], into)
	case syntax.OpStar, syntax.OpQuest:
		opens(re.Sub[0], into)
	case syntax.OpRepeat:
		return opens(re.Sub[0], into) || re.Min == 0
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if !opens(sub, into) {
				return false
			}
		}
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			empty = opens(sub, into) || empty
		}
		return empty
	}
	return true
}

func addRune(r rune, folded bool, into set) {
	for next := r; ; {
		if next < utf8.RuneSelf {
			into.add(int(next))
		}
		if next = unicode.SimpleFold(next); !folded || next == r {
			return
		}
	}
}
