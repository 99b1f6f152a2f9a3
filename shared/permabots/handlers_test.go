package permabots_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

func TestImportHandlers(t *testing.T) {
	said, hi := response("r", `"text_template": "hi"`), quoted(bot.Message{Text: "hi"})
	stateA, stateB := object("state", "a", `"bot": "b", "name": "A"`), object("state", "c", `"bot": "b", "name": "B"`)
	tests := []struct {
		name  string
		dump  string
		want  bot.Handler
		notes []string
	}{
		{
			"F17 disabled, with a priority", dump(said, handler("h", `"response": "r", "enabled": false, "priority": -3, "pattern": "^a"`)),
			bot.Handler{Name: "h", Pattern: "^a", Priority: -3, Disabled: true, Response: hi}, nil,
		},
		{
			"a priority of more digits than there may be", dump(said, handler("h", `"response": "r", "priority": -2147483648`)),
			bot.Handler{Name: "h", Priority: -999999999, Response: hi}, []string{"handlers[0].priority: was -2147483648"},
		},
		{"a priority that is none", dump(said, handler("h", `"response": "r", "priority": 99999999999`)), bot.Handler{Name: "h", Response: hi}, nil},
		{"B9 a pattern that is no RE2 stays", dump(said, handler("h", `"response": "r", "pattern": "a(?=b)\\Z"`)), bot.Handler{Name: "h", Pattern: `a(?=b)\Z`, Response: hi}, nil},
		{"F19 a pattern that fits everything", dump(said, handler("h", `"response": "r", "pattern": ".*"`)), bot.Handler{Name: "h", Response: hi}, nil},
		{
			"F18 states by name", dump(said, stateA, stateB, handler("h", `"response": "r", "source_states": ["a", "c"], "target_state": "c"`)),
			bot.Handler{Name: "h", SourceStates: []string{"A", "B"}, TargetState: "B", Response: hi}, nil,
		},
		{
			"F47 states of one name are one", dump(said, stateA, object("state", "c", `"bot": "b", "name": "A"`), handler("h", `"response": "r", "source_states": ["a", "c"]`)),
			bot.Handler{Name: "h", SourceStates: []string{"A"}, Response: hi}, []string{`states: several were named "A": they are one now`},
		},
		{
			"B13 a state of a name that none can have", dump(said, object("state", "a", `"bot": "b", "name": "_start"`), handler("h", `"response": "r", "target_state": "a"`)),
			bot.Handler{Name: "h", TargetState: "_start 2", Response: hi}, []string{`states: "_start" is named "_start 2" now`},
		},
		{
			"states that are nowhere: it must not fire in all", dump(said, handler("h", `"response": "r", "source_states": ["x"], "target_state": "y"`)),
			bot.Handler{Name: "h", SourceStates: []string{"lost x"}, Response: hi},
			[]string{"handlers[0].source_states: the dump lacks the state x", "handlers[0].target_state: the dump lacks the state y: the handler leads nowhere now"},
		},
		{
			"a state of another bot", dump(said, object("state", "a", `"bot": "other", "name": "A"`), handler("h", `"response": "r", "source_states": ["a"]`)),
			bot.Handler{Name: "h", SourceStates: []string{"lost a"}, Response: hi}, []string{"handlers[0].source_states: the dump lacks the state a"},
		},
		{
			"F50 neither request nor response", dump(handler("h", `"response": "r", "request": "q"`)), bot.Handler{Name: "h"},
			[]string{"handlers[0].request: the dump lacks the request: the handler makes none now", "handlers[0].response: the dump lacks the response: nothing is said now"},
		},
		{
			"B13 a name that is not printable", dump(said, object("handler", "h", `"bot": "b", "name": " a\tb ", "response": "r"`)),
			bot.Handler{Name: "a b", Response: hi}, []string{`handlers[0].name: was " a\tb "`},
		},
		{
			"no name", dump(said, object("handler", "h", `"bot": "b", "name": null, "response": "r"`)),
			bot.Handler{Name: "handler 1", Response: hi}, []string{`handlers[0].name: was ""`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := importOne(t, tt.dump)
			if diff := cmp.Diff([]bot.Handler{tt.want}, got.Definition.Handlers); diff != "" {
				t.Errorf("Import(%s) (-want +got):\n%s", tt.dump, diff)
			}
			wantNotes(t, got, tt.notes...)
		})
	}
}

// F17: higher priorities first; equal ones by age, whatever the dump's order. F44: names that are there twice are told apart.
func TestImportOrder(t *testing.T) {
	at := func(key, name, created, priority string) string {
		return object("handler", key, `"bot": "b", "response": "r", "name": "`+name+`", "created_at": "2016-06-01T10:00:`+created+`Z", "priority": `+priority)
	}
	got, _ := importOne(t, dump(at("1", "x", "03", "0"), at("2", "x", "01.5", "0"), at("3", "x", "01", "0"), at("4", "x 2", "02", "0"), at("5", "top", "09", "1")))
	var names []string
	for _, h := range got.Definition.Handlers {
		names = append(names, h.Name)
	}
	if diff := cmp.Diff([]string{"top", "x", "x 2", "x 2 2", "x 3"}, names); diff != "" {
		t.Errorf("handlers (-want +got):\n%s", diff)
	}
}

// Names have 128 bytes at most, and no half letters.
func TestImportLongNames(t *testing.T) {
	long := "a" + strings.Repeat("é", 99)
	named := func(key string) string {
		return object("handler", key, `"bot": "b", "response": "r", "name": "`+long+`"`)
	}
	got, _ := importOne(t, dump(named("1"), named("2")))
	for i, want := range []string{"a" + strings.Repeat("é", 63), "a" + strings.Repeat("é", 62) + " 2"} {
		if name := got.Definition.Handlers[i].Name; name != want {
			t.Errorf("handlers[%d] is named %q, want %q", i, name, want)
		}
	}
}
