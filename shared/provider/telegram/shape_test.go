package telegram_test

import (
	"testing"

	"hookline/shared/provider"
	"hookline/shared/provider/providertest"
	"hookline/shared/provider/telegram"
)

var _ provider.Shaper = (*telegram.Telegram)(nil)

// Templates of permabots' bots read the event as permabots gave it to them.
func TestF27ShapeOfPermabots(t *testing.T) {
	providertest.Shapes(t, telegram.New(nil, ""), []struct{ Name, Body, Want string }{
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
	})
}
