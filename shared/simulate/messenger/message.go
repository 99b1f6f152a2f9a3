package messenger

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// Limits of the Send API: https://developers.facebook.com/docs/messenger-platform/reference/send-api and the pages of the
// templates. The one of texts is told by many, and its unit by nobody.
const (
	maxText         = 2000 // code points
	maxTemplateText = 640
	maxTitle        = 20
	maxCardTitle    = 80
	maxCards        = 10
	maxButtons      = 3
	maxQuickReplies = 13
	maxPayload      = 1000
	maxMetadata     = 1000
)

type message struct {
	Text         string       `json:"text"`
	Attachment   *attachment  `json:"attachment"`
	QuickReplies []quickReply `json:"quick_replies"`
	Metadata     string       `json:"metadata"`
}

type quickReply struct {
	ContentType string `json:"content_type"`
	Title       string `json:"title"`
	Payload     string `json:"payload"`
	ImageURL    string `json:"image_url"`
}

type attachment struct {
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`

	file    *file // read from the payload; one of these
	buttons *buttonTemplate
	cards   []card
}

type file struct {
	URL          string `json:"url"`
	IsReusable   bool   `json:"is_reusable"`
	AttachmentID string `json:"attachment_id"`
}

type buttonTemplate struct {
	Type    string   `json:"template_type"`
	Text    string   `json:"text"`
	Buttons []button `json:"buttons"`
}

type genericTemplate struct {
	Type        string `json:"template_type"`
	AspectRatio string `json:"image_aspect_ratio"`
	Elements    []card `json:"elements"`
}

type card struct {
	Title    string   `json:"title"`
	Subtitle string   `json:"subtitle"`
	ImageURL string   `json:"image_url"`
	Action   *button  `json:"default_action"`
	Buttons  []button `json:"buttons"`
}

// button is one of a template or of the persistent menu.
type button struct {
	Type       string `json:"type"`
	Title      string `json:"title,omitempty"`
	URL        string `json:"url,omitempty"`
	Payload    string `json:"payload,omitempty"`
	Height     string `json:"webview_height_ratio,omitempty"`
	Extensions bool   `json:"messenger_extensions,omitempty"`
}

// fits tells whether a text is there and not too long.
func fits(text string, most int) bool {
	length := utf8.RuneCountInString(text)
	return strings.TrimSpace(text) != "" && length <= most
}

func isAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func (m *message) check() error {
	switch {
	case (m.Text == "") == (m.Attachment == nil):
		return invalid("Either text or attachment must be given, and not both")
	case m.Attachment == nil && !fits(m.Text, maxText):
		return invalid("Length of param message[text] must be less than or equal to %d, and not blank", maxText)
	case utf8.RuneCountInString(m.Metadata) > maxMetadata:
		return invalid("Length of param message[metadata] must be less than or equal to %d", maxMetadata)
	case m.QuickReplies != nil && (len(m.QuickReplies) == 0 || len(m.QuickReplies) > maxQuickReplies):
		return invalid("Param message[quick_replies] must have 1 to %d items", maxQuickReplies)
	}
	for i, q := range m.QuickReplies {
		if q.ContentType != "text" {
			return invalid("Param message[quick_replies][%d][content_type]: only text is played", i)
		}
		if strings.TrimSpace(q.Title) == "" || !fits(q.Payload, maxPayload) || q.ImageURL != "" && !isAddress(q.ImageURL) {
			return invalid("Param message[quick_replies][%d] must have a title and a payload of at most %d", i, maxPayload)
		}
	}
	if m.Attachment != nil {
		return m.Attachment.check()
	}
	return nil
}

var fileKinds = map[string]bot.EventKind{"image": bot.Photo, "audio": bot.Audio, "video": bot.Video, "file": bot.Document}

// check reads the payload, too.
func (a *attachment) check() error {
	if a.Type == "template" {
		return a.checkTemplate()
	}
	if fileKinds[a.Type] == "" {
		return invalid("Param message[attachment][type] must be one of image, audio, video, file, template")
	}
	a.file = &file{}
	if err := decode(a.Payload, a.file); err != nil {
		return err
	}
	if a.file.AttachmentID == "" && !isAddress(a.file.URL) || a.file.AttachmentID != "" && a.file.URL != "" {
		return invalid("Param message[attachment][payload] must have either a url that should be an address, or an attachment_id")
	}
	return nil
}

func (a *attachment) checkTemplate() error {
	var template struct {
		Type string `json:"template_type"`
	}
	if err := json.Unmarshal(a.Payload, &template); err != nil {
		return invalid("Param message[attachment][payload] must be an object")
	}
	switch template.Type {
	case "button":
		a.buttons = &buttonTemplate{}
		if err := decode(a.Payload, a.buttons); err != nil {
			return err
		}
		if !fits(a.buttons.Text, maxTemplateText) || len(a.buttons.Buttons) == 0 {
			return invalid("A button template must have a text of at most %d and 1 to %d buttons", maxTemplateText, maxButtons)
		}
		return checkButtons(a.buttons.Buttons)
	case "generic":
		var cards genericTemplate
		if err := decode(a.Payload, &cards); err != nil {
			return err
		}
		a.cards = cards.Elements
		return checkCards(a.cards)
	}
	return invalid("Param message[attachment][payload][template_type]: only button and generic are played")
}

func checkCards(cards []card) error {
	if len(cards) == 0 || len(cards) > maxCards {
		return invalid("A generic template must have 1 to %d elements", maxCards)
	}
	for i, c := range cards {
		bare := c.Subtitle == "" && c.ImageURL == "" && c.Action == nil && len(c.Buttons) == 0
		if !fits(c.Title, maxCardTitle) || utf8.RuneCountInString(c.Subtitle) > maxCardTitle || bare {
			return invalid("Element %d must have a title and something else, of at most %d characters", i, maxCardTitle)
		}
		if c.Action != nil && (c.Action.Type != "web_url" || c.Action.Title != "" || !isAddress(c.Action.URL)) {
			return invalid("The default_action of element %d must be a web_url without a title", i)
		}
		if err := checkButtons(c.Buttons); err != nil {
			return err
		}
	}
	return nil
}

func checkButtons(buttons []button) error {
	if len(buttons) > maxButtons {
		return invalid("A template must have at most %d buttons", maxButtons)
	}
	for i, b := range buttons {
		if wrong := b.wrong(maxTitle); wrong != "" {
			return invalid("Button %d: %s", i, wrong)
		}
	}
	return nil
}

// wrong says what is wrong with a button whose title has at most so many characters, "" if nothing is.
func (b button) wrong(most int) string {
	switch {
	case !fits(b.Title, most):
		return fmt.Sprintf("the title must have 1 to %d characters", most)
	case b.Type == "web_url" && (!isAddress(b.URL) || b.Payload != ""):
		return "a web_url must have a url that should be an address, and no payload"
	case b.Type == "postback" && (!fits(b.Payload, maxPayload) || b.URL != ""):
		return fmt.Sprintf("a postback must have a payload of 1 to %d characters, and no url", maxPayload)
	case b.Type != "web_url" && b.Type != "postback":
		return "only the types web_url and postback are played"
	}
	return ""
}

// action is what pressing a button does.
type action struct {
	title, payload string
	quick          bool // the button is a quick reply
	opens          bool // it opens an address
}

// shown is the message as its reader sees it, and what its buttons do.
func (m *message) shown() (simulate.Shown, []action) {
	shown := simulate.Shown{Text: m.Text}
	var buttons []button
	if a := m.Attachment; a != nil {
		shown.Media = a.media()
		shown.Text, buttons = a.text()
	}
	var actions []action
	for _, b := range buttons {
		shown.Buttons = append(shown.Buttons, simulate.Button{Text: b.Title, URL: b.URL})
		actions = append(actions, action{title: b.Title, payload: b.Payload, opens: b.URL != ""})
	}
	for _, q := range m.QuickReplies {
		title := []rune(q.Title)
		title = title[:min(len(title), maxTitle)] // Meta cuts them
		shown.Buttons = append(shown.Buttons, simulate.Button{Text: string(title)})
		actions = append(actions, action{title: string(title), payload: q.Payload, quick: true})
	}
	return shown, actions
}

func (a *attachment) media() *bot.Media {
	if a.file == nil {
		return nil
	}
	return &bot.Media{Kind: fileKinds[a.Type], Source: cmp.Or(a.file.URL, a.file.AttachmentID)}
}

// text is what stands in a template; cards side by side often have the same title.
func (a *attachment) text() (text string, buttons []button) {
	if a.buttons != nil {
		return a.buttons.Text, a.buttons.Buttons
	}
	var lines []string
	for _, c := range a.cards {
		lines = append(lines, strings.TrimSpace(c.Title+"\n"+c.Subtitle))
		buttons = append(buttons, c.Buttons...)
	}
	return strings.Join(slices.Compact(lines), "\n"), buttons
}
