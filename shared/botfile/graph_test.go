package botfile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/botfile"
)

func TestGraph(t *testing.T) {
	def := bot.Definition{
		Bot: "pizza",
		Handlers: []bot.Handler{
			{Name: "start", TargetState: "choosing"},
			{Name: "chosen: the one", SourceStates: []string{"choosing", `the "other"`}, TargetState: "done"},
			{Name: "again", SourceStates: []string{"done"}, TargetState: "done"},
			{Name: "off", Disabled: true, TargetState: "nowhere"},
			{Name: "answers only", SourceStates: []string{"choosing"}},
		},
		States: map[string]bot.State{"choosing": {Expires: "30m", Then: "fallback"}, "done": {Expires: "1h"}, "kept": {}},
	}
	want := `stateDiagram-v2
    state "choosing" as s1
    state "any state" as any
    [*] --> any
    any --> s1: start
    state "done" as s2
    s1 --> s2: chosen꞉ the one
    state "the 'other'" as s3
    s3 --> s2: chosen꞉ the one
    s2 --> s2: again
    s1 --> [*]: after 30m, then fallback
    s2 --> [*]: after 1h
`
	if diff := cmp.Diff(want, botfile.Graph(def)); diff != "" {
		t.Errorf("Graph (-want +got):\n%s", diff)
	}
}
