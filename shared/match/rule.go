package match

import (
	"regexp"
	"slices"

	"hookline/shared/bot"
)

// anyKind in a handler's kinds stands for every kind that is not quiet.
const anyKind = "*"

// rule is one handler, compiled.
type rule struct {
	handler *bot.Handler
	pattern *regexp.Regexp // nil matches everything
	size    int
}

// ruleBytes is what a rule takes beside its pattern's program.
const ruleBytes = 64

func compileRule(h *bot.Handler) (rule, error) {
	r := rule{handler: h, size: ruleBytes}
	if h.Pattern == "" {
		return r, nil
	}
	pattern, size, err := compilePattern(h.Pattern)
	r.pattern, r.size = pattern, r.size+size
	return r, err
}

// judge is the only place that decides: First and Explain both ask it.
func (r *rule) judge(kind bot.EventKind, said, state string) (verdict string, captures map[string]*string) {
	switch {
	case r.handler.Disabled:
		return bot.VerdictDisabled, nil
	case !r.answers(kind):
		return bot.VerdictKind, nil
	case len(r.handler.SourceStates) > 0 && !slices.Contains(r.handler.SourceStates, state):
		return bot.VerdictState, nil
	case r.pattern == nil:
		return bot.VerdictFired, nil
	}
	found := r.pattern.FindStringSubmatchIndex(said)
	if found == nil {
		return bot.VerdictPattern, nil
	}
	return bot.VerdictFired, capturesOf(r.pattern, said, found)
}

func (r *rule) answers(kind bot.EventKind) bool {
	if len(r.handler.On) == 0 {
		return kind.Said()
	}
	return slices.ContainsFunc(r.handler.On, func(on string) bool {
		return on == string(kind) || on == anyKind && !kind.Quiet()
	})
}

func capturesOf(pattern *regexp.Regexp, said string, found []int) map[string]*string {
	var captures map[string]*string
	for group, name := range pattern.SubexpNames() {
		if name == "" {
			continue
		}
		if captures == nil {
			captures = map[string]*string{}
		}
		captures[name] = nil
		if from, to := found[2*group], found[2*group+1]; from >= 0 {
			captures[name] = new(said[from:to])
		}
	}
	return captures
}
