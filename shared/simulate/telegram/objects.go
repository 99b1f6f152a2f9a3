package telegram

import (
	"encoding/json"

	"hookline/shared/simulate/telegram/markup"
)

// User is a Telegram User object. A user has an id and a first name; the rest may be empty.
type User struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name,omitempty"`
	Username     string `json:"username,omitempty"`
	LanguageCode string `json:"language_code,omitempty"`
}

// Chat is a Telegram Chat object.
type Chat struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	Title     string `json:"title,omitempty"`
	Username  string `json:"username,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	IsForum   bool   `json:"is_forum,omitempty"`
}

// Message is a Telegram Message object, of text.
type Message struct {
	ID       int64           `json:"message_id"`
	Thread   int64           `json:"message_thread_id,omitempty"`
	InTopic  bool            `json:"is_topic_message,omitempty"`
	From     *User           `json:"from,omitempty"`
	Chat     Chat            `json:"chat"`
	Date     int64           `json:"date"`
	ReplyTo  *Message        `json:"reply_to_message,omitempty"`
	Text     string          `json:"text,omitempty"`
	Entities []markup.Entity `json:"entities,omitempty"`
	Markup   *ReplyMarkup    `json:"reply_markup,omitempty"`
	Migrated int64           `json:"migrate_to_chat_id,omitempty"`
	Upgraded int64           `json:"migrate_from_chat_id,omitempty"`
}

// ReplyMarkup is what a message shows below its text: inline buttons, a reply keyboard, its removal, or a forced reply.
type ReplyMarkup struct {
	Inline      [][]InlineButton `json:"inline_keyboard,omitempty"`
	Keyboard    [][]ReplyButton  `json:"keyboard,omitempty"`
	Resize      bool             `json:"resize_keyboard,omitempty"`
	OneTime     bool             `json:"one_time_keyboard,omitempty"`
	Persistent  bool             `json:"is_persistent,omitempty"`
	Selective   bool             `json:"selective,omitempty"`
	Placeholder string           `json:"input_field_placeholder,omitempty"`
	Remove      bool             `json:"remove_keyboard,omitempty"`
	ForceReply  bool             `json:"force_reply,omitempty"`
}

// InlineButton is a button of a message. It has exactly one action.
type InlineButton struct {
	Text         string          `json:"text"`
	URL          string          `json:"url,omitempty"`
	Data         *string         `json:"callback_data,omitempty"`
	WebApp       json.RawMessage `json:"web_app,omitempty"`
	Login        json.RawMessage `json:"login_url,omitempty"`
	Switch       *string         `json:"switch_inline_query,omitempty"`
	SwitchHere   *string         `json:"switch_inline_query_current_chat,omitempty"`
	SwitchChosen json.RawMessage `json:"switch_inline_query_chosen_chat,omitempty"`
	Copy         *CopyText       `json:"copy_text,omitempty"`
	Game         json.RawMessage `json:"callback_game,omitempty"`
	Pay          bool            `json:"pay,omitempty"`
}

// CopyText is what a button puts on the clipboard.
type CopyText struct {
	Text string `json:"text"`
}

// ReplyButton is a key of a reply keyboard: it says its text, or shares something.
type ReplyButton struct {
	Text     string          `json:"text"`
	Contact  bool            `json:"request_contact,omitempty"`
	Location bool            `json:"request_location,omitempty"`
	Users    json.RawMessage `json:"request_users,omitempty"`
	Chat     json.RawMessage `json:"request_chat,omitempty"`
	Poll     json.RawMessage `json:"request_poll,omitempty"`
	WebApp   json.RawMessage `json:"web_app,omitempty"`
}

// UnmarshalJSON reads a button, or a text that is one.
func (b *ReplyButton) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &b.Text)
	}
	type fields ReplyButton
	return json.Unmarshal(data, (*fields)(b))
}

// Act is something the bot did in a chat, in Telegram's own terms: a message, the answer to a press, or an action such as
// "typing".
type Act struct {
	Message *Message        `json:"message,omitempty"`
	Answer  *CallbackAnswer `json:"callback_answer,omitempty"`
	Action  string          `json:"chat_action,omitempty"`
	// Silent and Protected are how the message was asked to be.
	Silent    bool `json:"silent,omitempty"`
	Protected bool `json:"protected,omitempty"`
}

// CallbackAnswer is what a user sees after a press.
type CallbackAnswer struct {
	ID        string `json:"callback_query_id"`
	Text      string `json:"text,omitempty"`
	ShowAlert bool   `json:"show_alert,omitempty"`
	URL       string `json:"url,omitempty"`
}
