package engine_test

import (
	"encoding/json"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// A secret may stand anywhere in what is sent: the record of the turn has its name in its place.
func TestB18TurnShowsRepliesWithoutSecrets(t *testing.T) {
	w := newWorld(t)
	w.network.options = []provider.Option{{Name: "fields"}}
	const key, longer = "{{ secret.KEY }}", "{{ secret.LONGER }}"
	w.publishDefinition(bot.Definition{
		Secrets: map[string]bot.Credential{"KEY": {Value: "hunter2"}, "LONGER": {Value: "hunter2-and-more"}},
		Handlers: []bot.Handler{{Name: "h", Response: &bot.Response{
			Messages: []bot.Message{
				{Text: key + longer, Keyboard: &bot.Keyboard{Rows: [][]bot.Button{{{Text: key, URL: "https://x/" + key}, {Text: "b", Payload: key}}}}},
				{Photo: "https://x/" + longer + ".png"}, {Location: "1,2," + key},
			},
			Options: map[string]bot.Options{"fake": {"fields": []any{map[string]any{"v": key}}}},
		}}},
	})
	job := w.said("hello")
	w.handle(job)
	sent, err := json.Marshal(w.network.replies)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal(w.turn(job))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, text string
		want       int
	}{{"hunter2", string(sent), 10}, {"hunter2", string(shown), 0}, {key, string(shown), 8}, {longer, string(shown), 2}} {
		if got := strings.Count(test.text, test.name); got != test.want {
			t.Errorf("%q stands %d times in %s, want %d", test.name, got, test.text, test.want)
		}
	}
}
