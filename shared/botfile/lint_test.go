package botfile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/botfile"
)

func TestLint(t *testing.T) {
	const head = "bot: a\nchannels: {telegram: {token: x}}\nhandlers:\n"
	const fallback = "  - {name: fallback, priority: -9, response: {text: what?}}\n"
	tests := []struct {
		name string
		file string
		want []string
	}{
		{"nothing to say", head + "  - {name: hi, pattern: hi, response: {text: hi}}\n" + fallback, nil},
		{"behind one that answers everything", head + "  - {name: all, response: {text: a}}\n  - {name: hi, pattern: hi, response: {text: b}}\n", []string{
			`f:5: warning: handlers[1]: never fires: "all" is tried before it and answers everything that this one would`,
		}},
		{"behind one whose pattern is misspelt", head + "  - {name: all, patern: x, response: {text: a}}\n  - {name: hi, pattern: hi, response: {text: b}}\n", []string{
			`f:4: handlers[0].patern: unknown field "patern": did you mean "pattern"?`,
		}},
		{"behind one of higher priority", head + "  - {name: hi, pattern: hi, response: {text: b}}\n  - {name: all, priority: 1, response: {text: a}}\n", []string{
			`f:4: warning: handlers[0]: never fires: "all" is tried before it and answers everything that this one would`,
		}},
		{"the same pattern", head + "  - {name: x, pattern: hi, response: {text: a}}\n  - {name: y, pattern: hi, source_states: [s], response: {text: b}}\n  - {name: s, pattern: go, target_state: s}\n  - {name: t, pattern: out, target_state: t}\n" + fallback, []string{
			`f:5: warning: handlers[1]: never fires: "x" is tried before it and has the same pattern`,
		}},
		{"other kinds", head + "  - {name: all, response: {text: a}}\n  - {name: photo, on: [photo], response: {text: b}}\n", nil},
		{"every kind", head + "  - {name: all, on: ['*'], response: {text: a}}\n  - {name: photo, on: [photo], response: {text: b}}\n  - {name: echo, on: [echo]}\n", []string{
			`f:5: warning: handlers[1]: never fires: "all" is tried before it and answers everything that this one would`,
		}},
		{"other states", head + "  - {name: in, source_states: [s], response: {text: a}}\n  - {name: all, target_state: s}\n  - {name: out, pattern: x, source_states: [s, t], target_state: t}\n", []string{
			`f:6: warning: handlers[2]: never fires: "all" is tried before it and answers everything that this one would`,
		}},
		{"one that lets others fire", head + "  - {name: log, continue: true, response: {text: a}}\n  - {name: all, response: {text: b}}\n", nil},
		{"one that is disabled", head + "  - {name: off, disabled: true}\n  - {name: all, response: {text: b}}\n", nil},
		{"a state that is never left", head + "  - {name: go, pattern: go, target_state: trap}\n  - {name: in, source_states: [trap], target_state: trap}\n" + fallback, []string{
			`f:4: warning: handlers[0].target_state: the state "trap" is never left: no handler that fires in it leads to another`,
		}},
		{"a text that nobody answers", head + "  - {name: hi, pattern: hi, response: {text: hi}}\n  - {name: in, source_states: [s], response: {text: b}}\n  - {name: go, pattern: go, target_state: s}\n  - {name: out, pattern: out, target_state: t}\n", []string{
			"f:3: warning: handlers: a text that fits no pattern is not answered: add a handler without a pattern, with the lowest priority",
		}},
		{"only pictures are answered", head + "  - {name: photo, on: [photo], pattern: x, response: {text: b}}\n", nil},
		{"constants", "env: {USED: a, QUOTED: b, UNUSED: c}\n" + head + "  - {name: all, response: {text: \"{{ env.USED }}\", keyboard: [[{text: '{{ env.QUOTED }}', payload: x}]]}}\n", []string{
			"f:1: warning: env.UNUSED: no template reads it",
		}},
		{"errors come first", head + "  - {name: all, response: {text: a}}\n  - {name: all, response: {text: a}}\n", []string{
			`f:5: handlers[1].name: "all" is the name of handlers[0] already`,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, problems := botfile.Checker{Providers: providers, Lint: true}.Read("f", []byte(test.file))
			if diff := cmp.Diff(test.want, formatted(problems)); diff != "" {
				t.Errorf("Read(%s) (-want +got):\n%s", test.file, diff)
			}
		})
	}
}
