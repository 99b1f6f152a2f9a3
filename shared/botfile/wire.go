package botfile

import (
	"encoding/json"
	"fmt"
	"maps"

	"hookline/shared/bot"
)

// wireDefinition is a definition whose credentials are open.
type wireDefinition struct {
	bot.Definition
	Secrets  map[string]wireCredential `json:"secrets,omitempty"`
	Channels map[string]map[string]any `json:"channels,omitempty"`
}

// wireCredential is the form in which a credential travels to the management API, and nowhere else.
type wireCredential struct {
	Value string `json:"value,omitempty"`
	From  string `json:"from,omitempty"`
}

// Wire gives the definition as JSON for the management API, which Read takes. It is the only form that shows credentials.
func Wire(def bot.Definition) ([]byte, error) {
	open := wireDefinition{Definition: def}
	if len(def.Secrets) > 0 {
		open.Secrets = make(map[string]wireCredential, len(def.Secrets))
	}
	for name, c := range def.Secrets {
		open.Secrets[name] = reveal(c)
	}
	if len(def.Channels) > 0 {
		open.Channels = make(map[string]map[string]any, len(def.Channels))
	}
	for name, spec := range def.Channels {
		open.Channels[name] = wireChannel(spec)
	}
	encoded, err := json.Marshal(open)
	if err != nil {
		return nil, bot.Wrap(bot.Internal, fmt.Sprintf("bot %s cannot be encoded", def.Bot), err)
	}
	return encoded, nil
}

func wireChannel(spec bot.ChannelSpec) map[string]any {
	fields := map[string]any{"provider": spec.Provider}
	if spec.Disabled {
		fields["disabled"] = true
	}
	for name, value := range maps.All(spec.Settings) {
		fields[name] = value
	}
	for name, values := range maps.All(spec.Credentials) {
		opened := make([]wireCredential, len(values))
		for i, c := range values {
			opened[i] = reveal(c)
		}
		fields[name] = opened
	}
	return fields
}

func reveal(c bot.Credential) wireCredential {
	return wireCredential{Value: c.Value.Reveal(), From: c.From}
}
