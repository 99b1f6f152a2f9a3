package messenger

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hookline/shared/bot"
)

// fieldsOf says of what an app must be subscribed to be told of events with a key:
// https://developers.facebook.com/docs/messenger-platform/webhooks#event-notifications.
var fieldsOf = map[string]string{
	"message": "messages", "message_edit": "message_edits", "reaction": "message_reactions", "postback": "messaging_postbacks",
	"optin": "messaging_optins", "referral": "messaging_referrals", "read": "message_reads", "delivery": "message_deliveries",
	"account_linking": "messaging_account_linking", "pass_thread_control": handovers, "take_thread_control": handovers,
	"request_thread_control": handovers, "app_roles": handovers, "policy_enforcement": "messaging_policy_enforcement",
	"game_play": "messaging_game_plays", echo: "message_echoes", standby: standby,
}

const (
	handovers = "messaging_handovers"
	echo      = "echo" // no key of its own: a message that the page has sent
	standby   = "standby"
)

var success = answer{result: map[string]bool{"success": true}}

func checkFields(fields []string) error {
	if len(fields) == 0 {
		return invalid("The parameter subscribed_fields is required.")
	}
	known := slices.Collect(maps.Values(fieldsOf))
	for _, field := range fields {
		if !slices.Contains(known, field) {
			return invalid("Param subscribed_fields has %q, which is no field", field)
		}
	}
	return nil
}

func (c *call) subscribe() (answer, error) {
	fields := c.list("subscribed_fields")
	if err := checkFields(fields); err != nil {
		return answer{}, err
	}
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	c.page.unsubscribe(c.app)
	c.page.subscribed = append(c.page.subscribed, &subscription{c.app, fields})
	return success, nil
}

func (c *call) unsubscribe() (answer, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	c.page.unsubscribe(c.app)
	return success, nil
}

// unsubscribe takes an app away from a page. Messenger.mu is held.
func (p *page) unsubscribe(a *app) {
	p.subscribed = slices.DeleteFunc(p.subscribed, func(s *subscription) bool { return s.app == a })
}

func (c *call) listApps() (answer, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	apps := []any{}
	for _, s := range c.page.subscribed {
		apps = append(apps, map[string]any{"id": s.app.id, "name": "App " + s.app.id, "subscribed_fields": s.fields})
	}
	return answer{result: map[string]any{"data": apps}}, nil
}

func (c *call) getCallback() (answer, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	data := []any{}
	if c.app.callback != "" {
		fields := []map[string]string{}
		for _, name := range c.app.fields {
			fields = append(fields, map[string]string{"name": name, "version": c.request.PathValue("version")})
		}
		data = append(data, map[string]any{"object": "page", "callback_url": c.app.callback, "active": true, "fields": fields})
	}
	return answer{result: map[string]any{"data": data}}, nil
}

func (c *call) setCallback() (answer, error) {
	if c.parameter("object") != "page" {
		return answer{}, invalid("Param object must be page")
	}
	fields := c.list("fields")
	if err := checkFields(fields); err != nil {
		return answer{}, err
	}
	address := c.parameter("callback_url")
	if err := c.net.ask(address, c.parameter("verify_token")); err != nil {
		return answer{}, refuse(codeCallback, 0, "%s", bot.PublicMessage(err))
	}
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	c.app.callback, c.app.fields = address, fields
	return success, nil
}

func (c *call) deleteCallback() (answer, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	c.app.callback, c.app.fields = "", nil
	return success, nil
}

// Callback is what a person enters on the app's page at Meta.
type Callback struct {
	Address     string `json:"callback"`
	VerifyToken string `json:"verify_token"`
}

// SetCallback enters the callback of the app whose token the page has. The address is asked whether it is ours.
func (m *Messenger) SetCallback(pageID string, entered Callback) error {
	if err := m.ask(entered.Address, entered.VerifyToken); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p, err := m.named(pageID)
	if err != nil {
		return err
	}
	p.app.callback, p.app.fields = entered.Address, nil
	return nil
}

// EnterWebhook enters the callback of the app of a channel's page.
func (m *Messenger) EnterWebhook(ch bot.Channel, address string) error {
	tokens := append(ch.Secrets("verify_token"), ch.WebhookSecrets...)
	if len(tokens) == 0 {
		return bot.Errorf(bot.Invalid, "the channel has no verify token")
	}
	return m.SetCallback(ch.Identity.Account, Callback{Address: address, VerifyToken: tokens[0].Reveal()})
}

const (
	askTimeout   = 10 * time.Second
	maxChallenge = 1 << 10 // bytes of an answer
)

// ask asks an address whether it is ours: https://developers.facebook.com/docs/messenger-platform/webhooks#verification-requests.
// m.mu is not held: the address may call us meanwhile.
func (m *Messenger) ask(address, verifyToken string) error {
	if !allowed(address) || verifyToken == "" {
		return bot.Errorf(bot.Invalid, "a callback is an https address, or one on this machine, and has a verify token")
	}
	var random [4]byte
	rand.Read(random[:]) // which never fails
	challenge := fmt.Sprint(binary.BigEndian.Uint32(random[:]))
	query := url.Values{"hub.mode": {"subscribe"}, "hub.challenge": {challenge}, "hub.verify_token": {verifyToken}}
	mark := "?"
	if strings.Contains(address, "?") {
		mark = "&"
	}
	r, err := http.NewRequestWithContext(m.Closing(), http.MethodGet, address+mark+query.Encode(), nil)
	if err != nil {
		return bot.Errorf(bot.Invalid, "the callback is not an address")
	}
	client := *m.Client
	client.Timeout = cmp.Or(min(client.Timeout, askTimeout), askTimeout)
	answer, err := client.Do(r)
	if err != nil {
		return bot.Errorf(bot.Invalid, "Callback verification failed: the address cannot be reached")
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, maxChallenge))
	if err != nil || answer.StatusCode != http.StatusOK || string(said) != challenge {
		return bot.Errorf(bot.Invalid, fmt.Sprintf(
			"Callback verification failed with the following errors: HTTP Status Code = %d; the answer is not the challenge", answer.StatusCode))
	}
	return nil
}

// allowed takes https addresses, and others if they are on this machine.
func allowed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return false
	}
	local := u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && local
}
