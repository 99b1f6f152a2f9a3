package pyrus

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// tokenField of a call lets its bearer comment as the bot for a while. It is dropped at once: we log in ourselves.
const tokenField = "access_token"

// Parse reads one call and gives one event: what the newest comment says or, where there is none, the task. Fields of a shape
// that we do not know are skipped, and said in the error beside the event.
func (p *Pyrus) Parse(ch bot.Channel, body []byte) ([]bot.Event, error) {
	if !utf8.Valid(body) {
		return nil, bot.Errorf(bot.Invalid, "body is not UTF-8")
	}
	raw, err := withoutToken(body)
	if err != nil {
		return nil, bot.Wrap(bot.Invalid, "body is not a JSON object", err)
	}
	var c call
	if err = json.Unmarshal(raw, &c); err != nil {
		err = bot.Wrap(bot.Invalid, "call is not as documented", err)
	}
	bare := c.Task == nil
	if bare {
		c.Task = &task{}
	}
	if c.TaskID <= 0 {
		c.TaskID = c.Task.ID
	}
	if c.TaskID <= 0 {
		return nil, bot.Errorf(bot.Invalid, "body is not a call: no whole number in task_id")
	}
	if c.UserID == 0 {
		c.UserID, _ = strconv.ParseInt(ch.Identity.Account, 10, 64)
	}
	e := c.event()
	if bare {
		e.Kind, e.Text = bot.Other, ""
	}
	e.Provider, e.Channel, e.Raw = name, ch.ID, raw
	return []bot.Event{e}, err
}

// withoutToken gives the call without its access token, every value as it was written.
func withoutToken(body []byte) (json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, err
	}
	for field := range fields {
		if strings.EqualFold(field, tokenField) {
			delete(fields, field)
		}
	}
	var raw bytes.Buffer
	encoder := json.NewEncoder(&raw)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(fields)
	return bytes.TrimSpace(raw.Bytes()), err
}

func (c *call) event() bot.Event {
	newest := c.Task.newest()
	e := bot.Event{
		Kind: bot.Other, Type: c.Event, From: personOf(c.Task.Author), Task: c.publicTask(),
		Chat: &bot.Chat{ID: formatID(c.TaskID), Type: bot.Group, Title: c.Task.Subject},
		Time: firstTime(c.Task.LastModified, c.Task.CreateDate),
	}
	note := c.Task.LastNoteID
	if newest == nil {
		c.begin(&e)
	} else {
		note = idOr(newest.ID, note)
		c.comment(&e, newest)
	}
	e.ID = strings.Join([]string{formatID(c.UserID), formatID(c.TaskID), formatID(note), c.Event}, ":")
	return e
}

// The names of events that there are samples of; the list is open.
const (
	eventComment = "comment"
	eventClose   = "close"
)

// begin reads a call without comments: the task was handed to the bot.
func (c *call) begin(e *bot.Event) {
	e.Text, e.Attachments = c.Task.Text, attachmentsOf(c.Task.Attachments)
	blank := strings.TrimSpace(e.Text) == ""
	switch known := c.Event == "" || c.Event == eventComment; {
	case c.Event == eventClose:
		e.Kind, e.Task.Change = bot.Tasked, changeClosed
	case c.own(c.Task.Author):
		e.Kind = bot.Echo
	case !blank:
		e.Kind = bot.Start
	case known || strings.HasPrefix(c.Event, "task_"):
		e.Kind, e.Text = bot.Start, "/start"
	}
}

// comment reads what the newest comment says.
func (c *call) comment(e *bot.Event, n *comment) {
	e.From, e.MessageID, e.Time = personOf(n.Author), formatID(n.ID), firstTime(n.CreateDate)
	e.Text, e.Attachments, e.ReplyTo = n.Text, attachmentsOf(n.Attachments), c.Task.quoted(n.ReplyNoteID)
	if strings.TrimSpace(e.Text) == "" && n.FormattedText != "" {
		e.Text = provider.Plain(n.FormattedText, bot.FormatHTML)
	}
	if len(n.FieldUpdates) > 0 {
		e.Form = &bot.Form{ID: formatID(c.Task.FormID), Values: texts(n.FieldUpdates)}
	}
	e.Task.Change = n.change()
	switch {
	case c.own(n.Author):
		e.Kind = bot.Echo
	case c.Event == eventClose:
		e.Kind, e.Task.Change = bot.Tasked, changeClosed
	case n.EditID > 0:
		e.Kind, e.Edited, e.MessageID = bot.Edit, true, formatID(n.EditID)
	case n.DeleteID > 0:
		e.Kind = bot.Other
	case strings.TrimSpace(n.ApprovalChoice) != "":
		e.Kind, e.Payload, e.Via = bot.Press, n.ApprovalChoice, "approval"
	case strings.TrimSpace(e.Text) != "":
		e.Kind = bot.Text
	case len(e.Attachments) > 0:
		e.Kind = bot.Document
	case e.Form != nil:
		e.Kind = bot.Filled
	case e.Task.Change != "":
		e.Kind = bot.Tasked
	}
}

func (c *call) own(p *person) bool { return p != nil && p.ID != 0 && p.ID == c.UserID }

// newest gives the newest comment, nil if there is none.
func (t *task) newest() *comment {
	var last *comment
	for i := range t.Comments {
		if n := &t.Comments[i]; last == nil || n.ID >= last.ID {
			last = n
		}
	}
	return last
}

// quoted gives the comment that another one answers, as far as the call holds it.
func (t *task) quoted(id int64) *bot.Quoted {
	if id <= 0 {
		return nil
	}
	quoted := &bot.Quoted{MessageID: formatID(id)}
	for _, n := range t.Comments {
		if n.ID == id {
			quoted.Text, quoted.From = n.Text, personOf(n.Author)
		}
	}
	return quoted
}
