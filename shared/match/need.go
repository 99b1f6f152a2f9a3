package match

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxLiterals bounds the literals of which a pattern needs one.
	maxLiterals = 32
	// maxLiteralBytes is as much of a literal as is looked for.
	maxLiteralBytes = 16
)

// A folded text stands between these two bytes, which are none of UTF-8: so ^ and $ are parts of literals like letters.
const (
	textStart = "\xfe"
	textEnd   = "\xff"
)

// needs is what the texts that an expression matches have in them, folded. It may be less than could be known, never more.
type needs struct {
	exact []string // all that it matches; nil if they are unknown or too many
	some  []string // every match has one of these in it; nil if unknown
}

// literals gives some of which every match has one; nil if none are known.
func (n needs) literals() []string { return better(n.some, n.exact) }

func need(re *syntax.Regexp) needs {
	switch re.Op {
	case syntax.OpLiteral:
		return needs{exact: []string{foldRunes(re.Rune)}}
	case syntax.OpCharClass:
		return needs{exact: members(re.Rune)}
	case syntax.OpBeginText:
		return needs{exact: []string{textStart}}
	case syntax.OpEndText:
		return needs{exact: []string{textEnd}}
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return needs{exact: []string{""}} // where it holds is for the search to find out
	case syntax.OpCapture:
		return need(re.Sub[0])
	case syntax.OpQuest:
		return either([]needs{need(re.Sub[0]), {exact: []string{""}}})
	case syntax.OpPlus:
		return needs{some: need(re.Sub[0]).literals()}
	case syntax.OpRepeat:
		if re.Min > 0 {
			return needs{some: need(re.Sub[0]).literals()}
		}
	case syntax.OpConcat:
		return inTurn(subs(re))
	case syntax.OpAlternate:
		return either(subs(re))
	}
	return needs{}
}

func subs(re *syntax.Regexp) []needs {
	all := make([]needs, len(re.Sub))
	for i, sub := range re.Sub {
		all[i] = need(sub)
	}
	return all
}

// inTurn tells what is needed where each has to match after the one before it.
func inTurn(all []needs) needs {
	run, whole := []string{""}, true // what the last ones match, next to each other
	var some []string
	for _, n := range all {
		if joined := join(run, n.exact); joined != nil {
			run = joined
			continue
		}
		whole = false
		some = better(better(some, run), n.some)
		run = n.exact
		if run == nil {
			run = []string{""}
		}
	}
	if whole {
		return needs{exact: run}
	}
	return needs{some: better(some, run)}
}

// either tells what is needed where one of them has to match.
func either(all []needs) needs {
	exact, some := []string{}, []string{}
	for _, n := range all {
		literals := n.literals()
		if n.exact == nil || len(exact)+len(n.exact) > maxLiterals {
			exact = nil
		}
		if literals == nil || len(some)+len(literals) > maxLiterals {
			some = nil
		}
		if exact != nil {
			exact = append(exact, n.exact...)
		}
		if some != nil {
			some = append(some, literals...)
		}
		if exact == nil && some == nil {
			return needs{}
		}
	}
	return needs{exact, some}
}

// join puts each text of one list before each of another; nil if that cannot be told.
func join(before, after []string) []string {
	if after == nil || len(before)*len(after) > maxLiterals {
		return nil
	}
	joined := make([]string, 0, len(before)*len(after))
	for _, a := range before {
		if len(a) >= maxLiteralBytes {
			return nil
		}
		for _, b := range after {
			if a != "" && (strings.HasPrefix(b, textStart) || strings.HasSuffix(a, textEnd) && b != "") {
				return nil // ^^ and $$ ask twice for the same byte, $^ for two in the wrong order
			}
			joined = append(joined, a+b)
		}
	}
	return joined
}

// members gives the texts of a small class.
func members(ranges []rune) []string {
	var texts []string
	for i := 0; i < len(ranges); i += 2 {
		if ranges[i+1]-ranges[i] >= maxLiterals || len(texts) > 2*maxLiterals {
			return nil
		}
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			texts = append(texts, string(fold(r)))
		}
	}
	slices.Sort(texts)
	if texts = slices.Compact(texts); len(texts) > maxLiterals {
		return nil
	}
	return texts
}

// better gives the list that fewer texts will have something of; nil if that would be every text.
func better(a, b []string) []string {
	weightA, weightB := weight(a), weight(b)
	switch {
	case weightA == 0 && weightB == 0:
		return nil
	case weightA > weightB || weightA == weightB && len(a) <= len(b):
		return a
	}
	return b
}

// weight tells how long the shortest literal of a list is. The end of a text counts less than a letter; either end by
// itself, nothing.
func weight(list []string) int {
	least := 0
	for i, literal := range list {
		letters := len(strings.TrimSuffix(strings.TrimPrefix(literal, textStart), textEnd))
		own := letters + len(literal)
		if len(literal) == 1 && letters == 0 {
			own = 0
		}
		if i == 0 || own < least {
			least = own
		}
	}
	return least
}

// fold gives the same rune for all that (?i) takes for one another.
func fold(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}

func foldRunes(runes []rune) string {
	var folded strings.Builder
	for _, r := range runes {
		folded.WriteRune(fold(r))
	}
	return folded.String()
}

// foldText folds what was said and puts it between its two ends.
func foldText(said string) []byte {
	folded := make([]byte, 0, len(said)+len(said)/2+2)
	folded = append(folded, textStart...)
	for _, r := range said {
		switch {
		case 'a' <= r && r <= 'z':
			folded = append(folded, byte(r)-'a'+'A')
		case r < utf8.RuneSelf:
			folded = append(folded, byte(r))
		default:
			folded = utf8.AppendRune(folded, fold(r))
		}
	}
	return append(folded, textEnd...)
}
