// Package bot holds Hookline's nouns: what a bot is made of, what networks tell it, what it answers and what is kept
// of a conversation. It imports nothing else of Hookline, does no input or output, and every other package speaks in
// its words. The JSON of these types is the bot file, the management API and the stored form at once.
package bot

import (
	"slices"
	"time"
)

// Definition is a bot as its author writes it (the bot file). One version of it never changes.
type Definition struct {
	Bot         string                 `json:"bot"`
	Description string                 `json:"description,omitempty"`
	Env         map[string]string      `json:"env,omitempty"`
	Secrets     map[string]Credential  `json:"secrets,omitempty"`
	States      map[string]State       `json:"states,omitempty"`
	Channels    map[string]ChannelSpec `json:"channels,omitempty"`
	Handlers    []Handler              `json:"handlers,omitempty"`
	Hooks       []Hook                 `json:"hooks,omitempty"`
}

// HasState tells whether the bot names a state: beside its states, in a handler that fires in it or leads to it.
func (d *Definition) HasState(name string) bool {
	if _, ok := d.States[name]; ok {
		return true
	}
	return slices.ContainsFunc(d.Handlers, func(h Handler) bool {
		return h.TargetState == name || slices.Contains(h.SourceStates, name)
	})
}

// State says more of a state than its name.
type State struct {
	// Expires is how long a conversation stays in the state, as Go writes a duration ("30m").
	Expires string `json:"expires,omitempty"`
	// Then names the handler tried first once the state has expired.
	Then string `json:"then,omitempty"`
}

// Hook is an address where the owner's application posts JSON that is rendered and sent to the recipients.
type Hook struct {
	Name string `json:"name"`
	// Disabled: calls find no hook, and what waits to be delivered is skipped.
	Disabled   bool        `json:"disabled,omitempty"`
	Response   *Response   `json:"response,omitempty"`
	Recipients []Recipient `json:"recipients,omitempty"`
}

// Recipient is a chat that a hook's messages go to. Vars are the template's {{ recipient.* }}.
type Recipient struct {
	Channel string            `json:"channel"`
	Chat    string            `json:"chat"`
	Thread  string            `json:"thread,omitempty"`
	User    string            `json:"user,omitempty"`
	Vars    map[string]string `json:"vars,omitempty"`
}

// Head says which definition of a bot is live. Publishing moves it.
type Head struct {
	ID      string `json:"id"`
	Owner   string `json:"owner"`
	Name    string `json:"name"`
	Version int    `json:"version"`
	// Definition names the stored chunks of the live version.
	Definition string `json:"definition"`
	// Channels maps the names of the bot file to channel ids.
	Channels map[string]string `json:"channels,omitempty"`
	// Hooks maps the names of the bot file to hook ids.
	Hooks map[string]string `json:"hooks,omitempty"`
	// Leaving are ids of channels that the bot file no longer names, still to be disconnected and removed.
	Leaving []string `json:"leaving,omitempty"`
	// LeavingHooks are ids of hooks that it no longer names, still to be removed.
	LeavingHooks []string `json:"leaving_hooks,omitempty"`
	// Revision is another one after each publication that changed anything, be it of a channel alone. It grows, and no
	// other bot of the name has had it.
	Revision  int64     `json:"revision,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	// UpdatedAt is when it came to its revision.
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	// DeletedAt is when its deletion began: from then on it has no name, and does nothing.
	DeletedAt time.Time `json:"deleted_at,omitzero"`
}
