package botfile

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"hookline/shared/bot"
)

// lint warns of what is right to write and hardly meant. It is asked of definitions without errors only.
func (k *check) lint() {
	k.unreachable()
	k.neverLeft()
	k.fallback()
	k.unused()
}

// placed is a handler and where it stands in the file.
type placed struct {
	*bot.Handler
	place int
}

// inOrder gives the handlers as they are tried, without the disabled ones.
func (k *check) inOrder() []placed {
	var order []placed
	for i := range k.def.Handlers {
		if h := &k.def.Handlers[i]; !h.Disabled {
			order = append(order, placed{h, i})
		}
	}
	slices.SortStableFunc(order, func(a, b placed) int { return cmp.Compare(b.Priority, a.Priority) })
	return order
}

// maxRivals bounds the handlers that one is compared with: a file may have any number without a pattern.
const maxRivals = 200

// unreachable warns of handlers before which another always fires: it has no pattern or the same one, and answers at least
// the same kinds in at least the same states.
func (k *check) unreachable() {
	rivals := map[string][]placed{}
	for _, h := range k.inOrder() {
		for _, rival := range slices.Concat(rivals[""], rivals[h.Pattern]) {
			if !covers(rival, h) {
				continue
			}
			reason := "answers everything that this one would"
			if h.Pattern != "" && rival.Pattern == h.Pattern {
				reason = "has the same pattern"
			}
			k.warn(fmt.Sprintf("handlers[%d]", h.place), "never fires: %q is tried before it and %s", shorten(rival.Name), reason)
			break
		}
		if !h.Continue && len(rivals[h.Pattern]) < maxRivals {
			rivals[h.Pattern] = append(rivals[h.Pattern], h)
		}
	}
}

func covers(rival, h placed) bool {
	if len(rival.SourceStates) > 0 && (len(h.SourceStates) == 0 || !containsAll(rival.SourceStates, h.SourceStates)) {
		return false
	}
	return containsAll(kindsOf(rival), kindsOf(h))
}

func containsAll[T comparable](list, some []T) bool {
	return !slices.ContainsFunc(some, func(one T) bool { return !slices.Contains(list, one) })
}

// kindsOf gives the kinds that a handler answers.
func kindsOf(h placed) (kinds []bot.EventKind) {
	for _, kind := range bot.EventKinds() {
		all := slices.Contains(h.On, "*") && !kind.Quiet()
		if len(h.On) == 0 && kind.Said() || all || slices.Contains(h.On, string(kind)) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// neverLeft warns of states in which no handler leads anywhere else, and which do not expire.
func (k *check) neverLeft() {
	for _, state := range k.targets() {
		left := k.def.States[state].Expires != "" || slices.ContainsFunc(k.inOrder(), func(h placed) bool {
			return h.TargetState != "" && h.TargetState != state && (len(h.SourceStates) == 0 || slices.Contains(h.SourceStates, state))
		})
		if !left {
			k.warn(k.leadingTo(state), "the state %q is never left: no handler that fires in it leads to another", shorten(state))
		}
	}
}

// leadingTo gives the path of the first handler that leads to a state.
func (k *check) leadingTo(state string) string {
	at := slices.IndexFunc(k.def.Handlers, func(h bot.Handler) bool { return h.TargetState == state })
	return fmt.Sprintf("handlers[%d].target_state", at)
}

// fallback warns if texts that fit no pattern are answered by nobody.
func (k *check) fallback() {
	patterns := false
	for _, h := range k.inOrder() {
		if !slices.Contains(kindsOf(h), bot.Text) {
			continue
		}
		if h.Pattern == "" && len(h.SourceStates) == 0 {
			return
		}
		patterns = patterns || h.Pattern != ""
	}
	if patterns {
		k.warn("handlers", "a text that fits no pattern is not answered: add a handler without a pattern, with the lowest priority")
	}
}

// namedConstant finds the constants of env that templates name; "" stands for one that is named by something computed.
var namedConstant = regexp.MustCompile(`\benv\s*(?:\.\s*([\pL_][\pL\p{Nd}_]*)|\[\s*["']([^"']*)["']\s*\]|\[)`)

// unused warns of constants that no template reads.
func (k *check) unused() {
	if len(k.def.Env) == 0 {
		return
	}
	read := map[string]bool{}
	for _, source := range k.sources {
		for _, found := range namedConstant.FindAllStringSubmatch(source, -1) {
			read[cmp.Or(found[1], found[2])] = true
		}
	}
	if read[""] {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(k.def.Env)) {
		if !read[name] {
			k.warn(join("env", name), "no template reads it")
		}
	}
}
