package match_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/match"
)

func compile(t *testing.T, handlers ...bot.Handler) *match.Matcher {
	t.Helper()
	m, problems := match.Compile(&bot.Definition{Handlers: handlers})
	if len(problems) > 0 {
		t.Fatalf("Compile(%+v) = %v, want no problems", handlers, problems)
	}
	return m
}

func names(fired []match.Match) []string {
	var names []string
	for _, f := range fired {
		names = append(names, f.Handler.Name)
	}
	return names
}

func said(text string) bot.Event { return bot.Event{Kind: bot.Text, Text: text} }

func TestOneFires(t *testing.T) {
	tests := []struct {
		name     string
		handlers []bot.Handler
		event    bot.Event
		state    string
		want     string // "" if none fires
	}{
		{"no handlers", nil, said("hi"), "", ""},
		{"without on: text", []bot.Handler{{Name: "a"}}, said("hi"), "", "a"},
		{"without on: command", []bot.Handler{{Name: "a"}}, bot.Event{Kind: bot.Command}, "", "a"},
		{"without on: button", []bot.Handler{{Name: "a"}}, bot.Event{Kind: bot.Press}, "", "a"},
		{"without on: start", []bot.Handler{{Name: "a"}}, bot.Event{Kind: bot.Start}, "", "a"},
		{"without on: a photo was not said", []bot.Handler{{Name: "a"}}, bot.Event{Kind: bot.Photo, Text: "hi"}, "", ""},
		{"named kind", []bot.Handler{{Name: "a", On: []string{"sticker", "photo"}}}, bot.Event{Kind: bot.Photo}, "", "a"},
		{"other kind than named", []bot.Handler{{Name: "a", On: []string{"photo"}}}, said("hi"), "", ""},
		{"star", []bot.Handler{{Name: "a", On: []string{"*"}}}, bot.Event{Kind: bot.Other}, "", "a"},
		{"star is no echo", []bot.Handler{{Name: "a", On: []string{"*"}}}, bot.Event{Kind: bot.Echo}, "", ""},
		{"star is no receipt", []bot.Handler{{Name: "a", On: []string{"*"}}}, bot.Event{Kind: bot.Receipt}, "", ""},
		{"star is no typing", []bot.Handler{{Name: "a", On: []string{"*"}}}, bot.Event{Kind: bot.Typing}, "", ""},
		{"echo by name", []bot.Handler{{Name: "a", On: []string{"*", "echo"}}}, bot.Event{Kind: bot.Echo}, "", "a"},
		{"F17 ties: file order", []bot.Handler{{Name: "a"}, {Name: "b"}}, said("hi"), "", "a"},
		{"F17 priority", []bot.Handler{{Name: "a"}, {Name: "b", Priority: 1}, {Name: "c", Priority: 1}}, said("hi"), "", "b"},
		{"F17 negative priority", []bot.Handler{{Name: "a", Priority: -1}, {Name: "b"}}, said("hi"), "", "b"},
		{"F17 disabled", []bot.Handler{{Name: "a", Disabled: true}, {Name: "b"}}, said("hi"), "", "b"},
		{"F18 in its state", []bot.Handler{{Name: "a", SourceStates: []string{"x", "y"}}}, said("hi"), "y", "a"},
		{"F18 in another state", []bot.Handler{{Name: "a", SourceStates: []string{"x"}}}, said("hi"), "y", ""},
		{"F18 before any state", []bot.Handler{{Name: "a", SourceStates: []string{"x"}}}, said("hi"), "", ""},
		{"F18 no source states: in any state", []bot.Handler{{Name: "a"}}, said("hi"), "y", "a"},
		{"F19 pattern is searched", []bot.Handler{{Name: "a", Pattern: "b+"}}, said("abba"), "", "a"},
		{"F19 pattern is not found, the next hit wins", []bot.Handler{{Name: "a", Pattern: "^b"}, {Name: "b"}}, said("abba"), "", "b"},
		{"F19 pattern is case-sensitive", []bot.Handler{{Name: "a", Pattern: "^Hi"}}, said("hi"), "", ""},
		{"F21 none fits", []bot.Handler{{Name: "a", Pattern: "b"}, {Name: "b", Pattern: "^c"}}, said("hi"), "", ""},
		{"text is trimmed", []bot.Handler{{Name: "a", Pattern: `^hi$`}}, said(" hi\n"), "", "a"},
		{"payload of a button", []bot.Handler{{Name: "a", Pattern: `^pay$`}}, bot.Event{Kind: bot.Press, Text: "label", Payload: "pay"}, "", "a"},
		{"button without payload", []bot.Handler{{Name: "a", Pattern: `^label$`}}, bot.Event{Kind: bot.Press, Text: "label"}, "", "a"},
		{"payload of a command is not what was said", []bot.Handler{{Name: "a", Pattern: `^x$`}}, bot.Event{Kind: bot.Command, Text: "/start x", Payload: "x"}, "", ""},
		{"nothing said, pattern takes nothing", []bot.Handler{{Name: "a", On: []string{"photo"}, Pattern: "^$"}}, bot.Event{Kind: bot.Photo}, "", "a"},
		{"F21 nothing said, pattern wants some", []bot.Handler{{Name: "a", On: []string{"photo"}, Pattern: "."}}, bot.Event{Kind: bot.Photo}, "", ""},
		{"caption", []bot.Handler{{Name: "a", On: []string{"photo"}, Pattern: "cat"}}, bot.Event{Kind: bot.Photo, Text: "my cat"}, "", "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(names(compile(t, tt.handlers...).Fire(tt.event, tt.state, "")), " ")
			if got != tt.want {
				t.Errorf("Fire(%+v, %q) = %q, want %q", tt.event, tt.state, got, tt.want)
			}
		})
	}
}

func TestCaptures(t *testing.T) {
	tests := []struct {
		name    string
		pattern string
		text    string
		want    map[string]*string
	}{
		{"no pattern", "", "hi", nil},
		{"F20 unnamed groups are left out", "(h)(i)", "hi", nil},
		{"F20 named", `(?P<size>\w+) (?P<pizza>\w+)`, "large Diavola please", map[string]*string{"size": new("large"), "pizza": new("Diavola")}},
		{"named, the other spelling", `(?<a>x)`, "x", map[string]*string{"a": new("x")}},
		{"F20 took no part", `(?P<a>x)|(?P<b>y)`, "y", map[string]*string{"a": nil, "b": new("y")}},
		{"took part with nothing", `a(?P<a>x*)`, "a", map[string]*string{"a": new("")}},
		{"beyond ASCII", `(?P<a>ü+)`, "ä üü", map[string]*string{"a": new("üü")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := compile(t, bot.Handler{Name: "h", Pattern: tt.pattern})
			found := m.Fire(said(tt.text), "", "")
			if len(found) != 1 {
				t.Fatalf("Fire(%q) of %q = %v, want one", tt.text, tt.pattern, found)
			}
			if diff := cmp.Diff(tt.want, found[0].Captures); diff != "" {
				t.Errorf("Fire(%q)[0].Captures of %q (-want +got):\n%s", tt.text, tt.pattern, diff)
			}
			if diff := cmp.Diff(tt.want, m.Explain(said(tt.text), "", "")[0].Captures); diff != "" {
				t.Errorf("Explain(%q).Captures of %q (-want +got):\n%s", tt.text, tt.pattern, diff)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	m := compile(t,
		bot.Handler{Name: "last", Priority: -1},
		bot.Handler{Name: "off", Disabled: true, On: []string{"photo"}},
		bot.Handler{Name: "photos", On: []string{"photo"}, SourceStates: []string{"x"}},
		bot.Handler{Name: "elsewhere", SourceStates: []string{"x"}, Pattern: "nope"},
		bot.Handler{Name: "nope", Pattern: "nope"},
		bot.Handler{Name: "nearly", Pattern: "^hi+$|[a-f]nope"},
		bot.Handler{Name: "too", Continue: true},
		bot.Handler{Name: "hi", Pattern: "(?P<who>hi)", Disabled: false},
		bot.Handler{Name: "off too", Disabled: true},
	)
	lost := []bot.Verdict{
		{Name: "off", Verdict: bot.VerdictDisabled},
		{Name: "photos", Verdict: bot.VerdictKind},
		{Name: "elsewhere", Verdict: bot.VerdictState},
		{Name: "nope", Verdict: bot.VerdictPattern},
		{Name: "nearly", Verdict: bot.VerdictPattern},
	}
	too := bot.Verdict{Name: "too", Verdict: bot.VerdictFired}
	hi := bot.Verdict{Name: "hi", Verdict: bot.VerdictFired, Captures: map[string]*string{"who": new("hi")}}
	notTried := func(names ...string) (verdicts []bot.Verdict) {
		for _, name := range names {
			verdicts = append(verdicts, bot.Verdict{Name: name, Verdict: bot.VerdictNotTried})
		}
		return verdicts
	}
	tests := []struct {
		name  string
		first string
		want  []bot.Verdict
	}{
		{"one lets another fire", "", slices.Concat(lost, []bot.Verdict{too, hi}, notTried("off too", "last"))},
		{"first ends it", "hi", slices.Concat([]bot.Verdict{hi}, notTried("off", "photos", "elsewhere", "nope", "nearly", "too", "off too", "last"))},
		{"first lets others fire", "too", slices.Concat([]bot.Verdict{too}, lost, []bot.Verdict{hi}, notTried("off too", "last"))},
		{"first loses", "nope", slices.Concat(lost[3:4], lost[:3], lost[4:], []bot.Verdict{too, hi}, notTried("off too", "last"))},
		{"first is not there", "gone", slices.Concat(lost, []bot.Verdict{too, hi}, notTried("off too", "last"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, m.Explain(said("oh hi"), "y", tt.first)); diff != "" {
				t.Errorf("Explain(first %q) (-want +got):\n%s", tt.first, diff)
			}
		})
	}
}

func TestSizeGrowsWithPatterns(t *testing.T) {
	small := compile(t, bot.Handler{Name: "a", Pattern: "a"}).Size()
	large := compile(t, bot.Handler{Name: "a", Pattern: "a{1000}"}).Size()
	if long := compile(t, bot.Handler{Name: "a", Pattern: strings.Repeat("a", 4000)}).Size(); long > 4000*90 {
		t.Errorf("Size() = %d for a literal of 4000 letters, want it looked for by its beginning only", long)
	}
	if none := compile(t).Size(); none != 0 || small < 64 || large < small+1000*8 {
		t.Errorf("Size() = %d, %d, %d for no handler, a small and a large one", none, small, large)
	}
}

func TestCompileReportsEveryPattern(t *testing.T) {
	m, problems := match.Compile(&bot.Definition{Handlers: []bot.Handler{{Pattern: "("}, {Pattern: "ok"}, {Pattern: `\1`}}})
	want := []bot.Problem{
		{Path: "handlers[0].pattern", Message: `missing closing ) in "("`},
		{Path: "handlers[2].pattern", Message: `back-reference \1 at byte 0: patterns are RE2, which has none`},
	}
	if diff := cmp.Diff(want, problems); diff != "" || m != nil {
		t.Errorf("Compile = %v, problems (-want +got):\n%s", m, diff)
	}
}

func groups(n int) string {
	var pattern strings.Builder
	for i := range n {
		fmt.Fprintf(&pattern, "(?P<g%d>a?)", i)
	}
	return pattern.String()
}

func TestPatternLimits(t *testing.T) {
	tests := []struct {
		name    string
		pattern string
		kind    bot.ErrorKind
	}{
		{"longest", strings.Repeat("a", match.MaxPatternBytes), ""},
		{"too long", strings.Repeat("a", match.MaxPatternBytes+1), bot.TooLarge},
		{"most classes of Unicode", strings.Repeat(`\w`, 150), ""},
		{"too many classes of Unicode", strings.Repeat(`\w`, 160), bot.TooLarge},
		{"too many lists of what is no word", strings.Repeat(`[\W]`, 20), bot.TooLarge},
		{"most groups", groups(100), ""},
		{"too many groups", groups(101), bot.TooLarge},
		{"many instructions", strings.Repeat("a{999}", 10), ""},
		{"nested repeats", "(?:.{11}){1000}", bot.Invalid}, // RE2's own limit of 1000 in all
		{"too many instructions", strings.Repeat("a{999}", 20), bot.TooLarge},
		{"not UTF-8", "a\xff", bot.Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := match.CheckPattern(tt.pattern); bot.KindOf(err) != tt.kind {
				t.Errorf("CheckPattern(%.20q) = %v, want kind %q", tt.pattern, err, tt.kind)
			}
		})
	}
}
