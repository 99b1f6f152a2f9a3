package telegram

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"hookline/shared/bot"
)

// amend changes the message so that it may pass where it was refused, and tells whether it could. Each change can be
// made once only, so that there are at most as many tries as changes.
func (d *delivery) amend(err error) bool {
	r, _ := errors.AsType[*refusal](err)
	_, removal := d.Markup.(keyboardRemoval)
	switch {
	case r != nil && r.migrateTo != 0 && d.receipt.MovedTo == "":
		d.receipt.MovedTo = formatID(r.migrateTo)
		d.ChatID = r.migrateTo
		d.note("sent to the chat's new id " + d.receipt.MovedTo)
	case d.ParseMode != "" && refusedWith(err, "can't parse entities"):
		d.unmark()
		d.note("sent as plain text: " + bot.PublicMessage(err))
	case d.ThreadID != 0 && refusedWith(err, "message thread not found"):
		d.ThreadID = 0
		d.note("sent without thread: it is gone")
	case d.Reply != nil && refusedWith(err, "message to be replied not found"):
		d.Reply = nil
		d.note("sent without quote: the message is gone")
	case d.linkable() && refusedWith(err, fileRefusals...):
		d.link()
		d.note("sent as a link: " + bot.PublicMessage(err))
	case removal && refusedWith(err, "inline keyboard expected"): // broadcast channels have no reply keyboards
		d.Markup = nil
	default:
		return false
	}
	return true
}

// unmark takes the markup off what is said.
func (d *delivery) unmark() {
	d.part.Text, d.part.Format = parseMarkup(d.part.Text, d.part.Format).plain(), bot.FormatPlain
	if d.Caption != "" {
		d.Caption = d.part.Text
	} else {
		d.Text = d.part.Text
	}
	d.ParseMode = ""
}

// fileRefusals are what Telegram says of a file that it cannot fetch or take. They are not documented but observed.
var fileRefusals = []string{
	"failed to get http url content", "wrong file identifier", "wrong type of the web page content", "file is too big",
	"webpage_curl_failed", "webpage_media_empty", "external_url_invalid", "photo_invalid_dimensions", "image_process_failed",
}

// linkable tells whether the message is a file that a link can stand for: not one that Telegram knows by an id.
func (d *delivery) linkable() bool {
	return d.part.Media != nil && strings.Contains(d.part.Media.Source, "://")
}

// link makes a text of a file: its caption and its address, whose preview may show it after all.
func (d *delivery) link() {
	d.Text, d.Caption = withLink(d.part), ""
	d.method, d.ParseMode = "sendMessage", parseModes[d.part.Format]
	d.Photo, d.Audio, d.Video, d.Document = "", "", "", ""
	d.part.Text, d.part.Media = d.Text, nil
}

func (d *delivery) note(text string) { d.receipt.Notes = append(d.receipt.Notes, text) }

// refusedWith tells whether an error is Telegram's, of code 400, and has one of the parts in its text.
func refusedWith(err error, parts ...string) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.code == http.StatusBadRequest && slices.ContainsFunc(parts, func(part string) bool {
		return strings.Contains(r.description, part)
	})
}
