package match_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/match"
)

// B9: a pattern that would hang a backtracking engine takes time in proportion to the text, in words of any alphabet.
func TestB9NoPatternHangs(t *testing.T) {
	tests := []struct {
		name    string
		pattern string
		text    string
	}{
		{"star of a star", `^(a*)*$`, strings.Repeat("a", 10_000) + "!"},
		{"the same twice", `^(a|a)*$`, strings.Repeat("a", 10_000) + "!"},
		{"plus of plusses", `(x+x+)+y`, strings.Repeat("x", 10_000)},
		{"optional many times", `^(a?){100}a{100}$`, strings.Repeat("a", 99)},
		{"words beyond ASCII", `^(\b|ж*)*$`, strings.Repeat("ж", 10_000) + "!"},
		{"many groups", `\b` + strings.Repeat("(a?)", 1000) + "!", strings.Repeat("a", 1000) + "é"},
		{"many named groups", groups(100) + `\b!`, strings.Repeat("aé", 1000)},
		{"optional words beyond ASCII", `^(ж?\B){100}ж{100}$`, strings.Repeat("ж", 99)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			if fired := compile(t, bot.Handler{Pattern: tt.pattern}).Fire(said(tt.text), "", ""); fired != nil {
				t.Errorf("Fire of %q on %d bytes fires %v, want nothing", tt.pattern, len(tt.text), fired)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("Fire of %q on %d bytes took %v", tt.pattern, len(tt.text), took)
			}
		})
	}
}

// A text that has the literals of every handler again and again costs one look at each.
func TestManyHits(t *testing.T) {
	handlers := make([]bot.Handler, 10_000)
	for i := range handlers {
		handlers[i] = bot.Handler{Pattern: "aaa.*!", SourceStates: []string{"other"}}
	}
	m := compile(t, handlers...)
	began := time.Now()
	m.Fire(said(strings.Repeat("aaa", 100_000)), "", "")
	if took := time.Since(began); took > time.Second {
		t.Errorf("Fire took %v on a text full of literals", took)
	}
}

// shortest gives the least time of a few runs: what else the machine does makes some longer, none shorter.
func shortest(runs int, run func()) time.Duration {
	least := time.Hour
	for range runs {
		began := time.Now()
		run()
		least = min(least, time.Since(began))
	}
	return least
}

// Bounds far above what is measured: a loop over all handlers takes a thousand times as long with a thousand times as many.
func TestCostOfManyHandlers(t *testing.T) {
	cost := func(n int) time.Duration {
		m := compile(t, manyHandlers(n)...)
		e := said(fmt.Sprintf("/cmd%d and some more words", (n-1)/4*4))
		m.Fire(e, "", "")
		return shortest(20, func() {
			for range 20 {
				m.Fire(e, "", "")
			}
		})
	}
	if few, many := cost(10), cost(10_000); many > 25*few {
		t.Errorf("Fire takes %v with 10 handlers, %v with 10,000: more than 25 times as long", few/20, many/20)
	}
	def := bot.Definition{Handlers: manyHandlers(10_000)}
	var m *match.Matcher
	compiled := shortest(3, func() { m, _ = match.Compile(&def) })
	if compiled > 3*time.Second {
		t.Errorf("Compile takes %v for 10,000 handlers", compiled)
	}
	if took := shortest(1, func() { m.Explain(said("an order"), "", "") }); took > compiled/2 {
		t.Errorf("the first Explain of 10,000 handlers takes %v, Compile %v: want few patterns compiled", took, compiled)
	}
}
