package kik_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/provider/kik"
)

var _ provider.Shaper = (*kik.Kik)(nil)

// Templates of permabots' bots read the event as permabots gave it to them.
func TestF27ShapeOfPermabots(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{
			"text",
			`{"messages":[{"id":"i","type":"text","from":"ada","chatId":"c","body":"hi","timestamp":1439576628405,"participants":["ada"]}]}`,
			`{"id":"i","type":"text","from":"ada","chatId":"c","body":"hi","timestamp":"2015-08-14T18:23:48.405Z","participants":["ada"]}`,
		},
		{
			"the beginning of a chat is a text as well",
			`{"messages":[{"id":"i","type":"start-chatting","from":"ada","chatId":"c","timestamp":1439576628405}]}`,
			`{"id":"i","type":"text","from":"ada","chatId":"c","body":"/start","timestamp":"2015-08-14T18:23:48.405Z"}`,
		},
	}
	network := kik.New(nil, "")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events, err := network.Parse(bot.Channel{ID: "c", Provider: "kik"}, []byte(tt.body))
			if err != nil || len(events) != 1 {
				t.Fatalf("Parse = %v, %v", events, err)
			}
			shape, err := network.Shape(events[0])
			if err != nil {
				t.Fatal(err)
			}
			encoded, err := json.Marshal(shape)
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := json.Unmarshal(encoded, &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Shape (-want +got):\n%s", diff)
			}
		})
	}
}
