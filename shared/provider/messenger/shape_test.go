package messenger_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/provider/messenger"
)

var _ provider.Shaper = (*messenger.Messenger)(nil)

// Templates of permabots' bots read the event as permabots gave it to them.
func TestF27ShapeOfPermabots(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{
			"text",
			`{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1700000000123,"message":{"mid":"m","text":"hi"}}]}]}`,
			`{"sender":"2","recipient":"1","timestamp":"2023-11-14T22:13:20.123Z","text":"hi"}`,
		},
		{
			"postback",
			`{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1700000000123,"postback":{"mid":"m","title":"T","payload":"p"}}]}]}`,
			`{"sender":"2","recipient":"1","timestamp":"2023-11-14T22:13:20.123Z","postback":"p"}`,
		},
	}
	network := messenger.New(nil, "")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events, err := network.Parse(bot.Channel{ID: "c", Provider: "messenger"}, []byte(tt.body))
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
