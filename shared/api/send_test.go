package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

// post sends a message with an idempotency key and gives the status and the answer.
func (w *world) post(body, key string) (int, map[string]any) {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), "POST", w.server.URL+"/v1/bots/pizza/send", strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+adminToken)
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		w.Fatal(err)
	}
	return resp.StatusCode, answer
}

func TestSend(t *testing.T) {
	w := newWorld(t)
	w.publish(talkative)
	status, answer := w.post(`{"channel": "second", "chat": "42", "user": "7", "text": "Hi {{ data.name }}",
		"keyboard": [["Yes", {"text": "Menu", "url": "https://x.example"}]], "messages": [{"typing": true}], "data": {"name": "Ada"}}`, "")
	if status != http.StatusAccepted || len(*w.queue) != 1 || len(*w.notices) != 0 {
		t.Fatalf("send = %d %v with %d jobs, want 202 and one, where the chat's events are", status, answer, len(*w.queue))
	}
	job := (*w.queue)[0]
	channel := w.head().Channels["second"]
	want := bot.CallShare{Call: answer["id"].(string), Hook: job.Call.Hook, To: bot.Address{Chat: "42", User: "7"}, Sending: true}
	if diff := cmp.Diff(want, *job.Call); diff != "" || job.Kind != bot.DeliveryJob || job.Channel != channel {
		t.Errorf("job = %+v, (-want +got)\n%s", job, diff)
	}
	event := bot.Event{Channel: channel, Chat: &bot.Chat{ID: "42"}, From: &bot.Person{ID: "7"}}
	if group := bot.NewEventJob(bot.Channel{ID: channel}, event, start).Group(); job.Group() != group {
		t.Errorf("group of the job = %q, want that of the chat's events, %q", job.Group(), group)
	}
	scene, err := w.store.DeliveryScene(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	var sending bot.Sending
	if err := json.Unmarshal(scene.Body, &sending); err != nil {
		t.Fatal(err)
	}
	wanted := bot.Sending{
		Channel: channel, Address: want.To, Data: json.RawMessage(`{"name":"Ada"}`),
		Response: &bot.Response{
			Message: bot.Message{Text: "Hi {{ data.name }}", Keyboard: &bot.Keyboard{
				Rows: [][]bot.Button{{{Text: "Yes", Payload: "Yes"}, {Text: "Menu", URL: "https://x.example"}}},
			}},
			Messages: []bot.Message{{Typing: true}},
		},
	}
	if diff := cmp.Diff(wanted, sending); diff != "" {
		t.Errorf("what is sent (-want +got)\n%s", diff)
	}
}

func TestSendRefuses(t *testing.T) {
	w := newWorld(t)
	w.publish(talkative)
	for _, test := range []struct {
		name, body string
		status     int
		path       string // of the problem
	}{
		{"no channel where there are two", `{"chat": "1", "text": "Hi"}`, 400, ""},
		{"a channel that is none", `{"channel": "third", "chat": "1", "text": "Hi"}`, 400, ""},
		{"no chat", `{"channel": "second", "text": "Hi"}`, 422, "body"},
		{"nothing to say", `{"channel": "second", "chat": "1"}`, 400, ""},
		{"a broken template", `{"channel": "second", "chat": "1", "text": "{{ data."}`, 400, "text"},
		{"a keyboard without a text", `{"channel": "second", "chat": "1", "keyboard": [["Yes"]]}`, 400, "keyboard"},
		{"a quote of nothing", `{"channel": "second", "chat": "1", "text": "Hi", "reply_to": true}`, 400, "reply_to"},
		{"an unknown option", `{"channel": "second", "chat": "1", "text": "Hi", "options": {"telegram": {"x": true}}}`, 400, "telegram.x"},
		{"a field of no message", `{"channel": "second", "chat": "1", "txet": "Hi"}`, 422, "body.txet"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, answer := w.post(test.body, "")
			if status != test.status {
				t.Fatalf("send %s = %d %v, want %d", test.body, status, answer, test.status)
			}
			path := ""
			if problems, ok := answer["errors"].([]any); ok {
				path, _ = problems[0].(map[string]any)["path"].(string)
			}
			if path != test.path {
				t.Errorf("send %s is wrong at %q, %v, want %q", test.body, path, answer, test.path)
			}
		})
	}
	if len(*w.queue) != 0 {
		t.Errorf("%d jobs are queued, want none", len(*w.queue))
	}
}

func TestSendNamesTheChannelsThereAre(t *testing.T) {
	w := newWorld(t)
	w.publish(talkative)
	if _, answer := w.post(`{"chat": "1", "text": "Hi"}`, ""); answer["detail"] != "name the channel: bot pizza has second, telegram" {
		t.Errorf("send without a channel is answered %v, want the names of those there are", answer)
	}
	w.ask("PUT", "/v1/bots/pizza", `{"bot": "pizza", "handlers": [{"name": "all", "response": {"text": "Hi"}}]}`, 200)
	if _, answer := w.post(`{"chat": "1", "text": "Hi"}`, ""); answer["detail"] != "bot pizza has no channel" {
		t.Errorf("send to a bot without channels is answered %v", answer)
	}
}

func TestSendWithAnIdempotencyKey(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	_, first := w.post(`{"chat": "1", "text": "Hi"}`, "k")
	if _, again := w.post(`{"chat": "1", "text": "Hi"}`, "k"); again["id"] != first["id"] {
		t.Errorf("send again = %v, want %v", again, first)
	}
	jobs := *w.queue
	if len(jobs) != 2 || jobs[0].DedupeKey() != jobs[1].DedupeKey() {
		t.Errorf("jobs = %+v, want two that the queue takes for one", jobs)
	}
	for _, other := range []string{`{"chat": "2", "text": "Hi"}`, `{"chat": "1", "text": "Ho"}`} {
		if status, answer := w.post(other, "k"); status != http.StatusUnprocessableEntity {
			t.Errorf("send %s with the key = %d %v, want 422", other, status, answer)
		}
	}
}

func TestSentTellsTheFate(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	_, answer := w.post(`{"chat": "1", "text": "Hi"}`, "")
	path := "/v1/bots/pizza/send/" + answer["id"].(string)
	want := map[string]any{"id": answer["id"], "accepted_at": "2026-03-01T12:00:00Z", "outcome": "waiting"}
	if diff := cmp.Diff(want, w.ask("GET", path, "", 200)); diff != "" {
		t.Errorf("fate (-want +got)\n%s", diff)
	}
	d := bot.Delivery{
		Channel: w.head().Channels["telegram"], Address: bot.Address{Chat: "1"}, At: start,
		Outcome: bot.DeliverySkipped, Reason: "the chat does not want to hear from the bot", Notes: []string{"n"},
	}
	if _, err := w.store.PutDelivery(t.Context(), answer["id"].(string), d, 0); err != nil {
		t.Fatal(err)
	}
	want["outcome"], want["reason"], want["at"], want["notes"] = "skipped", d.Reason, "2026-03-01T12:00:00Z", []any{"n"}
	if diff := cmp.Diff(want, w.ask("GET", path, "", 200)); diff != "" {
		t.Errorf("fate (-want +got)\n%s", diff)
	}
	call, err := w.store.PutCall(t.Context(), bot.Call{Hook: "h", Bot: w.head().ID}, []byte("{}"), "")
	if err != nil {
		t.Fatal(err)
	}
	w.ask("GET", "/v1/bots/pizza/send/"+call.ID, "", 404)
	w.ask("GET", "/v1/bots/pizza/send/none", "", 404)
}
