package bot

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Secret is text that must not be seen: printing, logging and encoding it shows that it is set and nothing more.
// Reveal is the only way to its value. What no method can mask: the key of a map that becomes JSON, and an unexported
// field of a struct that is printed whole.
type Secret string

const secretMask = "set"

// Reveal gives the value, for the one place that hands it to a network.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return secretMask
}

// Format keeps %#v from showing the value, and verbs that do not fit a text from naming it in their complaint.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue keeps slog from showing the value.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps encoders from showing the value.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Credential is one secret value of a channel or bot, and the ${NAME} it was taken from, if it was.
type Credential struct {
	Value Secret
	From  string
}

// MarshalJSON shows where the value came from, or that it is set; never the value.
func (c Credential) MarshalJSON() ([]byte, error) {
	if c.From != "" {
		return json.Marshal("${" + c.From + "}")
	}
	return json.Marshal(c.Value)
}

// ChannelSpec is a channel as the bot file writes it. Which fields are credentials is said by the provider.
type ChannelSpec struct {
	Provider string
	// Disabled: what comes in is acknowledged and dropped, and nothing goes out.
	Disabled bool
	// Settings are texts; of a structured field, what encoding/json makes of it.
	Settings    map[string]any
	Credentials map[string][]Credential
}

// MarshalJSON writes the fields side by side, as the bot file has them; credentials are masked.
func (c ChannelSpec) MarshalJSON() ([]byte, error) {
	fields := make(map[string]any, 2+len(c.Settings)+len(c.Credentials))
	for name, value := range c.Settings {
		fields[name] = value
	}
	for name, values := range c.Credentials {
		if len(values) == 1 {
			fields[name] = values[0]
			continue
		}
		fields[name] = values
	}
	fields["provider"] = c.Provider
	if c.Disabled {
		fields["disabled"] = true
	}
	return json.Marshal(fields)
}

// Channel is a bot's presence on one network, with its credentials open. It exists in memory only; the store seals it.
type Channel struct {
	ID       string
	Bot      string // id of the bot
	Owner    string // account that owns the bot
	Name     string // key in the bot file
	Provider string
	Settings map[string]any // as of ChannelSpec
	// Credentials by field; where there are several the first one signs and all of them verify.
	Credentials map[string][]Credential
	// WebhookSecrets are derived, not chosen: the first is registered at the network, all of them verify.
	WebhookSecrets []Secret
	Identity       Identity
	Disabled       bool
	Health         Health
	CreatedAt      time.Time
	UpdatedAt      time.Time // when a publication last changed it
}

// Setting gives a setting that is a text, "" if it is not set.
func (c Channel) Setting(field string) string {
	text, _ := c.Settings[field].(string)
	return text
}

// Fields that mean the same for every network where several accounts share one app, and with it one webhook address.
const (
	// AppSecretField is the credential that shows an app's calls to be genuine.
	AppSecretField = "app_secret"
	// AccountField is the setting that says which account a channel is; without it a channel takes every event of its calls.
	AccountField = "account"
)

// Secrets gives every value of a credential field, the one to sign with first.
func (c Channel) Secrets(field string) []Secret {
	var values []Secret
	for _, credential := range c.Credentials[field] {
		values = append(values, credential.Value)
	}
	return values
}

// Secret gives the value of a credential field to sign with, "" if there is none.
func (c Channel) Secret(field string) Secret {
	for _, credential := range c.Credentials[field] {
		return credential.Value
	}
	return ""
}

// Identity is who a channel is to its network.
type Identity struct {
	Account  string `json:"account,omitempty"`  // the network's id of the bot
	Username string `json:"username,omitempty"` // how users address it, without @
	Name     string `json:"name,omitempty"`
}

// Health is how a channel's connection was when it was last looked at.
type Health struct {
	Address     string    `json:"address,omitempty"` // webhook registered at the network, "" if none
	ConnectedAt time.Time `json:"connected_at,omitzero"`
	CheckedAt   time.Time `json:"checked_at,omitzero"`
	Error       string    `json:"error,omitempty"`
}
