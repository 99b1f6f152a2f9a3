package telegram

import (
	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// memberUpdated is a ChatMemberUpdated object about the bot.
type memberUpdated struct {
	Chat Chat   `json:"chat"`
	From User   `json:"from"`
	Date int64  `json:"date"`
	Old  member `json:"old_chat_member"`
	New  member `json:"new_chat_member"`
}

type member struct {
	User   User   `json:"user"`
	Status string `json:"status"`
	Until  *int64 `json:"until_date,omitempty"`
}

// Block makes the user block the bot, or, in a group, remove it.
func (t *Telegram) Block(k simulate.Talk) error { return t.setBlocked(k, true) }

// Unblock undoes Block.
func (t *Telegram) Unblock(k simulate.Talk) error { return t.setBlocked(k, false) }

func (t *Telegram) setBlocked(k simulate.Talk, blocked bool) error {
	return t.in(k, func(s *spot) error {
		r, self := s.room, s.account.user
		if r.blocked == blocked {
			return nil
		}
		r.blocked = blocked
		in, out := member{User: self, Status: "member"}, member{User: self, Status: "kicked", Until: new(int64)}
		change := memberUpdated{Chat: r.chat, From: s.user, Date: t.Now().Unix(), Old: out, New: in}
		if blocked {
			change.Old, change.New = in, out
		}
		return s.account.push(laneKey{id: r.chat.ID}, "my_chat_member", change)
	})
}

// Upgrade makes a group a supergroup and gives its new id. Both chats hear of it.
func (t *Telegram) Upgrade(k simulate.Talk) (id simulate.ID, err error) {
	err = t.in(k, func(s *spot) error {
		r := s.room
		if r.chat.Type != group {
			return bot.Errorf(bot.Invalid, "only a group can become a supergroup")
		}
		grown := s.account.open(Chat{ID: r.chat.ID - superBase, Type: supergroup, Title: r.chat.Title})
		id = formatID(grown.chat.ID)
		r.movedTo = grown.chat.ID
		leaving, arriving := r.message(s.user, t.Now()), grown.message(s.user, t.Now())
		leaving.Migrated, arriving.Upgraded = grown.chat.ID, r.chat.ID
		if err := s.account.push(laneKey{id: r.chat.ID}, "message", leaving); err != nil {
			return err
		}
		return s.account.push(laneKey{id: grown.chat.ID}, "message", arriving)
	})
	return id, err
}
