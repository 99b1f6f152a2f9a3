package telegram

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"hookline/shared/simulate/telegram/markup"
)

// Limits of a markup. Those of rows and buttons are observed, the servers do not document them.
const (
	maxMarkupBytes   = 10 << 10
	maxInlineButtons = 100
	maxInlineRow     = 8
	maxReplyButtons  = 300
	maxReplyRow      = 12
	maxDataBytes     = 64
	maxCopyRunes     = 256
	maxPlaceholder   = 64
)

// replyMarkup reads and checks a call's reply_markup, nil if there is none.
func replyMarkup(raw string) (*ReplyMarkup, error) {
	if raw == "" {
		return nil, nil
	}
	if len(raw) > maxMarkupBytes {
		return nil, badRequest("reply markup is too long")
	}
	var m ReplyMarkup
	if err := json.Unmarshal([]byte(raw), &m); err != nil {
		return nil, badRequest("can't parse reply keyboard markup JSON object")
	}
	if n := chosen(m.Inline != nil, m.Keyboard != nil, m.Remove, m.ForceReply); n > 1 {
		return nil, badRequest("a message has one reply markup")
	}
	if utf8.RuneCountInString(m.Placeholder) > maxPlaceholder {
		return nil, badRequest("input field placeholder is too long")
	}
	switch {
	case m.Inline != nil:
		return m.inline()
	case m.Keyboard != nil:
		return &m, checkReplyKeyboard(m.Keyboard)
	case m.Remove || m.ForceReply:
		return &m, nil
	}
	// The servers take an object that names no markup for none.
	return nil, nil
}

// chosen counts those that hold.
func chosen(conditions ...bool) int {
	n := 0
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}

// inline checks inline buttons. A keyboard without any is none.
func (m *ReplyMarkup) inline() (*ReplyMarkup, error) {
	total := 0
	for _, row := range m.Inline {
		total += len(row)
		if len(row) > maxInlineRow {
			return nil, badRequest("too many buttons in a row: at most %d", maxInlineRow)
		}
		for _, b := range row {
			if err := b.check(); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case total > maxInlineButtons:
		return nil, badRequest("too many buttons: at most %d", maxInlineButtons)
	case total == 0:
		return nil, nil
	}
	return m, nil
}

func (b InlineButton) check() error {
	if strings.TrimSpace(b.Text) == "" {
		return badRequest("can't parse inline keyboard button: Text can't be empty")
	}
	actions := chosen(b.URL != "", b.Data != nil, b.WebApp != nil, b.Login != nil, b.Switch != nil, b.SwitchHere != nil,
		b.SwitchChosen != nil, b.Copy != nil, b.Game != nil, b.Pay)
	switch {
	case actions == 0:
		return badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	case actions > 1:
		return badRequest("BUTTON_TYPE_INVALID")
	case b.Data != nil && (*b.Data == "" || len(*b.Data) > maxDataBytes):
		return badRequest("BUTTON_DATA_INVALID")
	case b.URL != "" && !markup.ValidLink(b.URL):
		return badRequest("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", b.URL)
	case b.Copy != nil && (b.Copy.Text == "" || utf8.RuneCountInString(b.Copy.Text) > maxCopyRunes):
		return badRequest("BUTTON_COPY_TEXT_INVALID")
	}
	return nil
}

func checkReplyKeyboard(rows [][]ReplyButton) error {
	total := 0
	for _, row := range rows {
		total += len(row)
		if len(row) > maxReplyRow {
			return badRequest("too many buttons in a row: at most %d", maxReplyRow)
		}
		for _, b := range row {
			if strings.TrimSpace(b.Text) == "" {
				return badRequest("can't parse keyboard button: Text can't be empty")
			}
			requests := chosen(b.Contact, b.Location, b.Users != nil, b.Chat != nil, b.Poll != nil, b.WebApp != nil)
			if requests > 1 {
				return badRequest("can't parse keyboard button: a button has one request")
			}
		}
	}
	if total == 0 {
		return badRequest("reply keyboard is empty")
	}
	if total > maxReplyButtons {
		return badRequest("too many buttons: at most %d", maxReplyButtons)
	}
	return nil
}
