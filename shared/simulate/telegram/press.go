package telegram

import (
	"slices"
	"strconv"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// callbackQuery is a CallbackQuery object.
type callbackQuery struct {
	ID           string   `json:"id"`
	From         User     `json:"from"`
	Message      *Message `json:"message,omitempty"`
	ChatInstance string   `json:"chat_instance"`
	Data         string   `json:"data"`
}

// Press presses a button. One of a reply keyboard says its label.
func (t *Telegram) Press(k simulate.Talk, c simulate.Choice) error {
	return t.in(k, func(s *spot) error {
		pressed, index, err := s.room.screen.Choose(c)
		if err != nil {
			return err
		}
		m := pressed.Native.(Act).Message
		if index >= 0 && m.Markup.Keyboard != nil {
			_, err = s.hear(pressed.Shown.Buttons[index].Text)
			return err
		}
		data := c.Data
		if index >= 0 {
			button := slices.Concat(m.Markup.Inline...)[index]
			if button.Data == nil {
				return bot.Errorf(bot.Invalid, "the button "+button.Text+" sends nothing to the bot")
			}
			data = *button.Data
		}
		shown := m.returned()
		return s.account.push(laneKey{ofUser: true, id: s.user.ID}, "callback_query", callbackQuery{
			ID:           s.account.presses.add(s.room.chat.ID, t.Now()),
			From:         s.user,
			Message:      &shown,
			ChatInstance: strconv.FormatInt(s.account.user.ID^s.room.chat.ID, 10),
			Data:         data,
		})
	})
}
