package permabots

import (
	"cmp"
	"fmt"
	"slices"

	"hookline/shared/bot"
)

func (d *draft) handlers() {
	d.nameStates()
	records := d.of(d.record, "handler")
	// Here equal ones are tried in the order of the file; there it was left open.
	slices.SortStableFunc(records, func(a, b *record) int { return cmp.Compare(b.integer("priority"), a.integer("priority")) })
	names := newNames(labels)
	for i, r := range records {
		d.def.Handlers = append(d.def.Handlers, d.handler(i, r, names))
	}
	d.lostStates()
}

// maxPriority is the highest that a bot file takes.
const maxPriority = 999_999_999

func (d *draft) handler(place int, r *record, names *names) bot.Handler {
	path := fmt.Sprintf("handlers[%d]", place)
	wanted := r.text("name")
	h := bot.Handler{
		Name: names.pick(wanted, fmt.Sprintf("handler %d", place+1)), Pattern: r.text("pattern"), Priority: r.integer("priority"),
		Disabled: !r.enabled(), SourceStates: d.sourceStates(path, r), TargetState: d.targetState(path, r),
	}
	if h.Name != wanted {
		d.note(path+".name", "was %q", wanted)
	}
	if most := max(min(h.Priority, maxPriority), -maxPriority); most != h.Priority {
		d.note(path+".priority", "was %d", h.Priority)
		h.Priority = most
	}
	if h.Pattern == ".*" {
		h.Pattern = "" // the same, and check knows it for a fallback
	}
	if key := r.text("request"); key != "" {
		h.Request = d.request(path+".request", key)
	}
	h.Response = d.response(path+".response", h.Name, r.text("response"))
	if h.Response != nil && d.quotes() {
		quote(h.Response)
		d.noteAlike("what is answered is quoted, as permabots did on Telegram; if that is not wanted, delete reply_to in", h.Name)
	}
	return h
}

// quotes tells whether permabots quoted what it answered: on Telegram, and nowhere else.
func (d *draft) quotes() bool {
	_, ok := d.def.Channels["telegram"]
	return ok
}

func quote(r *bot.Response) {
	r.ReplyTo = len(r.Messages) == 0
	for i := range r.Messages {
		r.Messages[i].ReplyTo = true
	}
}

// firstState is what conversations that had no state are told apart by: no state can be named so.
const firstState = "_start"

func (d *draft) nameStates() {
	d.states = map[string]string{}
	names := newNames(labels)
	names.taken[firstState] = true
	for _, r := range d.of(d.record, "state") {
		name := r.text("name")
		if d.states[name] != "" {
			d.note("states", "several were named %q: they are one now", name)
			continue
		}
		d.states[name] = names.pick(name, "state")
		if d.states[name] != name {
			d.note("states", "%q is named %q now", name, d.states[name])
		}
	}
}

// lostStates tells of the states that no handler names: with them, nothing would be said in the bot file.
func (d *draft) lostStates() {
	for _, r := range d.of(d.record, "state") {
		name := d.states[r.text("name")]
		if !slices.ContainsFunc(d.def.Handlers, func(h bot.Handler) bool {
			return h.TargetState == name || slices.Contains(h.SourceStates, name)
		}) {
			d.note("states", "%q is left out: no handler names it", name)
		}
	}
}

func (d *draft) sourceStates(path string, r *record) (states []string) {
	for _, key := range r.keys("source_states") {
		name, ok := d.state(key)
		if !ok {
			// Without its state, the handler would fire in every one.
			name = "lost " + key
			d.note(path+".source_states", "the dump lacks the state %s", key)
		}
		if !slices.Contains(states, name) {
			states = append(states, name)
		}
	}
	return states
}

func (d *draft) targetState(path string, r *record) string {
	key := r.text("target_state")
	if key == "" {
		return ""
	}
	name, ok := d.state(key)
	if !ok {
		d.note(path+".target_state", "the dump lacks the state %s: the handler leads nowhere now", key)
	}
	return name
}

// state gives the name of a state by its key, if the bot has it.
func (d *draft) state(key string) (name string, ok bool) {
	r := d.byKey[place{"state", key}]
	if r == nil {
		return "", false
	}
	name, ok = d.states[r.text("name")]
	return name, ok
}
