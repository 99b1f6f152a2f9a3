// Package match decides which handler of a bot answers an event. It is a pure function of the definition, the event and
// the conversation's state, so why a handler lost can be told at any later time.
package match

import (
	"cmp"
	"fmt"
	"slices"

	"hookline/shared/bot"
)

// Matcher holds a bot's handlers, compiled. It is safe for concurrent use.
type Matcher struct {
	rules []rule
	size  int
}

// Match is the handler that fired and what its pattern captured.
type Match struct {
	Handler *bot.Handler
	// Captures holds the pattern's named groups; nil for one that took no part.
	Captures map[string]*string
}

// Compile compiles the handlers of a definition, which must not change afterwards. With problems there is no Matcher.
func Compile(def *bot.Definition) (*Matcher, []bot.Problem) {
	m := &Matcher{rules: make([]rule, 0, len(def.Handlers))}
	var problems []bot.Problem
	for i := range def.Handlers {
		r, err := compileRule(&def.Handlers[i])
		if err != nil {
			problems = append(problems, bot.Problem{Path: fmt.Sprintf("handlers[%d].pattern", i), Message: err.Error()})
		}
		m.rules = append(m.rules, r)
		m.size += r.size
	}
	if len(problems) > 0 {
		return nil, problems
	}
	slices.SortStableFunc(m.rules, func(a, b rule) int { return cmp.Compare(b.handler.Priority, a.handler.Priority) })
	return m, nil
}

// Fire gives the handlers that answer the event in the state, in the order in which they are tried: up to the first that
// does not let others fire as well. The handler named first is tried before all others.
func (m *Matcher) Fire(e bot.Event, state, first string) []Match {
	said := e.Utterance()
	var fired []Match
	try := func(r *rule) (more bool) {
		verdict, captures := r.judge(e.Kind, said, state)
		if verdict != bot.VerdictFired {
			return true
		}
		fired = append(fired, Match{r.handler, captures})
		return r.handler.Continue
	}
	for i := range m.rules {
		if first != "" && m.rules[i].handler.Name == first && !try(&m.rules[i]) {
			return fired
		}
	}
	for i := range m.rules {
		if m.rules[i].handler.Name != first && !try(&m.rules[i]) {
			return fired
		}
	}
	return fired
}

// First gives the handler that answers the event in the state: the first that fits, highest priority first, equal ones in
// the order of the definition.
func (m *Matcher) First(e bot.Event, state string) (Match, bool) {
	said := e.Utterance()
	for i := range m.rules {
		r := &m.rules[i]
		if verdict, captures := r.judge(e.Kind, said, state); verdict == bot.VerdictFired {
			return Match{r.handler, captures}, true
		}
	}
	return Match{}, false
}

// Explain says of every handler, in the order in which they are tried, why it fired or lost.
func (m *Matcher) Explain(e bot.Event, state string) []bot.Verdict {
	said := e.Utterance()
	verdicts := make([]bot.Verdict, len(m.rules))
	fired := false
	for i := range m.rules {
		r, v := &m.rules[i], &verdicts[i]
		v.Name, v.Verdict = r.handler.Name, bot.VerdictNotTried
		if !fired {
			v.Verdict, v.Captures = r.judge(e.Kind, said, state)
			fired = v.Verdict == bot.VerdictFired
		}
	}
	return verdicts
}

// Size estimates the bytes that the Matcher holds in memory, the definition not included.
func (m *Matcher) Size() int { return m.size }
