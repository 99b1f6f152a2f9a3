package kik

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

var chatShape = regexp.MustCompile(`^[0-9a-f]{64}$`)

// spot is where a talk is: its user in a chat, with the bot's lock held.
type spot struct {
	account *account
	room    *room
	user    string
}

// username makes the id of a user that is too short for a username longer.
func username(id simulate.ID) (string, error) {
	name := string(id)
	if len(name) == 1 {
		name = "user_" + name
	}
	if !usernameShape.MatchString(name) {
		return "", bot.Errorf(bot.Invalid, "a user has a username for an id: 2 to 32 letters, digits, dots and underscores")
	}
	return name, nil
}

// in runs f in the talk's chat, which is made if there is none, with the bot's lock held. Who acts in a chat is in it from
// then on.
func (k *Kik) in(t simulate.Talk, f func(*spot) error) error {
	a, err := k.named(t.Bot)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	chat := string(cmp.Or(t.Chat, t.User.ID))
	user := t.User
	// A chat is not a user, but its only one need not be named.
	if known := a.room(chat); known != nil && string(user.ID) == chat && len(known.people) == 1 {
		user = known.people[0]
	}
	name, err := username(user.ID)
	switch {
	case err != nil:
		return err
	case t.Thread != "":
		return bot.Errorf(bot.Invalid, "kik has no threads")
	case chat != string(t.User.ID) && !chatShape.MatchString(chat):
		return bot.Errorf(bot.Invalid, "a chat has an id of 64 hex digits; only a user's own may go by the user's id")
	}
	r := a.open(chat)
	if _, ok := r.person(name); !ok {
		user.ID = simulate.ID(name)
		r.people = append(r.people, user)
	}
	return f(&spot{a, r, name})
}

// send has a message delivered: fields are put over those that it has anyway. In a group bots are told of messages that
// mention them only, so that every message does.
func (s *spot) send(fields map[string]any) (simulate.ID, error) {
	if s.room.blocked[s.user] {
		return "", bot.Errorf(bot.Invalid, "the bot is blocked in this chat: unblock it first")
	}
	whole := s.room.common(s.account, s.user)
	if len(s.room.people) > 1 {
		whole["mention"] = s.account.username
	}
	maps.Copy(whole, fields)
	id, _ := whole["id"].(string)
	return simulate.ID(id), s.account.push(whole)
}

// Open makes the talk's chat, so that the bot can write to it, and says nothing.
func (k *Kik) Open(t simulate.Talk) error {
	return k.in(t, func(*spot) error { return nil })
}

// Say sends a text to the bot.
func (k *Kik) Say(t simulate.Talk, text string) (simulate.ID, error) {
	if text == "" {
		return "", bot.Errorf(bot.Invalid, "nothing was said")
	}
	return k.sends(t, map[string]any{"type": "text", "body": text})
}

func (k *Kik) sends(t simulate.Talk, fields map[string]any) (id simulate.ID, err error) {
	err = k.in(t, func(s *spot) error {
		id, err = s.send(fields)
		return err
	})
	return id, err
}

// Post sends a message of any type: fields are those of a Kik message, put over what the message has anyway.
func (k *Kik) Post(t simulate.Talk, fields map[string]json.RawMessage) (simulate.ID, error) {
	whole := map[string]any{"type": "text"}
	for name, value := range fields {
		whole[name] = value
	}
	var kind string
	if value, ok := fields["type"]; ok && json.Unmarshal(value, &kind) == nil {
		whole["type"] = kind
	}
	return k.sends(t, whole)
}

// Start opens the bot for the first time, which says so to it.
func (k *Kik) Start(t simulate.Talk) (simulate.ID, error) {
	return k.sends(t, map[string]any{"type": "start-chatting", "readReceiptRequested": false})
}

// Scan scans a code of the bot's.
func (k *Kik) Scan(t simulate.Talk, code string) (id simulate.ID, err error) {
	err = k.in(t, func(s *spot) error {
		data, ok := s.account.codes[code]
		if !ok {
			return bot.Errorf(bot.NotFound, "the bot has no such code")
		}
		id, err = s.send(map[string]any{"type": "scan-data", "data": data})
		return err
	})
	return id, err
}

// Press takes a suggested answer, which is a message like any other.
func (k *Kik) Press(t simulate.Talk, c simulate.Choice) error {
	return k.in(t, func(s *spot) error {
		pressed, index, err := s.room.screen.Choose(c)
		if err != nil {
			return err
		}
		if index < 0 {
			_, err = s.send(map[string]any{"type": "text", "body": c.Data, "metadata": c.Data})
			return err
		}
		_, err = s.send(pressed.Native.(Native).responses[index].fields())
		return err
	})
}

// fields is the message that taking an answer sends.
func (r response) fields() map[string]any {
	fields := map[string]any{"type": r.Type, "metadata": r.Metadata}
	switch r.Type {
	case "text":
		fields["body"] = r.Body
	case "picture":
		fields["picUrl"] = r.PicURL
	default:
		picked := slices.Clone(r.Preselected)
		for i := len(picked); i < max(1, r.Min); i++ {
			picked = append(picked, fmt.Sprint("friend_", i+1))
		}
		fields["picked"] = picked
	}
	return fields
}

// Block makes the user block the bot, which cannot write to the user any more.
func (k *Kik) Block(t simulate.Talk) error { return k.block(t, true) }

// Unblock undoes Block.
func (k *Kik) Unblock(t simulate.Talk) error { return k.block(t, false) }

func (k *Kik) block(t simulate.Talk, blocked bool) error {
	return k.in(t, func(s *spot) error {
		s.room.blocked[s.user] = blocked
		return nil
	})
}

// Messages gives what the bot did in a chat after the n-th, oldest first, and waits up to patience for something.
func (k *Kik) Messages(ctx context.Context, t simulate.Talk, n int64, patience time.Duration) ([]simulate.Sent, error) {
	a, err := k.named(t.Bot)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	r := a.room(string(cmp.Or(t.Chat, t.User.ID)))
	a.mu.Unlock()
	if r == nil {
		return nil, bot.Errorf(bot.NotFound, "no chat has this id")
	}
	return k.Watch(ctx, &r.screen, n, patience), nil
}

// userRoutes are the addresses of the users' side, with two more things that users can do.
func (k *Kik) userRoutes() http.Handler {
	mux := k.Routes(k)
	mux.Handle("POST /chat/{bot}/{chat}/start", simulate.Act(func(t simulate.Talk, _ simulate.Doing) (any, error) {
		id, err := k.Start(t)
		return map[string]simulate.ID{"message_id": id}, err
	}))
	mux.Handle("POST /chat/{bot}/{chat}/scan", simulate.Act(func(t simulate.Talk, d simulate.Doing) (any, error) {
		id, err := k.Scan(t, d.Text)
		return map[string]simulate.ID{"message_id": id}, err
	}))
	return mux
}
