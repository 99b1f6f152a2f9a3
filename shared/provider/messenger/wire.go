package messenger

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// The shapes of https://developers.facebook.com/docs/messenger-platform/reference/webhook-events.

type entry struct {
	ID        text              `json:"id"`
	Messaging []json.RawMessage `json:"messaging"`
	Standby   []json.RawMessage `json:"standby"`
	Changes   []json.RawMessage `json:"changes"`
}

type messaging struct {
	Sender    party  `json:"sender"`
	Recipient party  `json:"recipient"`
	Timestamp number `json:"timestamp"`

	Message  *message  `json:"message"`
	Postback *postback `json:"postback"`
	Reaction *reaction `json:"reaction"`
	Edit     *edit     `json:"message_edit"`
	OptIn    *optIn    `json:"optin"`
	Referral *referral `json:"referral"`
	Account  *account  `json:"account_linking"`
	Read     *receipt  `json:"read"`
	Delivery *receipt  `json:"delivery"`
}

type party struct {
	ID text `json:"id"`
}

type message struct {
	MID         text         `json:"mid"`
	Text        string       `json:"text"`
	IsEcho      bool         `json:"is_echo"`
	StickerID   text         `json:"sticker_id"`
	QuickReply  *quickReply  `json:"quick_reply"`
	ReplyTo     *replyTo     `json:"reply_to"`
	Attachments []attachment `json:"attachments"`
	Referral    *referral    `json:"referral"`
}

type quickReply struct {
	Payload text `json:"payload"`
}

type replyTo struct {
	MID text `json:"mid"`
}

type attachment struct {
	Type    string         `json:"type"`
	Title   string         `json:"title"`
	URL     string         `json:"url"`
	Payload attachmentData `json:"payload"`
}

type attachmentData struct {
	URL         string     `json:"url"`
	Title       string     `json:"title"`
	StickerID   text       `json:"sticker_id"`
	Coordinates coordinate `json:"coordinates"`
}

type coordinate struct {
	Lat  json.Number `json:"lat"`
	Long json.Number `json:"long"`
}

type postback struct {
	MID      text      `json:"mid"`
	Title    string    `json:"title"`
	Payload  text      `json:"payload"`
	Referral *referral `json:"referral"`
}

type referral struct {
	Ref    text `json:"ref"`
	Source text `json:"source"`
	Type   text `json:"type"`
}

type reaction struct {
	Reaction string `json:"reaction"`
	Emoji    string `json:"emoji"`
	Action   string `json:"action"`
	MID      text   `json:"mid"`
}

type edit struct {
	MID     text   `json:"mid"`
	Text    string `json:"text"`
	NumEdit number `json:"num_edit"`
}

type optIn struct {
	Ref     text `json:"ref"`
	Payload text `json:"payload"`
}

type account struct {
	Status            text `json:"status"`
	AuthorizationCode text `json:"authorization_code"`
}

type receipt struct {
	Watermark number `json:"watermark"`
}

// text is a string that may be written as a number, exact to the last digit.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte{'"'}) {
		return json.Unmarshal(data, (*string)(t))
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return err
	}
	*t = text(n)
	return nil
}

// number is a whole number that may be written as a string; anything else is 0.
type number int64

func (n *number) UnmarshalJSON(data []byte) error {
	value, err := strconv.ParseInt(string(bytes.Trim(data, `"`)), 10, 64)
	if err != nil {
		return nil // a time that is none is no reason to lose the event
	}
	*n = number(value)
	return nil
}

const lastMillisecond = 253402300799000 // of the year 9999, beyond which JSON has no times

// time gives no time for what is none.
func (n number) time() time.Time {
	if n <= 0 || n > lastMillisecond {
		return time.Time{}
	}
	return time.UnixMilli(int64(n)).UTC()
}
