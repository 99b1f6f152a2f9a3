package api_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/store"
)

const known = `
bot: pizza
channels:
  telegram: {token: {value: "1:secret-token", from: TELEGRAM_TOKEN}}
  second: {provider: telegram, token: {value: "2:secret-token", from: TOKEN_2}}
handlers: [{name: choose, pattern: pizza, response: {text: Good}}]
hooks:
  - {name: courier, response: {text: Hi}, recipients: [{channel: telegram, chat: listed, user: "%[1]s"}]}
`

// live leaves everywhere what a user leaves: two conversations, one of them in a group, turns, dead letters,
// subscriptions, deliveries and messages.
func (w *world) live(channel, user, chat string) {
	w.Helper()
	id, hook := w.head().Channels[channel], w.head().Hooks["courier"]
	fatal := func(err error) {
		if err != nil {
			w.Fatal(err)
		}
	}
	ctx := w.Context()
	call, err := w.store.PutCall(ctx, bot.Call{Hook: hook, Bot: w.head().ID}, []byte("{}"), "")
	fatal(err)
	for i, place := range []string{chat, "-5"} {
		w.stand(channel, place, user, "state of "+user)
		turn := w.turn(fmt.Sprintf("turn-%s-%s-%s", channel, user, place), place, "I am "+user, "", i)
		turn.Channel, turn.Event.Channel, turn.Event.From = id, id, &bot.Person{ID: user, FirstName: "Name of " + user}
		turn.Time = turn.Time.Add(-time.Duration(i) * 6 * 24 * time.Hour)
		w.keep(turn)
		_, err := w.store.PutDeadLetter(ctx, bot.DeadLetter{
			ID: "letter-" + turn.ID, Bot: w.head().ID, Channel: id, Job: bot.NewEventJob(bot.Channel{ID: id, Bot: w.head().ID}, turn.Event, start),
		})
		fatal(err)
	}
	address := bot.Address{Chat: chat}
	fatal(w.store.Subscribe(ctx, hook, store.Recipient{Channel: id, Address: address, Vars: map[string]string{"name": "Name of " + user}}))
	_, err = w.store.PutDelivery(ctx, call.ID, bot.Delivery{Channel: id, Address: address, Outcome: bot.DeliverySent}, store.Absent)
	fatal(err)
	_, err = w.store.PutDelivery(ctx, call.ID, bot.Delivery{Channel: id, Address: bot.Address{Chat: "-5"}, Outcome: bot.DeliverySent}, store.Absent)
	fatal(err)
	_, err = w.store.PutDeadLetter(ctx, bot.DeadLetter{
		ID: "delivery-" + channel + user, Bot: w.head().ID, Channel: id, Job: bot.NewDeliveryJob(call, id, address, start),
	})
	fatal(err)
	words := &bot.Response{Message: bot.Message{Text: "Dear " + user}}
	_, err = w.store.PutSending(ctx, w.head().ID, bot.Sending{Channel: id, Address: address, Response: words}, "")
	fatal(err)
	fatal(w.store.PutPayloads(ctx, bot.NewConversationKey(id, chat, user), []string{"payload of " + user}))
	fatal(w.store.SetBlocked(ctx, id, chat, "blocked by "+user))
}

// export gives all pages of what is kept of a user, as the number of entries and the text of all.
func (w *world) export(channel, user, limit string) (map[string]int, string) {
	w.Helper()
	counts, all := map[string]int{}, ""
	path := "/v1/bots/pizza/channels/" + channel + "/users/" + url.PathEscape(user) + "/export?limit=" + limit
	for cursor := ""; ; {
		page := w.ask("GET", path+"&cursor="+url.QueryEscape(cursor), "", 200)
		for name, value := range page {
			if list, ok := value.([]any); ok {
				counts[name] += len(list)
			}
		}
		text, err := json.Marshal(page)
		if err != nil {
			w.Fatal(err)
		}
		all += string(text)
		next, more := page["next"].(string)
		if !more {
			return counts, all
		}
		cursor = next
	}
}

var (
	everything = map[string]int{"conversations": 2, "turns": 2, "dead_letters": 3, "recipients": 1, "deliveries": 2}
	nothing    = map[string]int{"conversations": 0, "turns": 0, "dead_letters": 0, "recipients": 0, "deliveries": 0}
)

func TestUserIsExportedAndErased(t *testing.T) {
	for _, test := range []struct{ name, user, chat, limit string }{
		{"at once", "7", "7", "1000"},
		{"read by read", "7", "7", "1"},
		{"a few reads at a time", "7", "7", "7"},
		{"ids that are escaped in keys", "a:b#c%d", "x/y:z", "1000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(fmt.Sprintf(known, "nobody"))
			w.live("telegram", test.user, test.chat)
			w.live("telegram", "8", "8")
			w.live("second", test.user, test.chat)
			got, text := w.export("telegram", test.user, test.limit)
			if diff := cmp.Diff(everything, got); diff != "" {
				t.Errorf("export (-want +got)\n%s", diff)
			}
			if strings.Contains(text, "of 8") || strings.Contains(text, "Dear 8") || strings.Contains(text, w.head().Channels["second"]) {
				t.Errorf("export has something of somebody else: %.2000s", text)
			}
			erased := w.erase("telegram", test.user, test.limit)
			if diff := cmp.Diff(everything, erased); diff != "" {
				t.Errorf("erased (-want +got)\n%s", diff)
			}
			if again := w.erase("telegram", test.user, test.limit); !cmp.Equal(again, nothing) {
				t.Errorf("erased again = %v, want nothing", again)
			}
			id := w.head().Channels["telegram"]
			if blocked, err := w.store.Blocked(t.Context(), id, test.chat); blocked || err != nil {
				t.Errorf("blocked = %v, %v, want it forgotten", blocked, err)
			}
			for _, other := range []struct{ channel, user string }{{"telegram", "8"}, {"second", test.user}} {
				if got, _ := w.export(other.channel, other.user, "1000"); !cmp.Equal(got, everything) {
					t.Errorf("export of %s on %s afterwards = %v, want all of it", other.user, other.channel, got)
				}
			}
		})
	}
}

// erase erases a user page by page and gives how many of what were erased.
func (w *world) erase(channel, user, limit string) map[string]int {
	w.Helper()
	counts := map[string]int{}
	path := "/v1/bots/pizza/channels/" + channel + "/users/" + url.PathEscape(user) + "?limit=" + limit
	for cursor := ""; ; {
		page := w.ask("DELETE", path+"&cursor="+url.QueryEscape(cursor), "", 200)
		for name, value := range page {
			if n, ok := value.(float64); ok {
				counts[name] += int(n)
			}
		}
		next, more := page["next"].(string)
		if !more {
			return counts
		}
		cursor = next
	}
}

// An erasure that broke off and is begun anew finds what it left.
func TestExportedTurnsAreFoundByTheirIDs(t *testing.T) {
	w := newWorld(t)
	w.publish(fmt.Sprintf(known, "nobody"))
	w.live("telegram", "7", "7")
	turns := w.ask("GET", "/v1/bots/pizza/channels/telegram/users/7/export", "", 200)["turns"].([]any)
	for _, turn := range turns {
		exported := turn.(map[string]any)
		found := w.ask("GET", "/v1/bots/pizza/turns/"+exported["id"].(string), "", 200)
		if diff := cmp.Diff(exported["event"], found["event"]); diff != "" {
			t.Errorf("turn %s (-exported +found):\n%s", exported["id"], diff)
		}
	}
	if len(turns) == 0 {
		t.Error("no turn is exported")
	}
}

func TestErasureIsBegunAnew(t *testing.T) {
	w := newWorld(t)
	w.publish(fmt.Sprintf(known, "nobody"))
	w.live("telegram", "7", "7")
	w.ask("DELETE", "/v1/bots/pizza/channels/telegram/users/7?limit=3", "", 200)
	w.erase("telegram", "7", "1000")
	if got, text := w.export("telegram", "7", "1000"); !cmp.Equal(got, nothing) {
		t.Errorf("export afterwards = %v: %.2000s", got, text)
	}
}

func TestErasedRecipientStaysListed(t *testing.T) {
	w := newWorld(t)
	w.publish(fmt.Sprintf(known, "7"))
	hook, id := w.head().Hooks["courier"], w.head().Channels["telegram"]
	r := store.Recipient{Channel: id, Address: bot.Address{Chat: "listed", User: "7"}, Vars: map[string]string{"name": "Ada"}}
	if err := w.store.Subscribe(t.Context(), hook, r); err != nil {
		t.Fatal(err)
	}
	w.erase("telegram", "7", "1000")
	got, err := w.store.Recipients(t.Context(), hook, "", 10)
	want := []store.Recipient{{Channel: id, Address: bot.Address{Chat: "listed", User: "7"}, Listed: true, CreatedAt: start}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("recipients, %v (-want +got)\n%s", err, diff)
	}
}

func TestUserRefused(t *testing.T) {
	w := newWorld(t)
	w.publish(fmt.Sprintf(known, "nobody"))
	w.ask("GET", "/v1/bots/sushi/channels/telegram/users/7/export", "", 404)
	w.ask("DELETE", "/v1/bots/pizza/channels/third/users/7", "", 404)
	w.ask("GET", "/v1/bots/pizza/channels/telegram/users/7/export?cursor=turns/2020-01-01/3+x", "", 400)
}
