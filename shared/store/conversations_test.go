package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

func TestScene(t *testing.T) {
	s, _ := open(t, newClock())
	p := publish(t, s, definition("one"))
	id := p.Head.Channels["telegram"]
	event := bot.Event{Channel: id, Chat: &bot.Chat{ID: "-100"}, From: &bot.Person{ID: "7"}}
	job := bot.Job{Channel: id, Bot: p.Head.ID, Event: &event}
	key := event.Conversation()
	scene, err := s.Scene(t.Context(), job)
	if err != nil || scene.Head.Name != "pizza" || scene.Channel.Secret("token") != token || scene.Conversation.Version != 0 {
		t.Fatalf("Scene of a new conversation = %+v, %v", scene, err)
	}
	want := bot.Conversation{State: "choosing", Seen: bot.Seen{}.Add("1", newClock().Now())}
	if _, err := s.PutConversation(t.Context(), key, want); err != nil {
		t.Fatal(err)
	}
	scene, err = s.Scene(t.Context(), job)
	got := scene.Conversation
	if got.Version == 0 {
		t.Error("version of a stored conversation = 0")
	}
	got.Version = 0
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("conversation of the scene (-want +got), %v:\n%s", err, diff)
	}
	job.Bot = "nobody"
	if _, err := s.Scene(t.Context(), job); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Scene of a bot that is gone = %v, want not_found", err)
	}
}

func TestPutConversationOnlyAsItWasRead(t *testing.T) {
	s, _ := open(t, newClock())
	key := bot.ConversationKey{Channel: "c", Chat: "1", User: "2"}
	version, err := s.PutConversation(t.Context(), key, bot.Conversation{State: "a"})
	if err != nil {
		t.Fatal(err)
	}
	for _, stale := range []int64{0, version - 1, version + 1} {
		_, err := s.PutConversation(t.Context(), key, bot.Conversation{State: "b", Version: stale})
		if bot.KindOf(err) != bot.Conflict {
			t.Errorf("PutConversation with version %+d = %v, want conflict", stale-version, err)
		}
	}
	if _, err := s.PutConversation(t.Context(), key, bot.Conversation{State: "b", Version: version}); err != nil {
		t.Errorf("PutConversation with the version read = %v", err)
	}
}

func TestConversationExpiry(t *testing.T) {
	for _, test := range []struct {
		name  string
		c     bot.Conversation
		after time.Duration
		kept  bool
	}{
		{"nothing but seen events, within 48 h", bot.Conversation{}, bot.SeenFor, true},
		{"nothing but seen events, later", bot.Conversation{}, bot.SeenFor + 2*time.Hour, false},
		{"a state", bot.Conversation{State: "choosing"}, 300 * 24 * time.Hour, true},
		{"unsent replies", bot.Conversation{Outbox: &bot.Outbox{Replies: []bot.Reply{{Parts: []bot.Part{{Text: "x"}}}}}}, bot.SeenFor * 3, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newClock()
			s, _ := open(t, c)
			key := bot.ConversationKey{Channel: "c", Chat: "1", User: "2"}
			if _, err := s.PutConversation(t.Context(), key, test.c); err != nil {
				t.Fatal(err)
			}
			c.Advance(test.after)
			got, err := s.Conversation(t.Context(), key)
			if err != nil || (got.Version != 0) != test.kept {
				t.Errorf("Conversation after %v = version %d, %v, want kept %v", test.after, got.Version, err, test.kept)
			}
		})
	}
}

func TestBuryPutsOneLetterAndClearsTheOutbox(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	key := bot.ConversationKey{Channel: "c", Chat: "1", User: "2"}
	conv := bot.Conversation{State: "a", Outbox: &bot.Outbox{Job: "J"}, Failing: &bot.Failing{Job: "J"}}
	version, err := s.PutConversation(t.Context(), key, conv)
	if err != nil {
		t.Fatal(err)
	}
	event := bot.Event{ID: "9", Channel: "c", Chat: &bot.Chat{ID: "1"}}
	job := bot.Job{ID: "J", Kind: bot.EventJob, AcceptedAt: c.Now(), Channel: "c", Bot: "b", Event: &event}
	letter := bot.DeadLetter{
		ID: job.LetterID(), Bot: "b", Channel: "c", Job: job, Kind: bot.Forbidden, Message: "no",
		Unsent: []bot.Reply{{Address: bot.Address{Chat: "1"}, Parts: []bot.Part{{Text: "x"}}}},
	}
	if err := s.Bury(t.Context(), letter, key, conv); err != nil {
		t.Fatalf("Bury without a version = %v", err)
	}
	conv.Version = version
	if err := s.Bury(t.Context(), letter, key, conv); err != nil {
		t.Fatal(err)
	}
	if err := s.Bury(t.Context(), letter, key, conv); bot.KindOf(err) != bot.Conflict {
		t.Errorf("Bury with a version of before = %v, want conflict", err)
	}
	after, err := s.Conversation(t.Context(), key)
	if err != nil || after.Outbox != nil || after.Failing != nil || after.State != "a" {
		t.Errorf("conversation after Bury = %+v, %v, want its state and nothing to send", after, err)
	}
	letters, err := s.DeadLetters(t.Context(), "b", "", 0)
	if err != nil || len(letters) != 1 {
		t.Fatalf("DeadLetters after burying one job twice = %d, %v, want 1", len(letters), err)
	}
}

func TestRedrive(t *testing.T) {
	c := newClock()
	s, _ := open(t, c)
	event := bot.Event{ID: "9", Channel: "c", Chat: &bot.Chat{ID: "1"}}
	job := bot.Job{ID: "J", Kind: bot.EventJob, AcceptedAt: c.Now(), Channel: "c", Bot: "b", Event: &event}
	unsent := []bot.Reply{{Address: bot.Address{Chat: "1"}, Parts: []bot.Part{{Text: "x"}}}}
	for _, test := range []struct {
		name   string
		unsent []bot.Reply
		kind   bot.JobKind
	}{
		{"uncommitted: handled anew", nil, bot.EventJob},
		{"committed: only sent", unsent, bot.ReplyJob},
	} {
		t.Run(test.name, func(t *testing.T) {
			letter := bot.DeadLetter{ID: string(test.kind), Bot: "b", Channel: "c", Job: job, Unsent: test.unsent, Failing: &bot.Failing{Tries: 3}}
			if _, err := s.PutDeadLetter(t.Context(), letter); err != nil {
				t.Fatal(err)
			}
			first, err := s.Redrive(t.Context(), "b", letter.ID)
			if err != nil || first.Kind != test.kind || first.Group() != job.Group() {
				t.Errorf("Redrive = %s in group %q, %v, want %s in %q", first.Kind, first.Group(), err, test.kind, job.Group())
			}
			second, err := s.Redrive(t.Context(), "b", letter.ID)
			if err != nil || second.DedupeKey() == first.DedupeKey() || first.DedupeKey() == job.DedupeKey() {
				t.Errorf("dedupe keys of a job and two redrives = %q %q %q, %v, want three", job.DedupeKey(), first.DedupeKey(), second.DedupeKey(), err)
			}
			kept, err := s.DeadLetter(t.Context(), "b", letter.ID)
			if err != nil || kept.Redriven != 2 || kept.Failing != nil {
				t.Errorf("letter after two redrives = %+v, %v, want it still, with a new count of tries", kept, err)
			}
		})
	}
	if _, err := s.Redrive(t.Context(), "b", "none"); bot.KindOf(err) != bot.NotFound {
		t.Errorf("Redrive of no letter = %v, want not_found", err)
	}
}
