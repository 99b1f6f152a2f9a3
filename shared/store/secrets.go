package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"hookline/shared/bot"
)

// storedDefinition is a definition as it is stored: its secrets sealed, its channels items of their own.
type storedDefinition struct {
	bot.Definition
	Channels struct{}                `json:"channels,omitzero"`
	Secrets  map[string]storedSecret `json:"secrets,omitempty"`
}

// storedSecret is a sealed constant. Sealing the same value twice gives two texts, its mark is the same.
type storedSecret struct {
	Sealed string `json:"sealed,omitempty"`
	Mark   string `json:"mark"`
	From   string `json:"from,omitempty"`
}

// withoutSeals is what two equal definitions have in common.
func (d storedDefinition) withoutSeals() storedDefinition {
	d.Secrets = maps.Clone(d.Secrets)
	for name, secret := range d.Secrets {
		secret.Sealed = ""
		d.Secrets[name] = secret
	}
	return d
}

// sealDefinition gives a definition in the form in which it is stored. A secret without a value keeps the one that the
// live version has; if there is none the answer is kind invalid.
func (s *Store) sealDefinition(ctx context.Context, head bot.Head, def bot.Definition) (storedDefinition, error) {
	stored := storedDefinition{Definition: def}
	if len(def.Secrets) == 0 {
		return stored, nil
	}
	live, err := s.liveSecrets(ctx, head, def)
	if err != nil {
		return stored, err
	}
	stored.Secrets = make(map[string]storedSecret, len(def.Secrets))
	for _, name := range slices.Sorted(maps.Keys(def.Secrets)) {
		value, from := def.Secrets[name].Value, def.Secrets[name].From
		if kept, ok := live[name]; value == "" && ok && kept.From == from {
			value = kept.Value
		}
		if value == "" {
			return stored, bot.Errorf(bot.Invalid, fmt.Sprintf("secrets.%s: no value is given, and none is stored", name))
		}
		sealed, err := s.keys.Seal(value, secretContext(head, name)...)
		if err != nil {
			return stored, err
		}
		stored.Secrets[name] = storedSecret{sealed, s.keys.Mark(value, secretContext(head, name)...), from}
	}
	return stored, nil
}

// liveSecrets reads the secrets of the live version, if one of the definition's has to be taken from there.
func (s *Store) liveSecrets(ctx context.Context, head bot.Head, def bot.Definition) (map[string]bot.Credential, error) {
	missing := func(c bot.Credential) bool { return c.Value == "" }
	if head.Definition == "" || !slices.ContainsFunc(slices.Collect(maps.Values(def.Secrets)), missing) {
		return nil, nil
	}
	live, err := s.Definition(ctx, head, head.Definition)
	return live.Secrets, err
}

func (s *Store) openDefinition(head bot.Head, stored storedDefinition) (bot.Definition, error) {
	def := stored.Definition
	if len(stored.Secrets) > 0 {
		def.Secrets = make(map[string]bot.Credential, len(stored.Secrets))
	}
	for name, secret := range stored.Secrets {
		value, err := s.keys.Open(secret.Sealed, secretContext(head, name)...)
		if err != nil {
			return def, err
		}
		def.Secrets[name] = bot.Credential{Value: value, From: secret.From}
	}
	return def, nil
}

func secretContext(head bot.Head, name string) []string {
	return []string{head.Owner, head.ID, "secret", name}
}
