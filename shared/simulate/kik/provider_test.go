package kik_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/provider/kik"
	"hookline/shared/simulate"
)

// hooked takes calls as Hookline's door does, and gives their events.
func hooked(t *testing.T, network provider.Provider, ch bot.Channel) (address string, events <-chan bot.Event) {
	heard := make(chan bot.Event, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := network.Verify(ch, r.Header, body); err != nil {
			t.Errorf("Verify() = %v, want the call to be genuine", err)
		}
		all, err := network.Parse(ch, body)
		if err != nil {
			t.Errorf("Parse(%s) = %v", body, err)
		}
		for _, e := range all {
			heard <- e
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, heard
}

// TestProviderSpeaks has Hookline's provider and the simulated network speak with one another.
func TestProviderSpeaks(t *testing.T) {
	w := newWorld(t)
	network := kik.New(w.server.Client(), w.server.URL)
	ch := bot.Channel{
		ID: "c1", Provider: "kik", Settings: map[string]any{
			"username": "pizzabot", "receive_is_typing": "true", "static_keyboard": []any{"Menu", map[string]any{"text": "Help", "payload": "h"}},
		},
		Credentials: map[string][]bot.Credential{"api_key": {{Value: key}}},
	}
	address, events := hooked(t, network, ch)
	if _, err := network.Connect(t.Context(), ch, address, false); err != nil {
		t.Fatal(err)
	}
	if _, err := w.net.Start(talk(chat, "ada")); err != nil {
		t.Fatal(err)
	}
	start := <-events
	if start.Utterance() != "/start" {
		t.Errorf("Start() makes %+v, want /start", start)
	}
	w.say(network, ch, start)
	var got []simulate.Shown
	for _, sent := range w.shown(talk(chat, "ada")) {
		got = append(got, sent.Shown)
	}
	want := []simulate.Shown{
		{Sign: bot.MarkSeen}, {Sign: bot.ShowTyping}, {Media: &bot.Media{Kind: bot.Photo, Source: "https://shop.example/p.png"}},
		{Text: "Which pizza?"},
		{
			Text: "Shop", Media: &bot.Media{Kind: bot.Link, Source: "https://shop.example"},
			Buttons: []simulate.Button{{Text: "Diavola"}, {Text: "Surprise me"}, {Text: "Shop"}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Send() shows (-want +got):\n%s", diff)
	}
	if err := w.net.Press(talk(chat, "ada"), simulate.Choice{Place: 2}); err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.Utterance() != "any" || e.Text != "Surprise me" {
		t.Errorf("Press() makes %+v, want the payload any", e)
	}
	if _, err := w.net.Post(talk(chat, "ada"), map[string]json.RawMessage{"type": json.RawMessage(`"is-typing"`)}); err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.Kind != bot.Typing {
		t.Errorf("Post() makes %+v, want kind typing", e)
	}
	if err := network.Disconnect(t.Context(), ch, address); err != nil {
		t.Fatal(err)
	}
	w.call("GET", "/v1/config", "", `200 {"webhook":"https://example.com","features":{"manuallySendReadReceipts":false,"receiveDeliveryReceipts":false,`+
		`"receiveIsTyping":true,"receiveReadReceipts":false},"staticKeyboard":{"type":"suggested","responses":[{"type":"text","body":"Menu"},`+
		`{"type":"text","body":"Help","metadata":"h"}]}}`)
}

// say sends one of each sort of part to who began.
func (w *world) say(network *kik.Kik, ch bot.Channel, start bot.Event) {
	w.t.Helper()
	reply := bot.Reply{Address: start.Address()}
	for _, part := range []bot.Part{
		{Sign: bot.MarkSeen, ReplyTo: start.MessageID},
		{Sign: bot.ShowTyping},
		{
			Text: "<b>Which pizza?</b>", Format: bot.FormatHTML, Media: &bot.Media{Kind: bot.Photo, Source: "https://shop.example/p.png"},
			Keyboard: [][]bot.Button{{{Text: "Diavola", Payload: "Diavola"}, {Text: "Surprise me", Payload: "any"}}, {{Text: "Shop", URL: "https://shop.example"}}},
			Options:  bot.Options{"delay": json.Number("5")},
		},
	} {
		reply.Parts = append(reply.Parts, network.Split(part)...)
	}
	receipt, err := network.Send(w.t.Context(), ch, reply)
	if diff := cmp.Diff(provider.Receipt{Sent: 5}, receipt); diff != "" || err != nil {
		w.t.Errorf("Send() = %v, receipt (-want +got):\n%s", err, diff)
	}
}
