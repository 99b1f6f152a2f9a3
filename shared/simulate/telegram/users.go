package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// The chat types.
const (
	private    = "private"
	group      = "group"
	supergroup = "supergroup"
)

// superBase is what Telegram adds to a supergroup's number before it negates it.
const superBase = 1_000_000_000_000

func formatID(id int64) simulate.ID { return simulate.ID(strconv.FormatInt(id, 10)) }

// number reads an id, "" as 0.
func number(id simulate.ID) (int64, error) {
	n, err := strconv.ParseInt(cmp.Or(string(id), "0"), 10, 64)
	if err != nil {
		return 0, bot.Wrap(bot.Invalid, "an id is a whole number", err)
	}
	return n, nil
}

// spot is where a talk is: its user in a chat, with the bot's lock held.
type spot struct {
	account *account
	room    *room
	thread  int64
	user    User
}

// chatOf gives a user's chat, as it looks when it is made: a negative id is a group's, below -10¹² a supergroup's.
func chatOf(id int64, u User) (Chat, error) {
	switch {
	case u.ID <= 0 || u.FirstName == "":
		return Chat{}, bot.Errorf(bot.Invalid, "a user has an id above 0 and a first name")
	case id == 0 || id == u.ID:
		return Chat{ID: u.ID, Type: private, Username: u.Username, FirstName: u.FirstName, LastName: u.LastName}, nil
	case id > 0:
		return Chat{}, bot.Errorf(bot.Invalid, "a private chat has the id of its user")
	case id < -superBase:
		return Chat{ID: id, Type: supergroup, Title: fmt.Sprint("Supergroup ", -id-superBase), IsForum: true}, nil
	}
	return Chat{ID: id, Type: group, Title: fmt.Sprint("Group ", -id)}, nil
}

func userOf(u simulate.User) (User, error) {
	id, err := number(u.ID)
	return User{
		ID: id, FirstName: u.FirstName, LastName: u.LastName, Username: u.Username, LanguageCode: u.LanguageCode,
	}, err
}

// in runs f in the talk's chat, which is made if there is none, with the bot's lock held.
func (t *Telegram) in(k simulate.Talk, f func(*spot) error) error {
	a, err := t.named(k.Bot)
	if err != nil {
		return err
	}
	user, err := userOf(k.User)
	if err != nil {
		return err
	}
	id, err := number(k.Chat)
	if err != nil {
		return err
	}
	chat, err := chatOf(id, user)
	if err != nil {
		return err
	}
	thread, err := number(k.Thread)
	if err != nil || thread != 0 && (chat.Type != supergroup || thread <= 1) {
		return bot.Wrap(bot.Invalid, "only supergroups have topics, numbered from 2 on", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.open(chat)
	if r.movedTo != 0 {
		return bot.Errorf(bot.Invalid, fmt.Sprintf("the group is the supergroup %d now", r.movedTo))
	}
	if thread != 0 {
		r.threads[thread] = true
	}
	return f(&spot{a, r, thread, user})
}

// Open makes the talk's chat, so that the bot can write to it, and says nothing.
func (t *Telegram) Open(k simulate.Talk) error {
	return t.in(k, func(*spot) error { return nil })
}

// Say sends a text to the bot. Commands in it are marked as Telegram's apps do.
func (t *Telegram) Say(k simulate.Talk, text string) (messageID simulate.ID, err error) {
	if text == "" {
		return "", bot.Errorf(bot.Invalid, "nothing was said")
	}
	err = t.in(k, func(s *spot) error {
		messageID, err = s.hear(text)
		return err
	})
	return messageID, err
}

// hear queues a text message.
func (s *spot) hear(text string) (simulate.ID, error) {
	m, err := s.spoken()
	if err != nil {
		return "", err
	}
	m.Text, m.Entities = text, commands(text)
	return formatID(m.ID), s.account.push(laneKey{id: s.room.chat.ID}, "message", m)
}

// spoken makes a message of the user's.
func (s *spot) spoken() (Message, error) {
	if s.room.blocked {
		return Message{}, bot.Errorf(bot.Invalid, "the bot is blocked in this chat: unblock it first")
	}
	m := s.room.message(s.user, s.account.net.Now())
	m.Thread, m.InTopic = s.thread, s.thread != 0
	return m, nil
}

// Post sends a message that is more than text: fields are those of a Telegram Message, put over what the message has
// anyway.
func (t *Telegram) Post(k simulate.Talk, fields map[string]json.RawMessage) (messageID simulate.ID, err error) {
	err = t.in(k, func(s *spot) error {
		m, err := s.spoken()
		if err != nil {
			return err
		}
		messageID = formatID(m.ID)
		whole, err := merged(m, fields)
		if err != nil {
			return err
		}
		return s.account.push(laneKey{id: s.room.chat.ID}, "message", whole)
	})
	return messageID, err
}

func merged(m Message, fields map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	base, err := json.Marshal(m)
	if err != nil {
		return nil, bot.Wrap(bot.Internal, "message not encoded", err)
	}
	whole := map[string]json.RawMessage{}
	if err := json.Unmarshal(base, &whole); err != nil {
		return nil, bot.Wrap(bot.Internal, "message not decoded", err)
	}
	maps.Copy(whole, fields)
	return whole, nil
}

// Messages gives what the bot did in a chat after the n-th, oldest first, and waits up to patience for something.
func (t *Telegram) Messages(ctx context.Context, k simulate.Talk, n int64, patience time.Duration) ([]simulate.Sent, error) {
	a, err := t.named(k.Bot)
	if err != nil {
		return nil, err
	}
	id, err := number(cmp.Or(k.Chat, k.User.ID))
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	r := a.room(id)
	a.mu.Unlock()
	if r == nil {
		return nil, bot.Errorf(bot.NotFound, "no chat has this id")
	}
	return t.Watch(ctx, &r.screen, n, patience), nil
}

// routes are the addresses of the users' side, with one more thing that users can do.
func (t *Telegram) routes() http.Handler {
	mux := t.Routes(t)
	mux.Handle("POST /chat/{bot}/{chat}/upgrade", simulate.Act(func(k simulate.Talk, _ simulate.Doing) (any, error) {
		id, err := t.Upgrade(k)
		return map[string]simulate.ID{"chat": id}, err
	}))
	return mux
}
