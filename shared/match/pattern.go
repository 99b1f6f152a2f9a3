package match

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode/utf8"

	"hookline/shared/bot"
)

// Limits of a pattern. Searching takes time in proportion to the text and to the program's instructions.
const (
	MaxPatternBytes = 4 << 10
	maxInstructions = 10_000
)

const (
	// instructionBytes is what an instruction takes in memory, measured with its share of the program's tables.
	instructionBytes = 80
	// unicodeInstructions is for how many instructions a class of Unicode counts: \w has 700 ranges of characters.
	unicodeInstructions = 64
)

// CheckPattern gives what is wrong with a pattern, kind invalid or too_large.
func CheckPattern(pattern string) error {
	_, _, err := newPattern(pattern)
	return err
}

// pattern is a handler's pattern. Its program is compiled when it is first searched: most of a large bot's never are.
type pattern struct {
	source string
	size   int // of the program in bytes, about
	names  []string
	opens  set // see openings

	once     sync.Once
	compiled *regexp.Regexp
	edges    *edgeSearch // for texts beyond ASCII; nil if regexp serves them as well
}

// newPattern checks a pattern and gives it with the literals of which every text that it matches has one, nil if there
// are no such.
func newPattern(source string) (*pattern, []string, error) {
	if len(source) > MaxPatternBytes {
		return nil, nil, bot.Errorf(bot.TooLarge, fmt.Sprintf("%d bytes; a pattern has at most %d", len(source), MaxPatternBytes))
	}
	if !utf8.ValidString(source) {
		return nil, nil, bot.Errorf(bot.Invalid, "a pattern is text in UTF-8")
	}
	outline, err := translate(source, true)
	if err != nil {
		return nil, nil, err
	}
	parsed, err := syntax.Parse(outline.out.String(), syntax.Perl)
	if err != nil {
		return nil, nil, bot.Errorf(bot.Invalid, describe(source, outline.out.String(), err))
	}
	n := instructions(parsed) + outline.unicode*unicodeInstructions
	if n > maxInstructions {
		message := fmt.Sprintf("%d instructions when compiled; a pattern has at most %d: repeat less", n, maxInstructions)
		return nil, nil, bot.Errorf(bot.TooLarge, message)
	}
	p := &pattern{source: source, size: len(source) + n*instructionBytes, names: outline.names, opens: openings(parsed)}
	return p, need(parsed).literals(), nil
}

// instructions tells of how many instructions the program of an expression will be, about.
func instructions(re *syntax.Regexp) int {
	n := 0
	for _, sub := range re.Sub {
		n += instructions(sub)
	}
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpRepeat:
		if re.Max < 0 {
			return n*re.Min + n + 1
		}
		return n*re.Max + re.Max - re.Min // one more before each that may be left out
	}
	return n + 1
}

// compile makes the program. That an outline parses means that what it outlines does: it differs in classes alone.
func (p *pattern) compile() {
	full, err := translate(p.source, false)
	if err != nil {
		return
	}
	if p.compiled, err = regexp.Compile(full.out.String()); err == nil && full.wordEdges {
		p.edges = newEdgeSearch(full.out.String())
	}
}

// find gives the bytes of the text where the match and its groups begin and end, nil if there is none.
func (p *pattern) find(said string) []int {
	if p.opens != nil && (said == "" || said[0] < utf8.RuneSelf && !p.opens.has(int(said[0]))) {
		return nil
	}
	p.once.Do(p.compile)
	switch {
	case p.compiled == nil:
		return nil
	case p.edges != nil && !ascii(said):
		return p.edges.find(said)
	}
	return p.compiled.FindStringSubmatchIndex(said)
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// captures gives what the named groups captured.
func (p *pattern) captures(said string, found []int) map[string]*string {
	var captures map[string]*string
	for i, name := range p.names[1:] {
		if captures == nil {
			captures = map[string]*string{}
		}
		captures[name] = nil
		if from, to := found[2*i+2], found[2*i+3]; from >= 0 {
			captures[name] = new(said[from:to])
		}
	}
	return captures
}

// describe gives an error of the parser with the byte of the pattern that it is about.
func describe(source, translated string, err error) string {
	wrong, ok := errors.AsType[*syntax.Error](err)
	if !ok {
		return err.Error()
	}
	if wrong.Expr == translated {
		return fmt.Sprintf("%s in %q", wrong.Code, source)
	}
	if at := strings.Index(source, wrong.Expr); at >= 0 && wrong.Expr != source {
		return fmt.Sprintf("%s: %q at byte %d", wrong.Code, wrong.Expr, at)
	}
	return fmt.Sprintf("%s in %q", wrong.Code, wrong.Expr)
}
