package telegram_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/provider/telegram"
)

var _ provider.Shaper = (*telegram.Telegram)(nil)

// Templates of permabots' bots read the event as permabots gave it to them.
func TestF27ShapeOfPermabots(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{
			"text",
			`{"update_id":9007199254740993,"message":{"message_id":1,"date":1700000000,"from":{"id":5,"first_name":"Ada"},"chat":{"id":5,"type":"private"},"text":"hi"}}`,
			`{"update_id":9007199254740993,"message":{"message_id":1,"date":"2023-11-14T22:13:20Z","from":{"id":5,"first_name":"Ada"},
			  "from_user":{"id":5,"first_name":"Ada"},"chat":{"id":5,"type":"private"},"text":"hi"}}`,
		},
		{
			"callback",
			`{"update_id":1,"callback_query":{"id":"2","data":"x","from":{"id":5},"message":{"message_id":1,"date":1700000000,"from":{"id":9},"chat":{"id":5,"type":"private"}}}}`,
			`{"update_id":1,"callback_query":{"id":"2","data":"x","from":{"id":5},"from_user":{"id":5},
			  "message":{"message_id":1,"date":"2023-11-14T22:13:20Z","from":{"id":9},"from_user":{"id":9},"chat":{"id":5,"type":"private"}}}}`,
		},
	}
	network := telegram.New(nil, "")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events, err := network.Parse(bot.Channel{ID: "c", Provider: "telegram"}, []byte(tt.body))
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
