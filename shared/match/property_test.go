package match_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/bot"
	"hookline/shared/match"
)

// plainLoop is Fire without an index, for patterns that mean the same to Python and to RE2.
func plainLoop(handlers []bot.Handler, patterns []*regexp.Regexp, e bot.Event, state, first string) []match.Match {
	order := make([]int, len(handlers))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if named := handlers[a].Name == first; named != (handlers[b].Name == first) {
			if named {
				return -1
			}
			return 1
		}
		return handlers[b].Priority - handlers[a].Priority
	})
	var fired []match.Match
	for _, i := range order {
		h := &handlers[i]
		takes := len(h.On) == 0 && e.Kind.Said() || slices.Contains(h.On, string(e.Kind)) || slices.Contains(h.On, "*") && !e.Kind.Quiet()
		if h.Disabled || !takes || len(h.SourceStates) > 0 && !slices.Contains(h.SourceStates, state) {
			continue
		}
		found := patterns[i].FindStringSubmatchIndex(e.Text)
		if found == nil {
			continue
		}
		fired = append(fired, match.Match{Handler: h, Captures: captured(patterns[i], e.Text, found)})
		if !h.Continue {
			break
		}
	}
	return fired
}

func captured(pattern *regexp.Regexp, text string, found []int) map[string]*string {
	var captures map[string]*string
	for i, name := range pattern.SubexpNames() {
		if name == "" {
			continue
		}
		if captures == nil {
			captures = map[string]*string{}
		}
		captures[name] = nil
		if found[2*i] >= 0 {
			captures[name] = new(text[found[2*i]:found[2*i+1]])
		}
	}
	return captures
}

// Two alphabets in which patterns mean the same to Python and to regexp: one has no words beyond ASCII, the other none of
// the escapes that are about words.
var alphabets = []struct {
	name  string
	atoms []string
	text  string
}{
	{"words of ASCII", []string{"a", "b", "ab", "ba", "_", "…", `\.`, ".", `\w`, `\W`, `\d`, `[a-c]`, `[^a]`, `[\W\d]`, `\b`, `\B`, "^", "$", "(?i:A)", "(?m:^)", "(?m:$)"}, "[aAb_1 .…\n]{0,8}"},
	{"letters of all", []string{"a", "k", "K", "s", "é", "éa", "ſ", "ы", "𐐀", ".", `[a-k]`, `[é-ы]`, `[^k]`, "^", "$", "(?i:k)", "(?i:É)", "(?i:ſK)", "(?i:[a-é])", "(?i:𐐨)"}, "[akKKsSſéÉыЫ𐐀𐐨 �]{0,8}"},
}

// expressions gives patterns over atoms, nested to a depth.
func expressions(atoms []string, depth int) *rapid.Generator[string] {
	leaf := rapid.SampledFrom(atoms)
	if depth == 0 {
		return leaf
	}
	inner := expressions(atoms, depth-1)
	return rapid.Custom(func(t *rapid.T) string {
		switch rapid.IntRange(0, 5).Draw(t, "shape") {
		case 0, 1:
			return strings.Join(rapid.SliceOfN(inner, 0, 4).Draw(t, "in turn"), "")
		case 2:
			return "(?:" + strings.Join(rapid.SliceOfN(inner, 1, 3).Draw(t, "either"), "|") + ")"
		case 3:
			return "(?:" + inner.Draw(t, "repeated") + ")" + rapid.SampledFrom([]string{"*", "+", "?", "{2}", "{1,2}", "{0,2}", "*?", "??"}).Draw(t, "times")
		case 4:
			return "(" + inner.Draw(t, "captured") + ")"
		}
		return leaf.Draw(t, "atom")
	})
}

func handlersOf(atoms []string) *rapid.Generator[[]bot.Handler] {
	pattern := expressions(atoms, 3)
	handler := rapid.Custom(func(t *rapid.T) bot.Handler {
		h := bot.Handler{
			Name:         rapid.SampledFrom([]string{"one", "two", "three"}).Draw(t, "name"),
			On:           rapid.SliceOfN(rapid.SampledFrom([]string{"text", "photo", "echo", "*"}), 0, 2).Draw(t, "on"),
			Pattern:      pattern.Draw(t, "pattern"),
			SourceStates: rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), 0, 1).Draw(t, "states"),
			Priority:     rapid.IntRange(-1, 1).Draw(t, "priority"),
			Disabled:     rapid.IntRange(0, 9).Draw(t, "disabled") == 0,
			Continue:     rapid.Bool().Draw(t, "continue"),
		}
		if rapid.Bool().Draw(t, "captures") {
			h.Pattern = "(?P<n>" + h.Pattern + ")"
		}
		return h
	})
	return rapid.SliceOfN(handler, 0, 8)
}

// F17 F18 F19 F20: what fires is what fires if every handler is tried on its own, and it is told to have fired.
func TestFireEqualsPlainLoop(t *testing.T) {
	for _, alphabet := range alphabets {
		t.Run(alphabet.name, func(t *testing.T) {
			handlers := handlersOf(alphabet.atoms)
			text := rapid.StringMatching(alphabet.text)
			rapid.Check(t, func(t *rapid.T) {
				def := bot.Definition{Handlers: handlers.Draw(t, "handlers")}
				m, problems := match.Compile(&def)
				if len(problems) > 0 {
					t.Skipf("Compile(%+v) = %v", def.Handlers, problems)
				}
				patterns := make([]*regexp.Regexp, len(def.Handlers))
				for i, h := range def.Handlers {
					patterns[i] = regexp.MustCompile(h.Pattern)
				}
				kind := rapid.SampledFrom([]bot.EventKind{bot.Text, bot.Photo, bot.Echo}).Draw(t, "kind")
				e := bot.Event{Kind: kind, Text: strings.TrimSpace(text.Draw(t, "text"))}
				state := rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "state")
				first := rapid.SampledFrom([]string{"", "two"}).Draw(t, "first")
				want := plainLoop(def.Handlers, patterns, e, state, first)
				got := m.Fire(e, state, first)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("Fire(%+v, %q, %q) (-plain loop +got):\n%s", e, state, first, diff)
				}
				checkExplained(t, m.Explain(e, state, first), got, len(def.Handlers))
			})
		})
	}
}

func checkExplained(t *rapid.T, verdicts []bot.Verdict, fired []match.Match, handlers int) {
	var want, got []bot.Verdict
	for _, f := range fired {
		want = append(want, bot.Verdict{Name: f.Handler.Name, Verdict: bot.VerdictFired, Captures: f.Captures})
	}
	for _, v := range verdicts {
		if v.Verdict == bot.VerdictFired {
			got = append(got, v)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(verdicts) != handlers {
		t.Fatalf("Explain gives %d verdicts on %d handlers, fired (-Fire +Explain):\n%s", len(verdicts), handlers, diff)
	}
}

// Literals that begin, end or stand in others are all found.
func TestEveryLiteralIsFound(t *testing.T) {
	literals := rapid.SliceOfN(rapid.StringMatching("[ab]{1,5}|[ab]{14,18}"), 1, 20)
	rapid.Check(t, func(t *rapid.T) {
		def := bot.Definition{}
		text := rapid.StringMatching("[ab]{0,40}").Draw(t, "text")
		var want []string
		for _, literal := range literals.Draw(t, "literals") {
			def.Handlers = append(def.Handlers, bot.Handler{Name: literal, Pattern: literal, Continue: true})
			if strings.Contains(text, literal) {
				want = append(want, literal)
			}
		}
		m, _ := match.Compile(&def)
		if diff := cmp.Diff(want, names(m.Fire(said(text), "", ""))); diff != "" {
			t.Fatalf("Fire(%q) (-want +got):\n%s", text, diff)
		}
	})
}

// A pattern is searched in every text whose first character it could take.
func TestEveryOpening(t *testing.T) {
	patterns := []string{
		`^\d`, `^\D`, `^\s`, `^\S`, `^\w`, `^\W`, `(?i)^k`, `(?i)^[^k]`, `^[k-n]`, `^a*b`, `^(?:a|)b`, `^(?:a?|k)b`, `^.`, `^$|^k`, `(?i)^(a|\W)`, `^k|b`,
		`(?:^a)?b`, `^a{0,2}b`, `^(?:k{1,2}|[^\d])`, `^\bk`, `(?m)^b`,
	}
	for _, pattern := range patterns {
		m := compile(t, bot.Handler{Pattern: pattern})
		for first := range rune(0x100) {
			text := strings.TrimSpace(string(first) + "b")
			want, err := match.Search(pattern, text)
			if got := len(m.Fire(said(text), "", "")) == 1; got != want || err != nil {
				t.Errorf("Fire(%q) of %q fires: %v; a search finds it: %v, %v", text, pattern, got, want, err)
			}
		}
	}
}
