// Package providertest is the suite that every provider passes: forged calls, hostile bodies, captured calls with the
// events they make, cutting within limits, a complete description.
package providertest

import (
	"io/fs"
	"net/http"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// Suite is a provider with what the tests need to know of it.
type Suite struct {
	Provider provider.Provider
	// Channel has at least two secrets to verify with.
	Channel bot.Channel
	// Sign puts the proof of a genuine call into h, by the first secret of ch.
	Sign func(ch bot.Channel, h http.Header, body []byte)
	// Calls are captured bodies, X.json, each with the events it makes, X.events.json: an array, without provider,
	// channel and raw.
	Calls fs.FS
	// Buttons is how many buttons of a part are kept by a network that shows those of the newest message only, 0 if all.
	Buttons int
}

// Run runs the suite.
func Run(t *testing.T, s Suite) {
	t.Run("Describe", s.describe)
	t.Run("Verify", s.verify)
	t.Run("Parse", s.parse)
	t.Run("Parse hostile bodies", s.hostile)
	t.Run("Split", s.split)
	t.Run("Split media", s.media)
}

func (s Suite) describe(t *testing.T) {
	d := s.Provider.Describe()
	if d.Name == "" || len(d.Fields) == 0 || len(d.Rules) == 0 {
		t.Errorf("Describe() = %+v, want a name, fields and rules", d)
	}
	seen := map[string]bool{}
	documented := func(kind, name, doc string) {
		if name == "" || doc == "" {
			t.Errorf("Describe(): %s %q has documentation %q, want both", kind, name, doc)
		}
		if seen[kind+name] {
			t.Errorf("Describe(): %s %q stands there twice", kind, name)
		}
		seen[kind+name] = true
	}
	for _, f := range d.Fields {
		documented("field", f.Name, f.Doc)
	}
	for _, o := range d.Options {
		documented("option", o.Name, o.Doc)
	}
	for _, rule := range d.Rules {
		documented("rule", rule, rule)
	}
}
