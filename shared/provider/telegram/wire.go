package telegram

import "encoding/json"

// The shapes of updates, https://core.telegram.org/bots/api#available-types: only the fields that events have a place
// for. An id of 0 is none.

type user struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name"`
	Username     string `json:"username"`
	LanguageCode string `json:"language_code"`
}

type chat struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	Title     string `json:"title"`
	Username  string `json:"username"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
}

type message struct {
	MessageID       int64     `json:"message_id"`
	ThreadID        int64     `json:"message_thread_id"`
	IsTopicMessage  bool      `json:"is_topic_message"`
	Date            int64     `json:"date"`
	EditDate        int64     `json:"edit_date"`
	Chat            *chat     `json:"chat"`
	From            *user     `json:"from"`
	SenderChat      *chat     `json:"sender_chat"`
	ReplyTo         *message  `json:"reply_to_message"`
	ForwardOrigin   *struct{} `json:"forward_origin"`
	TopicCreated    *struct{} `json:"forum_topic_created"`
	Text            string    `json:"text"`
	Entities        []entity  `json:"entities"`
	Caption         string    `json:"caption"`
	CaptionEntities []entity  `json:"caption_entities"`
	Markup          *markup   `json:"reply_markup"`
	content
}

// content is what a message may carry beside text; several are set at once.
type content struct {
	Animation  *file    `json:"animation"`
	Audio      *file    `json:"audio"`
	Document   *file    `json:"document"`
	LivePhoto  *file    `json:"live_photo"`
	Photo      []file   `json:"photo"`
	Sticker    *file    `json:"sticker"`
	Video      *file    `json:"video"`
	VideoNote  *file    `json:"video_note"`
	Voice      *file    `json:"voice"`
	Contact    *contact `json:"contact"`
	Venue      *venue   `json:"venue"`
	Location   *place   `json:"location"`
	Poll       *poll    `json:"poll"`
	Paid       *payment `json:"successful_payment"`
	WebAppData *struct {
		Data       string `json:"data"`
		ButtonText string `json:"button_text"`
	} `json:"web_app_data"`
	NewMembers   []user `json:"new_chat_members"`
	LeftMember   *user  `json:"left_chat_member"`
	MigrateTo    int64  `json:"migrate_to_chat_id"`
	MigratedFrom int64  `json:"migrate_from_chat_id"`
}

type entity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
	URL    string `json:"url"`
	User   *user  `json:"user"`
}

type file struct {
	FileID   string `json:"file_id"`
	FileSize int64  `json:"file_size"`
	FileName string `json:"file_name"`
	MIMEType string `json:"mime_type"`
	Width    int64  `json:"width"`
	Height   int64  `json:"height"`
}

type contact struct {
	PhoneNumber string `json:"phone_number"`
	FirstName   string `json:"first_name"`
	LastName    string `json:"last_name"`
	UserID      int64  `json:"user_id"`
}

type place struct {
	Latitude  json.Number `json:"latitude"`
	Longitude json.Number `json:"longitude"`
}

type venue struct {
	Location place  `json:"location"`
	Title    string `json:"title"`
}

type poll struct {
	ID       string `json:"id"`
	Question string `json:"question"`
}

type payment struct {
	Payload string `json:"invoice_payload"`
}

type markup struct {
	InlineKeyboard [][]struct {
		Text string `json:"text"`
		Data string `json:"callback_data"`
	} `json:"inline_keyboard"`
}

type callbackQuery struct {
	ID      string   `json:"id"`
	From    *user    `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
}

type reactionUpdate struct {
	Chat      *chat      `json:"chat"`
	MessageID int64      `json:"message_id"`
	User      *user      `json:"user"`
	ActorChat *chat      `json:"actor_chat"`
	Date      int64      `json:"date"`
	Old       []reaction `json:"old_reaction"`
	New       []reaction `json:"new_reaction"`
}

type reaction struct {
	Type          string `json:"type"`
	Emoji         string `json:"emoji"`
	CustomEmojiID string `json:"custom_emoji_id"`
}

type memberUpdate struct {
	Chat *chat   `json:"chat"`
	From *user   `json:"from"`
	Date int64   `json:"date"`
	Old  *member `json:"old_chat_member"`
	New  *member `json:"new_chat_member"`
}

type member struct {
	Status   string `json:"status"`
	User     *user  `json:"user"`
	IsMember bool   `json:"is_member"`
}

// query is what the remaining kinds have between them: each fills some of the fields.
type query struct {
	Chat           *chat  `json:"chat"`
	From           *user  `json:"from"`
	User           *user  `json:"user"`
	VoterChat      *chat  `json:"voter_chat"`
	Date           int64  `json:"date"`
	MessageID      int64  `json:"message_id"`
	Query          string `json:"query"`
	ResultID       string `json:"result_id"`
	InvoicePayload string `json:"invoice_payload"`
	MediaPayload   string `json:"paid_media_payload"`
	Question       string `json:"question"`
	OptionIDs      []int  `json:"option_ids"`
}
