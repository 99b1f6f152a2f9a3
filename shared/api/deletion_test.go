package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

// fill gives the bot pizza more turns than a step of a deletion removes.
func (w *world) fill() bot.Head {
	w.Helper()
	head := w.head()
	for i := range 70 {
		turns := make([]bot.Turn, 60)
		for j := range turns {
			turns[j] = bot.Turn{ID: fmt.Sprint(i, j), Time: start, Bot: head.ID, Event: bot.Event{ID: "1", Chat: &bot.Chat{ID: fmt.Sprint(i)}}}
		}
		if err := w.store.PutTurns(w.Context(), turns...); err != nil {
			w.Fatal(err)
		}
	}
	return head
}

// A bot of which much is kept is deleted in steps. It is there for nobody from the first one on, and its name is free.
func TestF50DeletionGoesOn(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	head := w.fill()
	first := w.ask("DELETE", "/v1/bots/pizza", "", http.StatusOK)
	if first["done"] != false || first["id"] != head.ID {
		t.Fatalf("DELETE = %v, want more to do of %s", first, head.ID)
	}
	for _, path := range []string{"", "/handlers", "/channels", "/versions", "/turns", "/dead"} {
		w.ask("GET", "/v1/bots/pizza"+path, "", http.StatusNotFound)
	}
	w.ask("PATCH", "/v1/bots/pizza", `{"description":"d"}`, http.StatusNotFound)
	open := w.ask("GET", "/v1/deletions", "", http.StatusOK)
	want := map[string]any{"deletions": []any{map[string]any{"id": head.ID, "bot": "pizza", "created_at": "2026-03-01T12:00:00Z"}}}
	if diff := cmp.Diff(want, open); diff != "" {
		t.Errorf("GET deletions (-want +got):\n%s", diff)
	}

	w.now = w.now.Add(time.Second)
	made := w.publish(pizza)
	if made["version"] != 1.0 || w.head().ID == head.ID {
		t.Errorf("a new bot of the name = %v, want another bot of version 1", made)
	}
	if got := w.ask("POST", "/v1/deletions/"+head.ID, "", http.StatusOK); got["done"] != true || got["bot"] != "pizza" {
		t.Errorf("POST of the deletion = %v, want it done", got)
	}
	if doc := w.shownBot(); len(handlerNames(doc)) != 2 || w.channel("telegram").Secret("token") != "1:secret-token" {
		t.Errorf("the new bot is %v after the old one was deleted", doc)
	}
	w.ask("POST", "/v1/deletions/"+head.ID, "", http.StatusNotFound)
	w.ask("POST", "/v1/deletions/"+w.head().ID, "", http.StatusNotFound)
	if open := w.ask("GET", "/v1/deletions", "", http.StatusOK); len(open["deletions"].([]any)) != 0 {
		t.Errorf("GET deletions = %v, want none", open)
	}
}

// Who was not answered asks the same again: the deletion goes on, and its condition is that of the first step.
func TestF50DeletionAskedAgain(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	w.fill()
	condition := "If-Match: " + w.tag()
	if status, _, answer := w.call("DELETE", "/v1/bots/pizza", `If-Match: "1"`, ""); status != 412 {
		t.Errorf("DELETE of another revision = %d %v, want 412", status, answer)
	}
	if status, _, answer := w.call("DELETE", "/v1/bots/pizza", condition, ""); status != 200 || answer["done"] != false {
		t.Fatalf("DELETE = %d %v, want more to do", status, answer)
	}
	if status, _, answer := w.call("DELETE", "/v1/bots/pizza", `If-Match: "1"`, ""); status != 412 {
		t.Errorf("DELETE again of another revision = %d %v, want 412", status, answer)
	}
	if status, _, answer := w.call("DELETE", "/v1/bots/pizza", condition, ""); status != 200 || answer["done"] != true {
		t.Errorf("DELETE again = %d %v, want it done", status, answer)
	}
	w.ask("DELETE", "/v1/bots/pizza", "", http.StatusNotFound)

	w.now = w.now.Add(time.Second)
	w.publish(pizza)
	if status, _, answer := w.call("DELETE", "/v1/bots/pizza", condition, ""); status != 412 {
		t.Errorf("DELETE of a new bot with the old one's revision = %d %v, want 412", status, answer)
	}
}

// A deletion that broke off between its steps loses no channel: the next step disconnects what is left.
func TestF50DeletionThatBrokeOff(t *testing.T) {
	w := newWorld(t)
	w.publish(withHook)
	w.ask("POST", "/v1/bots/pizza/channels/telegram/connect", "", http.StatusOK)
	head, channel := w.head(), w.channel("telegram").ID
	if _, err := w.store.BeginDeletion(t.Context(), "admin", "pizza", func(bot.Head) error { return nil }); err != nil {
		t.Fatal(err)
	}
	w.network.calls, w.network.fail["disconnect"] = nil, bot.Errorf(bot.Unavailable, "the network is down")
	got := w.ask("DELETE", "/v1/bots/pizza", "", http.StatusOK)
	want := map[string]any{
		"id": head.ID, "bot": "pizza", "done": true, "removed": []any{"telegram"}, "removed_hooks": []any{"courier"},
		"warnings": []any{map[string]any{"path": "channels.telegram", "message": "the network is down", "warning": true}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("DELETE (-want +got):\n%s", diff)
	}
	if calls := strings.Join(w.network.calls, ", "); calls != "disconnect telegram https://bots.example.com/telegram/ID" {
		t.Errorf("the network was called %s, want the channel disconnected", calls)
	}
	if _, err := w.store.Channel(t.Context(), channel); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Channel = %v, want not_found", err)
	}
}
