package telegram

import (
	"context"
	"encoding/json"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// hook is a registered webhook.
type hook struct {
	url, secret string
	slots       chan struct{} // as many as posts may run at once
	gone        context.Context
	remove      context.CancelFunc
}

// hookError is how the last post that failed did.
type hookError struct {
	at   time.Time
	text string
}

var (
	secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]*$`)
	hookPorts   = []string{"", "443", "80", "88", "8443"}
)

func setWebhook(ctx context.Context, a *account, p params) (answer, error) {
	address := p["url"]
	if address == "" {
		return deleteWebhook(ctx, a, p)
	}
	if err := checkHook(address, p["secret_token"]); err != nil {
		return answer{}, err
	}
	allowed, err := allowedUpdates(p)
	if err != nil {
		return answer{}, err
	}
	connections := p.clamped("max_connections", 1, 100, 40)
	a.mu.Lock()
	defer a.mu.Unlock()
	same := a.hook != nil && a.hook.url == address && a.hook.secret == p["secret_token"] && cap(a.hook.slots) == connections
	a.allow(p, allowed)
	a.dropIf(p)
	if same {
		return answer{result: true, description: "Webhook is already set"}, nil
	}
	a.unhook()
	a.endPoll("Conflict: terminated by setWebhook request")
	gone, remove := context.WithCancel(a.net.Closing())
	a.hook = &hook{address, p["secret_token"], make(chan struct{}, connections), gone, remove}
	a.hookError = hookError{}
	a.deliverAll()
	return answer{result: true, description: "Webhook was set"}, nil
}

// checkHook is as strict as the servers, but lets http and any port through to this machine.
func checkHook(address, secret string) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return badRequest("bad webhook: invalid webhook URL specified")
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !local):
		return badRequest("bad webhook: HTTPS URL must be provided for webhook")
	case !local && !slices.Contains(hookPorts, u.Port()):
		return badRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	case !local && ip != nil && (ip.IsPrivate() || ip.IsUnspecified() || ip.IsLinkLocalUnicast()):
		return badRequest("bad webhook: IP address %s is reserved", ip)
	case len(secret) > 256:
		return badRequest("secret token is too long")
	case !secretShape.MatchString(secret):
		return badRequest("secret token contains unallowed characters")
	}
	return nil
}

// optionalKinds are sent only to a bot that names them.
var optionalKinds = []string{"chat_member", "message_reaction", "message_reaction_count"}

// allowedUpdates reads the kinds a call asks for; none: the usual ones.
func allowedUpdates(p params) (map[string]bool, error) {
	if p["allowed_updates"] == "" {
		return nil, nil
	}
	var kinds []string
	if json.Unmarshal([]byte(p["allowed_updates"]), &kinds) != nil {
		return nil, badRequest("can't parse allowed_updates: expected an Array of String")
	}
	if len(kinds) == 0 {
		return nil, nil
	}
	allowed := map[string]bool{}
	for _, kind := range kinds {
		allowed[strings.ToLower(kind)] = true
	}
	return allowed, nil
}

// allow changes which kinds the bot gets, if the call names any. a.mu is held.
func (a *account) allow(p params, allowed map[string]bool) {
	if p["allowed_updates"] != "" {
		a.allowed = allowed
	}
}

// wants tells whether the bot gets updates of a kind. a.mu is held.
func (a *account) wants(kind string) bool {
	if a.allowed == nil {
		return !slices.Contains(optionalKinds, kind)
	}
	return a.allowed[kind]
}

func (a *account) dropIf(p params) {
	if p.flag("drop_pending_updates") {
		a.forget(func(update) bool { return true })
	}
}

// unhook takes the webhook away. a.mu is held.
func (a *account) unhook() {
	if a.hook != nil {
		a.hook.remove()
		a.hook = nil
	}
}

func deleteWebhook(_ context.Context, a *account, p params) (answer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.dropIf(p)
	if a.hook == nil {
		return answer{result: true, description: "Webhook is already deleted"}, nil
	}
	a.unhook()
	return answer{result: true, description: "Webhook was deleted"}, nil
}

// webhookInfo is a WebhookInfo object.
type webhookInfo struct {
	URL         string   `json:"url"`
	Certificate bool     `json:"has_custom_certificate"`
	Pending     int      `json:"pending_update_count"`
	ErrorDate   int64    `json:"last_error_date,omitempty"`
	Error       string   `json:"last_error_message,omitempty"`
	Connections int      `json:"max_connections,omitempty"`
	Allowed     []string `json:"allowed_updates,omitempty"`
}

func getWebhookInfo(_ context.Context, a *account, _ params) (answer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	info := webhookInfo{Pending: a.waiting}
	for kind := range a.allowed {
		info.Allowed = append(info.Allowed, kind)
	}
	slices.Sort(info.Allowed)
	if a.hook != nil {
		info.URL, info.Connections = a.hook.url, cap(a.hook.slots)
	}
	if !a.hookError.at.IsZero() {
		info.ErrorDate, info.Error = a.hookError.at.Unix(), a.hookError.text
	}
	return answer{result: info}, nil
}
