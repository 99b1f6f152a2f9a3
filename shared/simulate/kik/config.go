package kik

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/url"
)

// config is a bot's configuration.
type config struct {
	Webhook        string          `json:"webhook"`
	Features       map[string]bool `json:"features"`
	StaticKeyboard json.RawMessage `json:"staticKeyboard,omitempty"`
}

const (
	manualReceipts   = "manuallySendReadReceipts"
	readReceipts     = "receiveReadReceipts"
	deliveryReceipts = "receiveDeliveryReceipts"
	typing           = "receiveIsTyping"
)

func newConfig() config {
	return config{Features: map[string]bool{manualReceipts: false, readReceipts: false, deliveryReceipts: false, typing: false}}
}

var (
	configShape = shape{
		"webhook": {true, isWebhook}, "features": {true, isFeatures}, "staticKeyboard": {false, isStaticKeyboard},
	}
	featuresShape = shape{
		manualReceipts: {false, isFlag}, readReceipts: {false, isFlag}, deliveryReceipts: {false, isFlag}, typing: {false, isFlag},
	}
)

func isFeatures(at string, value json.RawMessage) error {
	_, err := featuresShape.read(at, value)
	return err
}

// isWebhook takes https addresses, and others if they are on this machine.
func isWebhook(at string, value json.RawMessage) error {
	var address string
	if json.Unmarshal(value, &address) != nil {
		return badRequest("%s must be a text", at)
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return badRequest("%s must be an address", at)
	}
	local := u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return badRequest("%s must be an https address", at)
	}
	return nil
}

func getConfig(a *account, _ *http.Request, _ []byte) (answer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	shown := a.config
	shown.Features = maps.Clone(shown.Features)
	return answer{result: shown}, nil
}

// setConfig replaces everything: features that are not named are off.
func setConfig(a *account, _ *http.Request, body []byte) (answer, error) {
	if _, err := configShape.read("the body", body); err != nil {
		return answer{}, err
	}
	replaced := newConfig()
	if err := json.Unmarshal(body, &replaced); err != nil {
		return answer{}, badRequest("the body cannot be read: %v", err)
	}
	if string(replaced.StaticKeyboard) == "null" {
		replaced.StaticKeyboard = nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.config = replaced
	return answer{}, nil
}

// neutral is where bots send messages that nobody is to have.
const neutral = "example.com"

// posts tells whether there is a webhook to post to. a.mu is held.
func (a *account) posts() bool {
	u, err := url.Parse(a.config.Webhook)
	return err == nil && u.Hostname() != "" && u.Hostname() != neutral
}
