package messenger_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// call is what a callback is posted.
type call struct {
	Entry []struct {
		ID        string
		Time      int64
		Messaging []struct{ Message struct{ Text string } }
	}
}

func read(t *testing.T, body string) (c call) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &c); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return c
}

// texts gives each entry's page and what was said there.
func (c call) texts() (said []string) {
	for _, e := range c.Entry {
		line := e.ID + ":"
		for _, m := range e.Messaging {
			line += " " + m.Message.Text
		}
		said = append(said, line)
	}
	return said
}

// TestM17RedeliveryHasAnotherTime: what is posted again is the same but for the time of its entries.
func TestM17RedeliveryHasAnotherTime(t *testing.T) {
	w := connected(t, "messages")
	w.refuse <- true
	w.user("say", `{"text":"hi"}`, "200")
	first, again := w.next(), w.next()
	times := []int64{read(t, first).Entry[0].Time, read(t, again).Entry[0].Time}
	if times[0] == times[1] {
		t.Errorf("the call comes again with the time %d", times[0])
	}
	if same := strings.ReplaceAll(first, fmt.Sprint(times[0]), fmt.Sprint(times[1])); same != again {
		t.Errorf("the call comes again otherwise (-first +again):\n%s", cmp.Diff(same, again))
	}
}

// TestUnsubscribedAfterAnHour: an app whose callback fails for so long is told nothing more.
func TestUnsubscribedAfterAnHour(t *testing.T) {
	w := connected(t, "messages")
	said := make(chan struct{})
	w.net.Wait = func(context.Context, time.Duration) {
		<-said
		w.pass(30 * time.Minute)
	}
	for range 3 {
		w.refuse <- true
	}
	w.user("say", `{"text":"lost"}`, "200")
	w.user("say", `{"text":"next"}`, "200")
	close(said)
	for range 3 {
		if got := read(t, w.next()).texts(); !cmp.Equal(got, []string{"100: lost"}) {
			t.Errorf("the call holds %q, want what was refused", got)
		}
	}
	w.next() // its turn comes when the first was given up
	w.call("GET", "/v25.0/me/subscribed_apps", "", `200 {"data":[]}`)
	w.user("say", `{"text":"never told"}`, "200")
	w.call("POST", "/v25.0/me/subscribed_apps?subscribed_fields=messages", "", "200")
	w.user("say", `{"text":"told"}`, "200")
	if got := read(t, w.next()).texts(); !cmp.Equal(got, []string{"100: told"}) {
		t.Errorf("the call holds %q, want what was said after subscribing anew", got)
	}
}

func TestM13Batches(t *testing.T) {
	w := connected(t, "messages")
	w.net.MaxInCall = 4
	w.as("EAA7P101Sx", "POST", "/v25.0/me/subscribed_apps?subscribed_fields=messages", "", "200")
	retrying, retry := make(chan bool), make(chan bool)
	w.net.Wait = func(ctx context.Context, _ time.Duration) {
		select {
		case retrying <- true:
			<-retry
		case <-ctx.Done():
		}
	}
	w.refuse <- true
	for i, page := range []string{"100", "100", "100", "101", "100", "100"} {
		k := simulate.Talk{Bot: page, Chat: simulate.ID(fmt.Sprint(200 + i))}
		if _, err := w.net.Say(k, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			<-retrying // the first is on its way alone
		}
	}
	var got [][]string
	got = append(got, read(t, w.next()).texts())
	retry <- true
	for range 3 {
		got = append(got, read(t, w.next()).texts())
	}
	want := [][]string{{"100: 0"}, {"100: 0"}, {"100: 1 2", "101: 3", "100: 4"}, {"100: 5"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the calls (-want +got):\n%s", diff)
	}
}

// TestStandbyInABatch: what an app only looks on at has entries of its own.
func TestStandbyInABatch(t *testing.T) {
	w := connected(t, "messages,standby")
	w.net.MaxInCall = 9
	for _, post := range []string{`{"standby":{"message":{"text":"1"}}}`, `{"message":{"text":"2"}}`, `{"standby":{"message":{"text":"3"}}}`} {
		w.user("post", `{"message":`+post+`}`, "200")
	}
	for seen := 0; seen < 3; {
		var c struct{ Entry []map[string]json.RawMessage }
		if err := json.Unmarshal([]byte(w.next()), &c); err != nil {
			t.Fatal(err)
		}
		for _, entry := range c.Entry {
			seen++
			standby := seen != 2
			if _, ok := entry["standby"]; ok != standby || len(entry) != 3 {
				t.Errorf("entry %d is %s, want one event, in standby: %v", seen, entry, standby)
			}
		}
	}
}

// TestSubscribedFields: an app is told what it is subscribed to, and what nobody can subscribe to.
func TestSubscribedFields(t *testing.T) {
	for _, test := range []struct {
		name, fields, post string
		want               bool
	}{
		{"message", "messages", `{"message":{"text":"a"}}`, true},
		{"message, not subscribed", "standby", `{"message":{"text":"a"}}`, false},
		{"reaction", "message_reactions", `{"reaction":{"action":"react"}}`, true},
		{"reaction, not subscribed", "messages", `{"reaction":{"action":"react"}}`, false},
		{"edit", "message_edits", `{"message_edit":{"mid":"m"}}`, true},
		{"postback", "messaging_postbacks", `{"postback":{"payload":"p"}}`, true},
		{"opt-in", "messaging_optins", `{"optin":{"ref":"r"}}`, true},
		{"referral", "messaging_referrals", `{"referral":{"ref":"r"}}`, true},
		{"read", "message_reads", `{"read":{"watermark":1}}`, true},
		{"read, not subscribed", "messages", `{"read":{"watermark":1}}`, false},
		{"account", "messaging_account_linking", `{"account_linking":{"status":"linked"}}`, true},
		{"handover", "messaging_handovers", `{"pass_thread_control":{}}`, true},
		{"policy", "messaging_policy_enforcement", `{"policy_enforcement":{}}`, true},
		{"what is not there yet", "messages", `{"telepathy":{}}`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := connected(t, test.fields+",messaging_game_plays")
			w.user("post", `{"message":`+test.post+`}`, "200")
			w.user("post", `{"message":{"game_play":{}}}`, "200") // comes in any case
			got := w.next()
			if strings.Contains(got, "game_play") == test.want {
				t.Errorf("subscribed to %s, %s posts %s", test.fields, test.post, got)
			}
		})
	}
}

func TestStandby(t *testing.T) {
	w := connected(t, "standby")
	w.user("post", `{"message":{"timestamp":5,"standby":{"message":{"mid":"m_1","text":"to another app"}}}}`, "200")
	want := `{"entry":[{"id":"100","standby":[{"message":{"mid":"m_1","text":"to another app"},"recipient":{"id":"100"},"sender":{"id":"200"},"timestamp":5}],"time":1792584000001}],"object":"page"}`
	if diff := cmp.Diff(want, w.next()); diff != "" {
		t.Errorf("the call (-want +got):\n%s", diff)
	}
}

// TestM20EchoAndDelivery: apps are told of the page's own messages, too.
func TestM20EchoAndDelivery(t *testing.T) {
	w := connected(t, "message_echoes,message_deliveries")
	w.call("POST", messages, said(`{"text":"hi","metadata":"x"}`), "200")
	id := string(w.shown()[0].Message)
	echo, mid := w.event(w.next())
	if want := `{"message":{"app_id":7,"is_echo":true,"metadata":"x","text":"hi"},"recipient":{"id":"200"},"sender":{"id":"100"},"timestamp":1792584000000}`; echo != want || mid != id {
		t.Errorf("the echo is %s with mid %s, want %s with %s", echo, mid, want, id)
	}
	delivery, _ := w.event(w.next())
	if want := `{"delivery":{"mids":["` + id + `"],"watermark":1792584000000},"recipient":{"id":"100"},"sender":{"id":"200"}}`; delivery != want {
		t.Errorf("the delivery is %s, want %s", delivery, want)
	}
	w.call("POST", messages, said(`{"attachment":{"type":"image","payload":{"url":"https:`+`//x.example"}}}`), "200")
	echo, _ = w.event(w.next())
	if !strings.Contains(echo, `"attachments":[{"payload":{"url":"https://x.example"},"type":"image"}]`) {
		t.Errorf("the echo is %s, want the attachment", echo)
	}
}

// TestDeliveriesAreBounded: people cannot speak to a page for which too much waits; what it says itself is not told then.
func TestDeliveriesAreBounded(t *testing.T) {
	w := connected(t, "messages,message_echoes")
	w.net.MaxWaiting = 0
	if _, err := w.net.Say(talk("200"), "hi"); bot.KindOf(err) != bot.Unavailable {
		t.Errorf("Say() = %v, want kind unavailable", err)
	}
	w.call("POST", messages, said(`{"text":"hi"}`), "200")
}

// TestEscapes: a call is ASCII, as Meta writes it.
func TestEscapes(t *testing.T) {
	w := connected(t, "messages")
	w.user("post", `{"message":{"timestamp":1,"message":{"mid":"m_1","text":"grüß \ud83d\ude00 a/b <&>"}}}`, `200 {"message_id":"m_1"}`)
	want := `{"entry":[{"id":"100","messaging":[{"message":{"mid":"m_1","text":"gr\u00fc\u00df \ud83d\ude00 a\/b <&>"},` +
		`"recipient":{"id":"100"},"sender":{"id":"200"},"timestamp":1}],"time":1792584000001}],"object":"page"}`
	if diff := cmp.Diff(want, w.next()); diff != "" {
		t.Errorf("the call (-want +got):\n%s", diff)
	}
}
