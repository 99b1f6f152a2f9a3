package telegram_test

import (
	"encoding/json"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/provider/telegram"
)

// What is known of an event that lost its raw JSON, or was made up for a test, is shaped all the same.
func TestF27ShapeOfAnEventWithoutRaw(t *testing.T) {
	at := time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC)
	ada, chat := &bot.Person{ID: "5", FirstName: "Ada"}, &bot.Chat{ID: "-7", Type: bot.Direct, Title: "T"}
	const person = `{"first_name":"Ada","id":5,"last_name":"","username":""}`
	tests := []struct {
		name  string
		event bot.Event
		want  string
	}{
		{
			"text", bot.Event{ID: "1", Kind: bot.Text, Text: "hi", MessageID: "2", Time: at, Chat: chat, From: ada},
			`{"message":{"chat":{"id":-7,"title":"T","type":"private"},"date":"2023-11-14T22:13:20Z","from":` + person + `,"from_user":` + person +
				`,"message_id":2,"text":"hi"},"update_id":1}`,
		},
		{
			"press", bot.Event{ID: "made up", Kind: bot.Press, Payload: "p", AckID: "3", MessageID: "2", Time: at, From: ada},
			`{"callback_query":{"data":"p","from":` + person + `,"from_user":` + person +
				`,"id":"3","message":{"date":"2023-11-14T22:13:20Z","message_id":2,"text":""}},"update_id":"made up"}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shape, err := telegram.New(nil, "").Shape(tt.event)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := json.Marshal(shape); err != nil || string(got) != tt.want {
				t.Errorf("Shape = %s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}
