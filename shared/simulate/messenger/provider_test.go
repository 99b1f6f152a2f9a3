package messenger_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/provider/messenger"
	"hookline/shared/simulate"
	simulated "hookline/shared/simulate/messenger"
)

// hooked takes calls as Hookline's door does, and gives their events.
func hooked(t *testing.T, network *messenger.Messenger, ch bot.Channel) (address string, events <-chan bot.Event) {
	heard := make(chan bot.Event, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			challenge, err := network.Greet(ch, r.URL.Query())
			if err != nil {
				w.WriteHeader(http.StatusForbidden)
			}
			_, _ = io.WriteString(w, challenge)
			return
		}
		body, _ := io.ReadAll(r.Body)
		if err := network.Verify(ch, r.Header, body); err != nil {
			t.Errorf("Verify() = %v, want the call to be genuine", err)
		}
		all, err := network.Parse(ch, body)
		if err != nil {
			t.Errorf("Parse(%s) = %v", body, err)
		}
		for _, e := range all {
			if e.Kind != bot.Receipt && e.Kind != bot.Echo {
				heard <- e
			}
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, heard
}

func channel(w *world) bot.Channel {
	ch := bot.Channel{
		ID: "c1", Provider: "messenger", WebhookSecrets: []bot.Secret{"derived"}, Credentials: map[string][]bot.Credential{},
		Settings: map[string]any{
			"get_started": "go", "greeting": "Hello!", "menu": []any{"Help", map[string]any{"text": "Site", "url": "https://x.example"}},
			"ice_breakers": []any{"Where are you?"},
		},
	}
	for _, field := range []string{"page_token", "app_secret"} {
		ch.Credentials[field] = []bot.Credential{{Value: w.net.MakeUp(simulate.Seed{}, bot.ChannelSpec{}, field)}}
	}
	return ch
}

// TestProviderSpeaks has Hookline's provider and the simulated network speak with one another.
func TestProviderSpeaks(t *testing.T) {
	w := newWorld(t)
	network := messenger.New(w.server.Client(), w.server.URL)
	ch := channel(w)
	identity, err := network.Identify(t.Context(), ch)
	if err != nil || identity.Username == "" {
		t.Fatalf("Identify() = %+v, %v, want a username", identity, err)
	}
	address, events := hooked(t, network, ch)
	made, err := network.Connect(t.Context(), ch, address, false)
	if err != nil || !strings.Contains(strings.Join(made.Steps, "\n"), "derived") {
		t.Fatalf("Connect() = %+v, %v, want steps with the verify token", made, err)
	}
	if err := w.net.SetCallback(identity.Username, simulated.Callback{Address: address, VerifyToken: "derived"}); err != nil {
		t.Fatal(err)
	}
	ada := simulate.Talk{Bot: identity.Username, Chat: "200"}
	if _, err := w.net.Start(ada, "winter"); err != nil {
		t.Fatal(err)
	}
	start := <-events
	if start.Kind != bot.Start || start.Utterance() != "/start" || start.Payload != "winter" || start.Account != identity.Account {
		t.Errorf("Start() makes %+v, want /start of the page, by the link", start)
	}
	w.answer(network, ch, start)
	var got []simulate.Shown
	sent, err := w.net.Messages(t.Context(), ada, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range sent {
		got = append(got, one.Shown)
	}
	yes, site := simulate.Button{Text: "Yes"}, simulate.Button{Text: "Site", URL: "https://x.example"}
	want := []simulate.Shown{
		{Sign: bot.MarkSeen}, {Sign: bot.ShowTyping},
		{Media: &bot.Media{Kind: bot.Photo, Source: "https://x.example/p.png"}}, {Text: "Look", Buttons: []simulate.Button{yes}},
		{Text: "Well?", Buttons: []simulate.Button{yes, site}},
		{Text: "Cards?", Buttons: []simulate.Button{yes, yes, yes, site}},
		{Text: strings.TrimSpace(strings.Repeat("word ", 400))}, {Text: "word", Buttons: []simulate.Button{yes}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Send() shows (-want +got):\n%s", diff)
	}
	presses(t, w, ada, events)
	if err := network.Disconnect(t.Context(), ch, address); err != nil {
		t.Fatal(err)
	}
	w.expect(request(ch.Secret("page_token").Reveal(), ch.Secret("app_secret").Reveal(), "GET", "/v25.0/me/subscribed_apps", ""), `200 {"data":[]}`)
	w.expect(request(ch.Secret("page_token").Reveal(), ch.Secret("app_secret").Reveal(), "GET", "/v25.0/me/messenger_profile?fields=get_started,greeting,persistent_menu", ""), `200 {"data":[]}`)
}

// answer sends one of each sort of part to who began.
func (w *world) answer(network *messenger.Messenger, ch bot.Channel, start bot.Event) {
	w.t.Helper()
	yes, site := bot.Button{Text: "Yes", Payload: "y"}, bot.Button{Text: "Site", URL: "https://x.example"}
	reply := bot.Reply{Address: start.Address()}
	for _, part := range []bot.Part{
		{Sign: bot.MarkSeen}, {Sign: bot.ShowTyping},
		{Text: "<b>Look</b>", Format: bot.FormatHTML, Media: &bot.Media{Kind: bot.Photo, Source: "https://x.example/p.png"}, Keyboard: [][]bot.Button{{yes}}},
		{Text: "Well?", Keyboard: [][]bot.Button{{yes}, {site}}},
		{Text: "Cards?", Keyboard: [][]bot.Button{{yes, yes, yes, site}}, Options: bot.Options{"keyboard": "generic", "tag": "HUMAN_AGENT"}},
		{Text: strings.Repeat("word ", 401), Keyboard: [][]bot.Button{{yes}}},
	} {
		reply.Parts = append(reply.Parts, network.Split(part)...)
	}
	receipt, err := network.Send(w.t.Context(), ch, reply)
	if err != nil || receipt.Sent != 8 || len(receipt.MessageIDs) != 8 {
		w.t.Errorf("Send() = %+v, %v, want 8 parts sent", receipt, err)
	}
}

// presses presses a quick reply, a button and the menu, and sends a picture.
func presses(t *testing.T, w *world, ada simulate.Talk, events <-chan bot.Event) {
	t.Helper()
	if err := w.net.Press(ada, simulate.Choice{Place: 1}); err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.Kind != bot.Press || e.Utterance() != "y" || e.Text != "Yes" || e.Via != "quick_reply" {
		t.Errorf("Press() makes %+v, want the payload of the quick reply", e)
	}
	sent, err := w.net.Messages(t.Context(), ada, 5, 0)
	if err != nil || len(sent) == 0 {
		t.Fatalf("Messages() = %d, %v, want the cards first", len(sent), err)
	}
	if err := w.net.Press(ada, simulate.Choice{Message: sent[0].Message, Place: 1}); err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.Kind != bot.Press || e.Utterance() != "y" || e.Via != "postback" {
		t.Errorf("Press() makes %+v, want the payload of the button", e)
	}
	if err := w.net.Menu(ada, simulate.Choice{Label: "Help"}); err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.Utterance() != "Help" || e.Via != "menu" {
		t.Errorf("Menu() makes %+v, want the payload by the menu", e)
	}
}

// TestProviderConnectsAnApp: with its id the app's callback is registered, asked and taken over.
func TestProviderConnectsAnApp(t *testing.T) {
	w := newWorld(t)
	network := messenger.New(w.server.Client(), w.server.URL)
	ch := channel(w)
	token := ch.Secret("page_token").Reveal()
	app, _, _ := strings.Cut(strings.TrimPrefix(token, "EAA"), "P")
	ch.Settings["app_id"] = app
	first, _ := hooked(t, network, ch)
	second, events := hooked(t, network, ch)
	for _, test := range []struct {
		name, address string
		takeOver      bool
		want          bot.ErrorKind
	}{
		{"new", first, false, ""}, {"again", first, false, ""}, {"another", second, false, bot.Conflict}, {"taken over", second, true, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			made, err := network.Connect(t.Context(), ch, test.address, test.takeOver)
			if bot.KindOf(err) != test.want || len(made.Steps) > 0 {
				t.Errorf("Connect() = %+v, %v, want kind %q and no steps", made, err, test.want)
			}
		})
	}
	identity, err := network.Identify(t.Context(), ch)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.net.Say(simulate.Talk{Bot: identity.Username, Chat: "200"}, "hi"); err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.Text != "hi" {
		t.Errorf("Say() makes %+v, want what was said", e)
	}
	stranger := ch
	stranger.WebhookSecrets = []bot.Secret{"another"}
	if _, err := network.Connect(t.Context(), stranger, second, false); bot.KindOf(err) != bot.Invalid {
		t.Errorf("Connect() with a token that the address refuses = %v, want kind invalid", err)
	}
}

// TestProviderUnderstandsRefusals: what the network refuses has the kind and reason that decide what becomes of a reply.
func TestProviderUnderstandsRefusals(t *testing.T) {
	w := newWorld(t)
	network := messenger.New(w.server.Client(), w.server.URL)
	ch := channel(w)
	identity, err := network.Identify(t.Context(), ch)
	if err != nil {
		t.Fatal(err)
	}
	ada := simulate.Talk{Bot: identity.Username, Chat: "200"}
	send := func() (provider.Receipt, error) {
		return network.Send(t.Context(), ch, bot.Reply{Address: bot.Address{Chat: "200"}, Parts: []bot.Part{{Text: "hi"}}})
	}
	for _, step := range []struct {
		name   string
		before func() error
		kind   bot.ErrorKind
		reason string
	}{
		{"nobody", func() error { return nil }, bot.NotFound, bot.ReasonBlocked},
		{"M38 never wrote", func() error { return w.net.Unblock(ada) }, bot.Forbidden, bot.ReasonWindow},
		{"wrote", func() error { return w.net.Open(ada) }, "", ""},
		{"blocked", func() error { return w.net.Block(ada) }, bot.Forbidden, bot.ReasonBlocked},
		{"M40 rate", func() error {
			return w.net.SetFaults(simulate.Faults{Rates: map[simulate.Fault]float64{simulate.TooManyRequests: 1}})
		}, bot.RateLimited, ""},
		{"server error", func() error {
			return w.net.SetFaults(simulate.Faults{Rates: map[simulate.Fault]float64{simulate.ServerError: 1}})
		}, bot.Unavailable, bot.ReasonUnknown},
		{"M39 token", func() error { w.net.Expire(ch.Secret("page_token")); return nil }, bot.Unauthorized, bot.ReasonCredentials},
	} {
		t.Run(step.name, func(t *testing.T) {
			if err := step.before(); err != nil {
				t.Fatal(err)
			}
			if receipt, err := send(); bot.KindOf(err) != step.kind || bot.ReasonOf(err) != step.reason {
				t.Errorf("Send() = %+v, %v of kind %q, reason %q, want %q, %q", receipt, err, bot.KindOf(err), bot.ReasonOf(err), step.kind, step.reason)
			}
		})
	}
}
