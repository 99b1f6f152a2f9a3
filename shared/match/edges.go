package match

import (
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// edgeSearch searches as regexp does, but with Unicode's words at \b and \B: regexp knows those of ASCII only. It is the
// machine of Pike that regexp has too (see swtch.com/~rsc/regexp/regexp2.html): its time is bounded like regexp's.
type edgeSearch struct {
	program *syntax.Prog
}

// newEdgeSearch takes an expression that regexp compiles.
func newEdgeSearch(expression string) *edgeSearch {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil
	}
	return &edgeSearch{program}
}

// thread is a place in the program, and what it captured on the way. Threads share captures: they are never changed.
type thread struct {
	pc       uint32
	captured []int
}

// threads are what runs at one position of the text, the preferred first.
type threads struct {
	list []thread
	seen []bool // by instruction
}

func (s *edgeSearch) find(text string) []int {
	now := &threads{seen: make([]bool, len(s.program.Inst))}
	then := &threads{seen: make([]bool, len(s.program.Inst))}
	start := slices.Repeat([]int{-1}, s.program.NumCap)
	var found []int
	before := rune(-1)
	for at := 0; ; {
		r, width := decode(text[at:])
		if found == nil {
			s.add(now, thread{uint32(s.program.Start), start}, at, edgesBetween(before, r))
		}
		if len(now.list) == 0 && found != nil {
			return found
		}
		after, _ := decode(text[at+width:])
		flags := edgesBetween(r, after)
		for _, t := range now.list {
			in := &s.program.Inst[t.pc]
			if in.Op == syntax.InstMatch {
				found = t.captured
				break // what is behind it is less preferred
			}
			if width > 0 && in.MatchRune(r) {
				s.add(then, thread{in.Out, t.captured}, at+width, flags)
			}
		}
		if width == 0 {
			return found
		}
		now, then = then, now
		then.list = then.list[:0]
		clear(then.seen)
		before, at = r, at+width
	}
}

// add puts a thread where it next has to read a character, or to several such places.
func (s *edgeSearch) add(to *threads, t thread, at int, flags syntax.EmptyOp) {
	if to.seen[t.pc] {
		return
	}
	to.seen[t.pc] = true
	switch in := &s.program.Inst[t.pc]; in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		s.add(to, thread{in.Out, t.captured}, at, flags)
		s.add(to, thread{in.Arg, t.captured}, at, flags)
	case syntax.InstNop:
		s.add(to, thread{in.Out, t.captured}, at, flags)
	case syntax.InstCapture:
		captured := slices.Clone(t.captured)
		captured[in.Arg] = at
		s.add(to, thread{in.Out, captured}, at, flags)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(in.Arg)&^flags == 0 {
			s.add(to, thread{in.Out, t.captured}, at, flags)
		}
	case syntax.InstFail:
	default:
		to.list = append(to.list, t)
	}
}

// decode gives the first character of a text and its bytes; at the end -1 and 0.
func decode(text string) (rune, int) {
	if text == "" {
		return -1, 0
	}
	return utf8.DecodeRuneInString(text)
}

// edgesBetween tells which assertions hold between two characters.
func edgesBetween(before, after rune) syntax.EmptyOp {
	flags := syntax.EmptyOpContext(before, after) &^ (syntax.EmptyWordBoundary | syntax.EmptyNoWordBoundary)
	if isWord(before) != isWord(after) {
		return flags | syntax.EmptyWordBoundary
	}
	return flags | syntax.EmptyNoWordBoundary
}
