package kik

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"net/http"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

const (
	signatureHeader = "X-Kik-Signature"
	usernameHeader  = "X-Kik-Username"
)

// wanted are the features without which the bot is not told of such messages.
var wanted = map[string]string{"is-typing": typing, "delivery-receipt": deliveryReceipts, "read-receipt": readReceipts}

// push has a message delivered, with others of any chat that wait. Without a webhook it is lost. a.mu is held.
func (a *account) push(fields map[string]any) error {
	kind, _ := fields["type"].(string)
	if feature := wanted[kind]; feature != "" && !a.config.Features[feature] || !a.posts() {
		return nil
	}
	encoded, err := json.Marshal(fields)
	if err != nil {
		return bot.Wrap(bot.Invalid, "the message cannot be encoded", err)
	}
	if err := a.net.Deliver(a.username, a.attempts()); err != nil {
		return err
	}
	a.pending = append(a.pending, encoded)
	return nil
}

const (
	maxInCall = 25
	maxTries  = 50
)

// attempts post what waits when it is their turn, as much as goes in a call: nothing, if those before took it all.
func (a *account) attempts() simulate.Attempts {
	var body []byte
	return func(try int) (simulate.Delivery, bool) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if try == 1 {
			body = a.take()
		}
		if body == nil || try > maxTries || !a.posts() {
			return simulate.Delivery{}, false
		}
		mac := hmac.New(sha1.New, []byte(a.key))
		mac.Write(body)
		header := http.Header{
			"Content-Type": {"application/json"}, usernameHeader: {a.username}, signatureHeader: {fmt.Sprintf("%X", mac.Sum(nil))},
		}
		return simulate.Delivery{URL: a.config.Webhook, Header: header, Body: body}, true
	}
}

// take makes a call of the messages that have waited for longest, nil without any. a.mu is held.
func (a *account) take() []byte {
	if len(a.pending) == 0 {
		return nil
	}
	n := min(len(a.pending), maxInCall)
	body, err := json.Marshal(map[string][]json.RawMessage{"messages": a.pending[:n]})
	if err != nil {
		return nil // they were encoded before: it cannot be
	}
	a.pending = a.pending[n:]
	return body
}

// receipt tells the bot that a message of its has arrived. a.mu is held.
func (a *account) receipt(m message, id simulate.ID) {
	fields := m.room.common(a, m.To)
	delete(fields, "chatType")
	fields["type"], fields["messageIds"], fields["readReceiptRequested"] = "delivery-receipt", []simulate.ID{id}, false
	if err := a.push(fields); err != nil {
		a.net.Log.Debug("simulated kik: a receipt was dropped", "bot", a.username, "error", err)
	}
}

// common are the fields of every message that somebody sends in a chat.
func (r *room) common(a *account, from string) map[string]any {
	return map[string]any{
		"id": newID(), "chatId": r.id, "from": from, "participants": r.usernames(), "chatType": r.chatType(),
		"mention": nil, "metadata": nil, "timestamp": a.net.Now().UnixMilli(), "readReceiptRequested": true,
	}
}

// newID makes a random UUID.
func newID() string {
	var id [16]byte
	rand.Read(id[:]) // which never fails
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
