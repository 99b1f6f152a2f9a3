package match

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"hookline/shared/bot"
)

// ahead is what the next quantifier of a pattern would repeat.
type ahead int

const (
	nothing ahead = iota
	atom
	repeated
)

// translator writes a pattern in Python's syntax again in RE2's. What only RE2 has (\z, \pL, \Q…\E, (?<n>…), [[:alpha:]])
// stays as it is.
type translator struct {
	// outline writes any character for a class of Unicode: quick to parse, and it matches no less.
	outline bool

	source string
	at     int // byte of source
	out    strings.Builder
	last   ahead
	// verbose tells of every open group whether (?x) holds in it, the whole pattern first.
	verbose []bool

	names     []string // by the group's number, "" for the whole match
	unicode   int      // classes of Unicode
	wordEdges bool     // there is a \b or \B
}

// translate gives the translator after its work; its error names the construct and its byte.
func translate(pattern string, outline bool) (*translator, error) {
	t := &translator{outline: outline, source: pattern, verbose: []bool{false}, names: []string{""}}
	t.out.Grow(2 * len(pattern))
	for t.at < len(pattern) {
		if err := t.next(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *translator) refuse(format string, args ...any) error {
	return bot.Errorf(bot.Invalid, fmt.Sprintf(format, args...))
}

// next translates what stands at the current byte and steps over it.
func (t *translator) next() error {
	rest := t.source[t.at:]
	if name := foreign(rest); name != "" {
		return t.refuse("%s at byte %d: patterns are RE2, which has none", name, t.at)
	}
	switch c := rest[0]; {
	case c == '\\':
		return t.escape(rest)
	case c == '[':
		return t.class()
	case c == '(':
		return t.open(rest)
	case c == '*' || c == '+' || c == '?' || c == '{':
		return t.repeat(rest)
	case c == ')':
		t.verbose = t.verbose[:max(1, len(t.verbose)-1)]
		t.put(")", 1, atom)
	case c == '|':
		t.put("|", 1, nothing)
	case t.verbose[len(t.verbose)-1] && strings.IndexByte(" \t\n\r\v\f", c) >= 0:
		t.at++
	case t.verbose[len(t.verbose)-1] && c == '#':
		line, _, _ := strings.Cut(rest, "\n")
		t.at += len(line)
	default:
		_, n := utf8.DecodeRuneInString(rest)
		t.put(rest[:n], n, atom)
	}
	return nil
}

// put writes the translation of the next n bytes of the source.
func (t *translator) put(text string, n int, last ahead) {
	t.out.WriteString(text)
	t.at += n
	t.last = last
}

var (
	counted   = regexp.MustCompile(`^\{(\d*)(,?)\d*\}`)
	flags     = regexp.MustCompile(`^\(\?([A-Za-z]*)(-[A-Za-z]*)?([:)])`)
	named     = regexp.MustCompile(`^\(\?P?<([^>]*)>`)
	groupName = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)
)

// repeat translates a quantifier. Python counts from 0 where RE2 takes {,n} for text.
func (t *translator) repeat(rest string) error {
	text, n := rest[:1], 1
	if rest[0] == '{' {
		count := counted.FindStringSubmatch(rest)
		if count == nil || count[0] == "{}" {
			t.put(`\{`, 1, atom)
			return nil
		}
		text, n = count[0], len(count[0])
		if count[1] == "" {
			text = "{0" + count[0][1:]
		}
	}
	switch {
	case t.last == nothing:
		return t.refuse("missing argument to repetition operator: %q at byte %d", rest[:n], t.at)
	case t.last == repeated:
		return t.refuse("invalid nested repetition operator: %q at byte %d", rest[:n], t.at)
	case strings.HasPrefix(rest[n:], "+"):
		return t.refuse("possessive quantifier at byte %d: patterns are RE2, which has none", t.at+n)
	case strings.HasPrefix(rest[n:], "?"):
		text, n = text+"?", n+1
	}
	t.put(text, n, repeated)
	return nil
}

// open translates the opening of a group, or a comment or flags that stand in its place.
func (t *translator) open(rest string) error {
	if strings.HasPrefix(rest, "(?#") {
		end := strings.IndexByte(rest, ')')
		if end < 0 {
			return t.refuse("comment without its ) at byte %d", t.at)
		}
		t.at += end + 1
		return nil
	}
	here := t.verbose[len(t.verbose)-1]
	if !strings.HasPrefix(rest, "(?") {
		t.verbose = append(t.verbose, here)
		t.put("(?:", 1, nothing) // what it captures nobody asks for, and to keep it costs time
		return nil
	}
	if set := flags.FindStringSubmatch(rest); set != nil {
		return t.flags(set)
	}
	t.verbose = append(t.verbose, here)
	group := named.FindStringSubmatch(rest)
	if group == nil {
		opening, _ := utf8.DecodeRuneInString(rest[len("(?"):] + ")")
		return t.refuse("no group starts with (?%c, at byte %d", opening, t.at)
	}
	return t.group(group[0], group[1])
}

// reservedGroups cannot name a group: what a pattern captures stands beside these names in older bots' templates.
var reservedGroups = []string{"self", "bot", "message", "service", "state_context"}

// maxGroups bounds the named groups of a pattern: a search keeps what each captured on every way that it follows.
const maxGroups = 100

// group translates a group with a name. Names are kept here: RE2's have no letters beyond ASCII.
func (t *translator) group(opening, called string) error {
	switch {
	case !groupName.MatchString(called):
		return t.refuse("invalid named capture: %q at byte %d", opening, t.at)
	case slices.Contains(t.names, called):
		return t.refuse("two groups are named %q, the second at byte %d: it would hide the first", called, t.at)
	case slices.Contains(reservedGroups, called):
		return t.refuse("a group cannot be named %q, at byte %d: the name is reserved", called, t.at)
	}
	if t.names = append(t.names, called); len(t.names) > 1+maxGroups {
		return bot.Errorf(bot.TooLarge, fmt.Sprintf("more than %d named groups", maxGroups))
	}
	t.put("(", len(opening), nothing)
	return nil
}

// ownFlags takes away those that RE2 has no need of: u always holds, and x is followed here.
var ownFlags = strings.NewReplacer("u", "", "x", "")

// flags translates (?flags), which hold until the group they stand in ends, and (?flags:, which opens a group.
func (t *translator) flags(set []string) error {
	whole, on, off, opens := set[0], set[1], set[2], set[3] == ":"
	if i := strings.IndexAny(on+off, "aL"); i >= 0 {
		return t.refuse("flag %c at byte %d: patterns are Unicode's", (on + off)[i], t.at)
	}
	if opens {
		t.verbose = append(t.verbose, t.verbose[len(t.verbose)-1])
	}
	if here := len(t.verbose) - 1; strings.Contains(on, "x") {
		t.verbose[here] = true
	} else if strings.Contains(off, "x") {
		t.verbose[here] = false
	}
	kept := strings.TrimSuffix(ownFlags.Replace(on+off), "-")
	if unknown := strings.Trim(kept, "imsU-"); unknown != "" || off == "-" || on+off == "" && !opens {
		return t.refuse("no such flags: %q at byte %d", whole, t.at)
	}
	if kept == "" && !opens {
		t.put("", len(whole), nothing)
		return nil
	}
	t.put("(?"+kept+set[3], len(whole), nothing)
	return nil
}
