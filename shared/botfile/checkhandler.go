package botfile

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

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

var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}

// request checks an HTTP call. Its templates do not know its answer.
func (k *check) request(path string, r *bot.Request) {
	bodies := 0
	for _, set := range []bool{r.JSON != nil, r.Form != nil, r.Body != ""} {
		if set {
			bodies++
		}
	}
	if bodies > 1 {
		k.fail(path, "has more than one of json, form and body")
	}
	if r.Method != "" && !slices.Contains(methods, strings.ToUpper(r.Method)) {
		k.fail(join(path, "method"), "must be one of %s, not %q", strings.Join(methods, ", "), shorten(r.Method))
	}
	if r.Timeout != "" {
		k.duration(join(path, "timeout"), r.Timeout)
	}
	known := k.roots
	k.roots = slices.DeleteFunc(slices.Clone(known), func(name string) bool { return name == answerRoot })
	defer func() { k.roots = known }()
	k.requestURL(join(path, "url"), r.URL)
	for _, part := range []struct {
		name      string
		templates map[string]string
	}{{"query", r.Query}, {"headers", r.Headers}, {"form", r.Form}} {
		for _, name := range slices.Sorted(maps.Keys(part.templates)) {
			k.template(join(join(path, part.name), name), part.templates[name])
		}
	}
	k.headers(join(path, "headers"), r.Headers)
	k.template(join(path, "body"), r.Body)
	k.templatesIn(join(path, "json"), r.JSON)
}

func (k *check) requestURL(path, address string) {
	k.template(path, address)
	switch scheme, _, found := strings.Cut(address, "://"); {
	case address == "":
		k.fail(path, "is required")
	case !strings.Contains(address, "{{") && (!found || scheme != "http" && scheme != "https"):
		k.fail(path, "must be an address such as https://example.com/orders, not %q", shorten(address))
	}
}

// headerRule is RFC 9110's token.
var headerRule = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

func (k *check) headers(path string, headers map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if !headerRule.MatchString(name) {
			k.fail(path, "%q is no name of a header", shorten(name))
		}
	}
}
