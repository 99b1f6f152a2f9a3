package telegram

import (
	"fmt"

	"hookline/shared/bot"
)

// The markups of a message: https://core.telegram.org/bots/api#inlinekeyboardmarkup and the types after it.

type inlineKeyboard struct {
	Rows [][]inlineButton `json:"inline_keyboard"`
}

type inlineButton struct {
	Text         string `json:"text"`
	URL          string `json:"url,omitempty"`
	CallbackData string `json:"callback_data,omitempty"`
}

type replyKeyboard struct {
	Rows    [][]replyButton `json:"keyboard"`
	Resize  bool            `json:"resize_keyboard"`
	OneTime bool            `json:"one_time_keyboard,omitempty"`
}

type replyButton struct {
	Text string `json:"text"`
}

type keyboardRemoval struct {
	Remove bool `json:"remove_keyboard"`
}

// markupOf gives the reply_markup of a part, nil for none.
func markupOf(p bot.Part) (any, error) {
	option, _ := p.Options[optKeyboard].(string)
	switch {
	case len(p.Keyboard) == 0 && option == keyboardRemove:
		return keyboardRemoval{true}, nil
	case len(p.Keyboard) == 0:
		return nil, nil
	case option == keyboardReply && labelsOnly(p.Keyboard):
		return replyMarkup(p), nil
	}
	return inlineMarkup(p.Keyboard)
}

// labelsOnly tells whether a reply keyboard can carry the buttons: it sends labels and nothing else.
func labelsOnly(rows [][]bot.Button) bool {
	for _, row := range rows {
		for _, button := range row {
			if button.URL != "" || button.Payload != button.Text {
				return false
			}
		}
	}
	return true
}

func replyMarkup(p bot.Part) replyKeyboard {
	keyboard := replyKeyboard{Resize: true, OneTime: flag(p.Options, optOneTime)}
	for _, row := range p.Keyboard {
		buttons := make([]replyButton, len(row))
		for i, button := range row {
			buttons[i].Text = button.Text
		}
		keyboard.Rows = append(keyboard.Rows, buttons)
	}
	return keyboard
}

func inlineMarkup(rows [][]bot.Button) (any, error) {
	var keyboard inlineKeyboard
	for _, row := range rows {
		buttons := make([]inlineButton, len(row))
		for i, button := range row {
			if len(button.Payload) > payloadLimit {
				return nil, bot.Errorf(bot.Invalid, fmt.Sprintf(
					"payload of button %q has %d bytes: telegram takes %d", button.Text, len(button.Payload), payloadLimit))
			}
			buttons[i] = inlineButton{Text: button.Text, URL: button.URL}
			if button.URL == "" {
				buttons[i].CallbackData = button.Payload
			}
		}
		keyboard.Rows = append(keyboard.Rows, buttons)
	}
	return keyboard, nil
}

// buttonBytes is what a button takes beside its texts.
const buttonBytes = len(`{"text":"","callback_data":""},`)

// keyboardPages cuts labels and rows to what Telegram takes, and a keyboard into as many as need be.
func keyboardPages(rows [][]bot.Button) [][][]bot.Button {
	var pages [][][]bot.Button
	count, size := buttonLimit, 0
	for _, row := range rows {
		fresh := true
		for _, button := range row {
			button = shortened(button)
			weight := buttonBytes + len(button.Text) + len(button.Payload) + len(button.URL)
			if count == buttonLimit || size+weight > keyboardLimit {
				pages = append(pages, nil)
				count, size, fresh = 0, 0, true
			}
			page := &pages[len(pages)-1]
			if fresh || len((*page)[len(*page)-1]) == rowLimit {
				*page = append(*page, nil)
			}
			last := &(*page)[len(*page)-1]
			*last = append(*last, button)
			count, size, fresh = count+1, size+weight, false
		}
	}
	return pages
}

// shortened cuts a label. The payload stays what it was.
func shortened(b bot.Button) bot.Button {
	label := []rune(b.Text)
	if len(label) > labelLimit {
		b.Text = string(label[:labelLimit-1]) + "…"
	}
	return b
}
