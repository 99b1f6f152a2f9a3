// Package match decides which handler of a bot answers an event. It is a pure function of the definition, the event and
// the conversation's state, so why a handler lost can be told at any later time. Patterns are searched as Python's re.search
// would, in its syntax, without what takes more than linear time (look-around, back-references, possessive quantifiers).
package match

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"hookline/shared/bot"
)

// Matcher holds a bot's handlers, compiled. It is safe for concurrent use.
type Matcher struct {
	rules []rule // in the order in which they are tried
	index *index
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
	m := &Matcher{rules: make([]rule, 0, len(def.Handlers)), index: newIndex(len(def.Handlers))}
	var problems []bot.Problem
	for i := range def.Handlers {
		r, err := newRule(&def.Handlers[i])
		if err != nil {
			problems = append(problems, bot.Problem{Path: fmt.Sprintf("handlers[%d].pattern", i), Message: bot.PublicMessage(err)})
			continue
		}
		m.rules = append(m.rules, r)
		m.size += r.size()
	}
	if len(problems) > 0 {
		return nil, problems
	}
	slices.SortStableFunc(m.rules, func(a, b rule) int { return cmp.Compare(b.handler.Priority, a.handler.Priority) })
	for i := range m.rules {
		m.index.put(i, m.rules[i].handler.SourceStates, m.rules[i].literals)
		m.rules[i].literals = nil
	}
	m.index.link()
	m.size += (len(m.index.nodes) - 1) * nodeBytes
	return m, nil
}

// asked is what a handler is judged by.
type asked struct {
	kind        bot.EventKind
	said, state string
}

// Fire gives the handlers that answer the event in the state, in the order in which they are tried: highest priority first,
// equal ones in the order of the definition, up to the first that does not let others fire as well. The handler named first
// is tried before all others.
func (m *Matcher) Fire(e bot.Event, state, first string) []Match {
	a := asked{e.Kind, e.Utterance(), state}
	possible := m.index.possible(a.said, state)
	var fired []Match
	for i := range m.order(possible.all(), first) {
		r := &m.rules[i]
		verdict, captures := r.judge(a, possible.has(i))
		if verdict != bot.VerdictFired {
			continue
		}
		fired = append(fired, Match{r.handler, captures})
		if !r.handler.Continue {
			break
		}
	}
	return fired
}

// Explain says of every handler, in the order in which Fire tries them, why it fired or lost.
func (m *Matcher) Explain(e bot.Event, state, first string) []bot.Verdict {
	a := asked{e.Kind, e.Utterance(), state}
	possible := m.index.possible(a.said, state)
	verdicts := make([]bot.Verdict, 0, len(m.rules))
	done := false
	for i := range m.order(all(len(m.rules)), first) {
		r := &m.rules[i]
		v := bot.Verdict{Name: r.handler.Name, Verdict: bot.VerdictNotTried}
		if !done {
			v.Verdict, v.Captures = r.judge(a, possible.has(i))
			done = v.Verdict == bot.VerdictFired && !r.handler.Continue
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
}

// order gives the rules of the handler named first, then the others of those that are given.
func (m *Matcher) order(rules iter.Seq[int], first string) iter.Seq[int] {
	if first == "" {
		return rules
	}
	return func(yield func(int) bool) {
		for i := range m.rules {
			if m.rules[i].handler.Name == first && !yield(i) {
				return
			}
		}
		for i := range rules {
			if m.rules[i].handler.Name != first && !yield(i) {
				return
			}
		}
	}
}

func all(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// Size estimates the bytes that the Matcher comes to hold in memory once every pattern was searched, the definition not
// included.
func (m *Matcher) Size() int { return m.size }
