package match_test

import (
	"fmt"
	"regexp"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/match"
)

// manyHandlers are those of a bot where 99 of 100 need a literal of three letters or more, in several spellings, and the
// hundredth none: some are asked in a state only, some always.
func manyHandlers(n int) []bot.Handler {
	handlers := make([]bot.Handler, n)
	for i := range handlers {
		h := &handlers[i]
		h.Name = fmt.Sprintf("h%d", i)
		switch kind := i % 4; {
		case i%200 == 99:
			h.Pattern, h.SourceStates = `^\d+$`, []string{fmt.Sprintf("number%d", i)}
		case i%200 == 199:
			h.Pattern = `^\d{4}$`
		case kind == 0:
			h.Pattern = fmt.Sprintf(`^/cmd%d(?:@\w+)?(?: (?P<rest>.*))?$`, i)
		case kind == 1:
			h.Pattern = fmt.Sprintf(`(?i)\b(?:order|buy) item%d\b`, i)
		case kind == 2:
			h.Pattern = fmt.Sprintf(`^choice:%d$`, i)
		default:
			h.Pattern = fmt.Sprintf(`(?i)(?P<n>\d+) (?:pizza|pasta)%d\s`, i)
		}
	}
	return handlers
}

func sizes(b *testing.B, run func(b *testing.B, handlers []bot.Handler, e bot.Event)) {
	for _, n := range []int{10, 100, 1_000, 10_000} {
		// The last handler of the first kind answers: all others are tried before it.
		e := said(fmt.Sprintf("/cmd%d and some more words", (n-1)/4*4))
		b.Run(fmt.Sprint(n), func(b *testing.B) { run(b, manyHandlers(n), e) })
	}
}

func BenchmarkMatch(b *testing.B) {
	sizes(b, func(b *testing.B, handlers []bot.Handler, e bot.Event) {
		m, _ := match.Compile(&bot.Definition{Handlers: handlers})
		if len(m.Fire(e, "", "")) != 1 {
			b.Fatalf("Fire(%+v) fires nothing", e)
		}
		for b.Loop() {
			m.Fire(e, "", "")
		}
	})
}

// BenchmarkLoop is what BenchmarkMatch is measured against: every pattern is searched.
func BenchmarkLoop(b *testing.B) {
	sizes(b, func(b *testing.B, handlers []bot.Handler, e bot.Event) {
		patterns := make([]*regexp.Regexp, len(handlers))
		for i, h := range handlers {
			patterns[i] = regexp.MustCompile(h.Pattern)
		}
		for b.Loop() {
			plainLoop(handlers, patterns, e, "", "")
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	def := bot.Definition{Handlers: manyHandlers(10_000)}
	for b.Loop() {
		match.Compile(&def)
	}
}
