package pyrus

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1" // what Pyrus signs with
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"hookline/shared/simulate"
)

// attempts is how often Pyrus calls: what was not taken then is lost.
const attempts = 3

// The events that Pyrus tells of.
const (
	eventComment = "comment"
	eventClose   = "close"
)

// eventOf tells what a comment makes Pyrus call for.
func eventOf(c object) string {
	if c["action"] == "finished" {
		return eventClose
	}
	return eventComment
}

// allowed tells whether Pyrus calls an address. It lets http through to this machine.
func allowed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && local
}

// notify calls the bot for what is newest in a task. Without a webhook nobody is called. p.mu is held.
func (p *Pyrus) notify(a *account, t *task, event string) error {
	if a.profile.Webhook == "" || t.removed {
		return nil
	}
	if a.lent == "" {
		a.lent = p.token(a)
	}
	last := 0
	if a.profile.OnlyLastComment {
		last = 1
	}
	call := object{
		"event": event, "access_token": a.lent, "task_id": t.fields["id"], "user_id": a.person.ID, "task": t.view(last),
	}
	if a.profile.Settings != "" {
		call["bot_settings"] = a.profile.Settings
	}
	body, err := unescaped(call)
	if err != nil {
		return err
	}
	signature := sign(a.key, body)
	address := a.profile.Webhook
	return p.Deliver(fmt.Sprintf("%s %v", a.login, t.fields["id"]), func(try int) (simulate.Delivery, bool) {
		header := http.Header{
			"Content-Type": {"application/json; charset=utf-8"}, "User-Agent": {"Pyrus-Bot-4"},
			"X-Pyrus-Sig": {signature}, "X-Pyrus-Retry": {fmt.Sprintf("%d/%d", try, attempts)},
		}
		return simulate.Delivery{URL: address, Header: header, Body: body}, try <= attempts
	})
}

// unescaped encodes as Pyrus does: < and > as they are.
func unescaped(value any) ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(body.Bytes(), []byte("\n")), err
}

func sign(key string, body []byte) string {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write(body)
	return fmt.Sprintf("%X", mac.Sum(nil))
}
