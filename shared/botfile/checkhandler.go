package botfile

import (
	"fmt"
	"slices"

	"hookline/shared/bot"
	"hookline/shared/match"
)

func (k *check) handlers() {
	places := make(map[string]int, len(k.def.Handlers))
	targets := k.targets()
	for i := range k.def.Handlers {
		h, path := &k.def.Handlers[i], fmt.Sprintf("handlers[%d]", i)
		k.label(join(path, "name"), h.Name)
		if first, taken := places[h.Name]; taken && h.Name != "" {
			k.fail(join(path, "name"), "%q is the name of handlers[%d] already", shorten(h.Name), first)
		} else {
			places[h.Name] = i
		}
		k.when(path, h, targets)
		if h.Request != nil {
			k.request(join(path, "request"), h.Request)
		}
		k.response(join(path, "response"), h.Response)
		k.hookNamed(join(path, "subscribe"), h.Subscribe)
		k.hookNamed(join(path, "unsubscribe"), h.Unsubscribe)
		k.notYet(path, h)
	}
}

// targets gives the states that handlers lead to.
func (k *check) targets() []string {
	var targets []string
	for _, h := range k.def.Handlers {
		if h.TargetState != "" {
			targets = append(targets, h.TargetState)
		}
	}
	slices.Sort(targets)
	return slices.Compact(targets)
}

// when checks what decides whether the handler fires, and where it leads.
func (k *check) when(path string, h *bot.Handler, targets []string) {
	for i, kind := range h.On {
		if !slices.Contains(kindOrAll.values, kind) {
			k.fail(fmt.Sprintf("%s.on[%d]", path, i), "no event kind %q%s", shorten(kind), didYouMean(kind, kindOrAll.values))
		}
	}
	if err := match.CheckPattern(h.Pattern); err != nil {
		k.fail(join(path, "pattern"), "%s", bot.PublicMessage(err))
	}
	for i, state := range h.SourceStates {
		path := fmt.Sprintf("%s.source_states[%d]", path, i)
		k.state(path, state)
		if _, found := slices.BinarySearch(targets, state); !found {
			k.warn(path, "no handler leads to the state %q%s", shorten(state), didYouMean(state, targets))
		}
	}
	if h.TargetState != "" {
		k.state(join(path, "target_state"), h.TargetState)
	}
}

func (k *check) request(path string, r *bot.Request) {
	k.unsupported(path)
	bodies := 0
	for _, set := range []bool{r.JSON != nil, r.Form != nil, r.Body != ""} {
		if set {
			bodies++
		}
	}
	if bodies > 1 {
		k.fail(path, "has more than one of json, form and body")
	}
	if r.URL == "" {
		k.fail(join(path, "url"), "is required")
	}
	if r.Timeout != "" {
		k.duration(join(path, "timeout"), r.Timeout)
	}
}

func (k *check) notYet(path string, h *bot.Handler) {
	if h.Continue {
		k.unsupported(join(path, "continue"))
	}
}
