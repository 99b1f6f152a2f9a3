package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"hookline/shared/bot"
)

// The chat types.
const (
	private    = "private"
	group      = "group"
	supergroup = "supergroup"
)

// superBase is what Telegram adds to a supergroup's number before it negates it.
const superBase = 1_000_000_000_000

// Talk is one user in one chat with one bot: a Telegram app, to its user.
type Talk struct {
	Bot string // username
	// Chat is negative for a group, below -10¹² for a supergroup; 0 or the user's id is the private chat.
	Chat int64
	// Thread is a topic of a supergroup, 0 for none.
	Thread int64
	User   User
}

// chat gives the chat that a talk is in, as it looks when it is made.
func (k Talk) chat() (Chat, error) {
	switch {
	case k.User.ID <= 0 || k.User.FirstName == "":
		return Chat{}, bot.Errorf(bot.Invalid, "a user has an id above 0 and a first name")
	case k.Chat == 0 || k.Chat == k.User.ID:
		u := k.User
		return Chat{ID: u.ID, Type: private, Username: u.Username, FirstName: u.FirstName, LastName: u.LastName}, nil
	case k.Chat > 0:
		return Chat{}, bot.Errorf(bot.Invalid, "a private chat has the id of its user")
	case k.Chat < -superBase:
		return Chat{ID: k.Chat, Type: supergroup, Title: fmt.Sprint("Supergroup ", -k.Chat-superBase), IsForum: true}, nil
	}
	return Chat{ID: k.Chat, Type: group, Title: fmt.Sprint("Group ", -k.Chat)}, nil
}

// in runs f in the talk's chat, which is made if there is none, with the bot's lock held.
func (t *Telegram) in(k Talk, f func(*account, *room) error) error {
	a, err := t.named(k.Bot)
	if err != nil {
		return err
	}
	chat, err := k.chat()
	if err != nil {
		return err
	}
	if k.Thread != 0 && (chat.Type != supergroup || k.Thread <= 1) {
		return bot.Errorf(bot.Invalid, "only supergroups have topics, numbered from 2 on")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.open(chat)
	if r.movedTo != 0 {
		return bot.Errorf(bot.Invalid, fmt.Sprintf("the group is the supergroup %d now", r.movedTo))
	}
	if k.Thread != 0 {
		r.threads[k.Thread] = true
	}
	return f(a, r)
}

// Open makes the talk's chat, so that the bot can write to it, and says nothing.
func (t *Telegram) Open(k Talk) error {
	return t.in(k, func(*account, *room) error { return nil })
}

// Say sends a text to the bot. Commands in it are marked as Telegram's apps do.
func (t *Telegram) Say(k Talk, text string) (messageID int64, err error) {
	if text == "" {
		return 0, bot.Errorf(bot.Invalid, "nothing was said")
	}
	err = t.in(k, func(a *account, r *room) error {
		messageID, err = a.hear(k, r, text)
		return err
	})
	return messageID, err
}

// hear queues a text message. a.mu is held.
func (a *account) hear(k Talk, r *room, text string) (int64, error) {
	m, err := a.spoken(k, r)
	if err != nil {
		return 0, err
	}
	m.Text, m.Entities = text, commands(text)
	return m.ID, a.push(laneKey{id: r.chat.ID}, "message", m)
}

// spoken makes a message of the user's. a.mu is held.
func (a *account) spoken(k Talk, r *room) (Message, error) {
	if r.blocked {
		return Message{}, bot.Errorf(bot.Invalid, "the bot is blocked in this chat: unblock it first")
	}
	m := r.message(k.User, a.net.Now())
	m.Thread, m.InTopic = k.Thread, k.Thread != 0
	return m, nil
}

// Post sends a message that is more than text: fields are those of a Telegram Message, put over what the message has
// anyway.
func (t *Telegram) Post(k Talk, fields map[string]json.RawMessage) (messageID int64, err error) {
	err = t.in(k, func(a *account, r *room) error {
		m, err := a.spoken(k, r)
		if err != nil {
			return err
		}
		messageID = m.ID
		whole, err := merged(m, fields)
		if err != nil {
			return err
		}
		return a.push(laneKey{id: r.chat.ID}, "message", whole)
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
func (t *Telegram) Messages(ctx context.Context, username string, chat, n int64, patience time.Duration) ([]Sent, error) {
	a, err := t.named(username)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		sent, changed, err := a.sentAfter(chat, n)
		if err != nil || len(sent) > 0 {
			return sent, err
		}
		select {
		case <-changed:
		case <-t.closing.Done():
			return sent, nil
		case <-ctx.Done():
			return sent, nil
		}
	}
}

func (a *account) sentAfter(chat, n int64) ([]Sent, <-chan struct{}, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.room(chat)
	if r == nil {
		return nil, nil, bot.Errorf(bot.NotFound, "no chat has this id")
	}
	return r.after(n), r.changed, nil
}
