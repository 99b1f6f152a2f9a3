package simulate

import (
	"fmt"
	"strconv"

	"hookline/shared/bot"
)

// Choice names a button below a message: by its place, counted from 1 over all rows, by its label, or by its
// callback_data. Data that no button has can be pressed too, as a changed app could.
type Choice struct {
	Message int64  `json:"message_id"`
	Place   int    `json:"place,omitempty"`
	Label   string `json:"label,omitempty"`
	Data    string `json:"data,omitempty"`
}

// callbackQuery is a CallbackQuery object.
type callbackQuery struct {
	ID           string   `json:"id"`
	From         User     `json:"from"`
	Message      *Message `json:"message,omitempty"`
	ChatInstance string   `json:"chat_instance"`
	Data         string   `json:"data"`
}

// Press presses a button. One of a reply keyboard says its label.
func (t *Telegram) Press(k Talk, c Choice) error {
	return t.in(k, func(a *account, r *room) error {
		m := r.messageOf(c.Message)
		if m == nil {
			return bot.Errorf(bot.NotFound, "the bot has sent no such message")
		}
		if m.Markup != nil && m.Markup.Keyboard != nil {
			label, err := c.amongKeys(m.Markup.Keyboard)
			if err != nil {
				return err
			}
			_, err = a.hear(k, r, label)
			return err
		}
		data, err := c.amongButtons(m)
		if err != nil {
			return err
		}
		shown := m.returned()
		return a.push(laneKey{ofUser: true, id: k.User.ID}, "callback_query", callbackQuery{
			ID:           a.presses.add(r.chat.ID, a.net.Now()),
			From:         k.User,
			Message:      &shown,
			ChatInstance: strconv.FormatInt(a.user.ID^r.chat.ID, 10),
			Data:         data,
		})
	})
}

// messageOf gives a message of the bot's, nil if it sent none such or it is forgotten.
func (r *room) messageOf(id int64) *Message {
	for _, s := range r.sent {
		if s.Message != nil && s.Message.ID == id {
			return s.Message
		}
	}
	return nil
}

func (c Choice) picks(place int, label string) bool {
	return c.Place == place || c.Place == 0 && c.Label == label
}

func (c Choice) amongKeys(rows [][]ReplyButton) (label string, err error) {
	place := 0
	for _, row := range rows {
		for _, b := range row {
			place++
			if c.picks(place, b.Text) {
				return b.Text, nil
			}
		}
	}
	return "", c.missing()
}

func (c Choice) amongButtons(m *Message) (data string, err error) {
	if c.Data != "" {
		return c.Data, nil
	}
	if m.Markup == nil {
		return "", c.missing()
	}
	place := 0
	for _, row := range m.Markup.Inline {
		for _, b := range row {
			place++
			if !c.picks(place, b.Text) {
				continue
			}
			if b.Data == nil {
				return "", bot.Errorf(bot.Invalid, "the button "+b.Text+" sends nothing to the bot")
			}
			return *b.Data, nil
		}
	}
	return "", c.missing()
}

func (c Choice) missing() error {
	return bot.Errorf(bot.NotFound, fmt.Sprintf("message %d has no such button", c.Message))
}
