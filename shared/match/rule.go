package match

import (
	"slices"

	"hookline/shared/bot"
)

// anyKind in a handler's kinds stands for every kind that is not quiet.
const anyKind = "*"

// rule is one handler, checked.
type rule struct {
	handler *bot.Handler
	pattern *pattern // nil matches everything
	// literals are those of which a text needs one for the rule to fire; nil if it needs none.
	literals []string
}

// ruleBytes is what a rule takes beside its pattern's program.
const ruleBytes = 64

func newRule(h *bot.Handler) (rule, error) {
	if h.Pattern == "" {
		return rule{handler: h}, nil
	}
	p, literals, err := newPattern(h.Pattern)
	return rule{h, p, literals}, err
}

func (r *rule) size() int {
	if r.pattern == nil {
		return ruleBytes
	}
	return ruleBytes + r.pattern.size
}

// judge is the only place that decides: Fire and Explain both ask it. Without possible it is known that the pattern does
// not match, or that the state is another.
func (r *rule) judge(a asked, possible bool) (verdict string, captures map[string]*string) {
	switch {
	case r.handler.Disabled:
		return bot.VerdictDisabled, nil
	case !r.answers(a.kind):
		return bot.VerdictKind, nil
	case len(r.handler.SourceStates) > 0 && !slices.Contains(r.handler.SourceStates, a.state):
		return bot.VerdictState, nil
	case r.pattern == nil:
		return bot.VerdictFired, nil
	case !possible:
		return bot.VerdictPattern, nil
	}
	found := r.pattern.find(a.said)
	if found == nil {
		return bot.VerdictPattern, nil
	}
	return bot.VerdictFired, r.pattern.captures(a.said, found)
}

func (r *rule) answers(kind bot.EventKind) bool {
	if len(r.handler.On) == 0 {
		return kind.Said()
	}
	return slices.ContainsFunc(r.handler.On, func(on string) bool {
		return on == string(kind) || on == anyKind && !kind.Quiet()
	})
}
