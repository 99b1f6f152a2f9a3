package api

import (
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// parameters says what those mean that many operations take.
var parameters = map[string]string{
	"account": "the account's id",
	"bot":     "the bot's name",
	"call":    "its id, as the answer to the call shows it",
	"channel": "the channel's name in the bot file",
	"cursor":  "the next of the answer before; without, the list from its beginning",
	"hook":    "the hook's name in the bot file",
	"letter":  "its id, as the list shows it",
	"limit":   "how many at most",
	"name":    "its name in the bot file",
	"turn":    "its id, as the list shows it",
	"version": "its number, as the list shows it",
}

// collections are what operations are grouped by: the last one of an address.
var collections = []string{
	"accounts", "audit", "bots", "calls", "channels", "conversations", "dead", "deletions", "env", "handlers", "hooks", "queue",
	"recipients", "send", "states", "tokens", "turns", "users", "versions",
}

// described has each operation say to what it belongs and each parameter what it is, unless the operation says it.
func described(_ *huma.OpenAPI, o *huma.Operation) {
	for segment := range strings.SplitSeq(o.Path, "/") {
		if slices.Contains(collections, segment) {
			o.Tags = []string{segment}
		}
	}
	for _, p := range o.Parameters {
		if p.Description == "" && (p.Schema == nil || p.Schema.Description == "") {
			p.Description = parameters[p.Name]
		}
	}
}
