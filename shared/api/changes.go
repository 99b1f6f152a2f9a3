package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// differences lists what changes from one definition to the other, field by field, sorted by path.
func differences(before, after bot.Definition) ([]store.Change, error) {
	old, err := leaves(before)
	if err != nil {
		return nil, err
	}
	fresh, err := leaves(after)
	if err != nil {
		return nil, err
	}
	paths := maps.Clone(old)
	maps.Copy(paths, fresh)
	var changes []store.Change
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if c := (store.Change{Path: path, Before: old[path], After: fresh[path]}); !bytes.Equal(c.Before, c.After) {
			c.What = what(c)
			changes = append(changes, c)
		}
	}
	if !sameOrder(before.Handlers, after.Handlers) {
		changes = append(changes, store.Change{Path: "handlers", What: "reordered"})
	}
	return append(changes, newValues(before, after)...), nil
}

func what(c store.Change) string {
	switch {
	case c.Before == nil:
		return "added"
	case c.After == nil:
		return "removed"
	}
	return "changed"
}

// leaves gives the JSON of each field of a definition by its path. Handlers and hooks are named in paths, not numbered, so
// that one put in between does not change all behind it.
func leaves(def bot.Definition) (map[string]json.RawMessage, error) {
	handlers := make(map[string]bot.Handler, len(def.Handlers))
	for _, h := range def.Handlers {
		handlers[h.Name] = h
	}
	hooks := make(map[string]bot.Hook, len(def.Hooks))
	for _, h := range def.Hooks {
		hooks[h.Name] = h
	}
	def.Handlers, def.Hooks = nil, nil
	found := map[string]json.RawMessage{}
	for path, value := range map[string]any{"": def, "handlers": handlers, "hooks": hooks} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, bot.Wrap(bot.Internal, "the definitions cannot be compared", err)
		}
		collect(found, path, text)
	}
	delete(found, "bot")
	return found, nil
}

// collect goes down objects; every other value is a leaf.
func collect(found map[string]json.RawMessage, path string, text json.RawMessage) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		found[path] = text
		return
	}
	for name, value := range fields {
		if path != "" {
			name = path + "." + name
		}
		collect(found, name, value)
	}
}

// sameOrder compares the order of the handlers that both have.
func sameOrder(before, after []bot.Handler) bool {
	common := func(list, other []bot.Handler) (names []string) {
		known := make(map[string]bool, len(other))
		for _, h := range other {
			known[h.Name] = true
		}
		for _, h := range list {
			if known[h.Name] {
				names = append(names, h.Name)
			}
		}
		return names
	}
	return slices.Equal(common(before, after), common(after, before))
}

// newValues lists credentials that look alike but have another value. One without a value keeps what is stored.
func newValues(before, after bot.Definition) []store.Change {
	var changes []store.Change
	note := func(path string, old, fresh []bot.Credential) {
		for i := range min(len(old), len(fresh)) {
			if old[i].From == fresh[i].From && old[i].Value != fresh[i].Value && fresh[i].Value != "" {
				changes = append(changes, store.Change{Path: path, What: "new value"})
				return
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after.Channels)) {
		fields := after.Channels[name].Credentials
		for _, field := range slices.Sorted(maps.Keys(fields)) {
			note("channels."+name+"."+field, before.Channels[name].Credentials[field], fields[field])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after.Secrets)) {
		if old, ok := before.Secrets[name]; ok {
			note("secrets."+name, []bot.Credential{old}, []bot.Credential{after.Secrets[name]})
		}
	}
	return changes
}
