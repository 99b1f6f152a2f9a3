package bot_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/bot"
)

// happened makes an event; what has no id is missing.
func happened(channel, chat, user, id string) bot.Event {
	e := bot.Event{ID: id, Channel: channel}
	if chat != "" {
		e.Chat = &bot.Chat{ID: chat}
	}
	if user != "" {
		e.From = &bot.Person{ID: user}
	}
	return e
}

func TestConversationKey(t *testing.T) {
	for _, test := range []struct {
		name  string
		event bot.Event
		want  bot.ConversationKey
	}{
		{"chat and user", happened("c", "-100", "7", "e"), bot.ConversationKey{Channel: "c", Chat: "-100", User: "7"}},
		{"chat missing", happened("c", "", "7", "e"), bot.ConversationKey{Channel: "c", Chat: "user:7", User: "7"}},
		{"user missing", happened("c", "-100", "", "e"), bot.ConversationKey{Channel: "c", Chat: "-100", User: "-"}},
		{"both missing", happened("c", "", "", "e"), bot.ConversationKey{Channel: "c", Chat: "event:e", User: "-"}},
		{
			"ids empty", bot.Event{ID: "e", Channel: "c", Chat: &bot.Chat{Title: "t"}, From: &bot.Person{Name: "n"}},
			bot.ConversationKey{Channel: "c", Chat: "event:e", User: "-"},
		},
		{"escaped", happened("c", "a#b", "%23", "e"), bot.ConversationKey{Channel: "c", Chat: "a%23b", User: "%2523"}},
		{
			"user escaped in place of the chat", happened("c", "", "a#%", "e"),
			bot.ConversationKey{Channel: "c", Chat: "user:a%23%25", User: "a%23%25"},
		},
		{
			"event escaped in place of the chat", happened("c", "", "", "a#%"),
			bot.ConversationKey{Channel: "c", Chat: "event:a%23%25", User: "-"},
		},
		{"chat named like a user's", happened("c", "user:7", "7", "e"), bot.ConversationKey{Channel: "c", Chat: "user%3A7", User: "7"}},
		{"user named like none", happened("c", "-", "-", "e"), bot.ConversationKey{Channel: "c", Chat: "%2D", User: "%2D"}},
		{
			"everything else as it stands", happened("c", "Ä b/+@.~-", "-7-", "e"),
			bot.ConversationKey{Channel: "c", Chat: "Ä b/+@.~-", User: "-7-"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.event.Conversation(); got != test.want {
				t.Errorf("Conversation() = %+v, want %+v", got, test.want)
			}
		})
	}
}

// drawID makes ids that look like escapes, separators and what stands in for a missing id.
func drawID() *rapid.Generator[string] {
	pieces := rapid.SampledFrom([]string{"#", "%", ":", "-", "user:", "event:", "job:", "23", "25", "2D", "3A", "a"})
	return rapid.OneOf(
		rapid.Just(""),
		rapid.SampledFrom([]string{"a", "-", "user:a", "event:a", "user:-", "%2D", "%3A", "#", "%23"}),
		rapid.Map(rapid.SliceOfN(pieces, 1, 4), func(parts []string) string { return strings.Join(parts, "") }),
	)
}

func TestConversationKeysDiffer(t *testing.T) {
	type ids struct{ channel, chat, user, event string }
	channel := rapid.SampledFrom([]string{"c", "d", "c#a"})
	rapid.Check(t, func(t *rapid.T) {
		id, owners, chats := drawID(), map[bot.ConversationKey]ids{}, map[string]ids{}
		for range rapid.IntRange(2, 30).Draw(t, "events") {
			of := ids{channel.Draw(t, "channel"), id.Draw(t, "chat"), id.Draw(t, "user"), ""}
			e := happened(of.channel, of.chat, of.user, "e"+id.Draw(t, "event"))
			if of.chat == "" && of.user == "" {
				of.event = e.ID
			}
			key := e.Conversation()
			if other, ok := owners[key]; ok && other != of {
				t.Fatalf("%+v and %+v have one key: %+v", other, of, key)
			}
			owners[key] = of
			if strings.Contains(key.Chat+key.User, "#") || key.Chat == "" || key.User == "" {
				t.Fatalf("Conversation() of %+v = %+v, want parts without '#', none empty", of, key)
			}
			if of.chat != "" {
				of.user = "" // all users of a chat are in one group
			}
			group := bot.Job{Channel: e.Channel, Event: &e}.Group()
			if other, ok := chats[group]; ok && other != of {
				t.Fatalf("%+v and %+v are in one group: %s", other, of, group)
			}
			chats[group] = of
		}
	})
}

func TestEscapeKey(t *testing.T) {
	for _, test := range []struct{ name, id, want string }{
		{"nothing", "", ""},
		{"plain", "user:-100", "user:-100"},
		{"separator", "a#b#", "a%23b%23"},
		{"escape", "100%", "100%25"},
		{"escaped already", "%23", "%2523"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := bot.EscapeKey(test.id); got != test.want {
				t.Errorf("EscapeKey(%q) = %q, want %q", test.id, got, test.want)
			}
		})
	}
}

func TestConversationJSON(t *testing.T) {
	for _, test := range []struct {
		name         string
		conversation bot.Conversation
		want         string
	}{
		{"new", bot.Conversation{Version: 3}, `{}`},
		{
			"whole",
			bot.Conversation{
				State: "one",
				Context: map[string]bot.StateContext{"_start": {
					Pattern: map[string]*string{"pizza": new("Diavola"), "size": nil}, LeftAt: noon,
					Response: &bot.StateResponse{Data: json.RawMessage(`{"id":12345678901234567890}`)},
				}},
				Seen: bot.Seen{}.Add("a", time.Unix(0x01020304*60, 0)),
				Outbox: &bot.Outbox{
					Job: "J1", Decision: bot.Decision{Version: 2, State: bot.StateChange{After: "one"}},
					Replies: []bot.Reply{{Address: bot.Address{Chat: "5"}, Parts: []bot.Part{{Text: "a"}}, Sent: 1}},
				},
				Failing:   &bot.Failing{Job: "J1", Tries: 2, Since: noon},
				UpdatedAt: noon,
			},
			`{"state":"one","context":{"_start":{"pattern":{"pizza":"Diavola","size":null},` +
				`"response":{"data":{"id":12345678901234567890}},"left_at":"2026-03-04T12:00:00Z"}},"seen":"ypeBEsobvcoBAgME",` +
				`"outbox":{"job":"J1","decision":{"version":2,"state":{"before":"","after":"one"}},` +
				`"replies":[{"chat":"5","parts":[{"text":"a"}],"sent":1}]},` +
				`"failing":{"job":"J1","tries":2,"since":"2026-03-04T12:00:00Z"},"updated_at":"2026-03-04T12:00:00Z"}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := encode(t, test.conversation); got != test.want {
				t.Errorf("Marshal() = %s\nwant %s", got, test.want)
			}
			var got bot.Conversation
			if err := json.Unmarshal([]byte(test.want), &got); err != nil {
				t.Fatalf("Unmarshal(%s) = %v", test.want, err)
			}
			test.conversation.Version = 0 // the store's, not the body's
			if diff := cmp.Diff(test.conversation, got); diff != "" {
				t.Errorf("Unmarshal(): (-want +got)\n%s", diff)
			}
		})
	}
}

func TestOutboxLeft(t *testing.T) {
	three := []bot.Part{{Text: "a"}, {Text: "b"}, {Text: "c"}}
	for _, test := range []struct {
		name   string
		outbox *bot.Outbox
		want   int
	}{
		{"none", nil, 0},
		{"empty", &bot.Outbox{}, 0},
		{"nothing sent", &bot.Outbox{Replies: []bot.Reply{{Parts: three}, {Parts: three[:1]}}}, 4},
		{"some sent", &bot.Outbox{Replies: []bot.Reply{{Parts: three, Sent: 3}, {Parts: three, Sent: 1}}}, 2},
		{"all sent", &bot.Outbox{Replies: []bot.Reply{{Parts: three, Sent: 3}}}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.outbox.Left(); got != test.want {
				t.Errorf("Left() = %d, want %d", got, test.want)
			}
		})
	}
}
