package simulate

import "hookline/shared/bot"

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
func (t *Telegram) Block(k Talk) error { return t.setBlocked(k, true) }

// Unblock undoes Block.
func (t *Telegram) Unblock(k Talk) error { return t.setBlocked(k, false) }

func (t *Telegram) setBlocked(k Talk, blocked bool) error {
	return t.in(k, func(a *account, r *room) error {
		if r.blocked == blocked {
			return nil
		}
		r.blocked = blocked
		in, out := member{User: a.user, Status: "member"}, member{User: a.user, Status: "kicked", Until: new(int64)}
		change := memberUpdated{Chat: r.chat, From: k.User, Date: a.net.Now().Unix(), Old: out, New: in}
		if blocked {
			change.Old, change.New = in, out
		}
		return a.push(laneKey{id: r.chat.ID}, "my_chat_member", change)
	})
}

// Upgrade makes a group a supergroup and gives its new id. Both chats hear of it.
func (t *Telegram) Upgrade(k Talk) (id int64, err error) {
	err = t.in(k, func(a *account, r *room) error {
		if r.chat.Type != group {
			return bot.Errorf(bot.Invalid, "only a group can become a supergroup")
		}
		id = r.chat.ID - superBase
		now := a.net.Now()
		leaving := r.message(k.User, now)
		leaving.Migrated = id
		r.movedTo = id
		grown := a.open(Chat{ID: id, Type: supergroup, Title: r.chat.Title})
		arriving := grown.message(k.User, now)
		arriving.Upgraded = r.chat.ID
		if err := a.push(laneKey{id: r.chat.ID}, "message", leaving); err != nil {
			return err
		}
		return a.push(laneKey{id: id}, "message", arriving)
	})
	return id, err
}
