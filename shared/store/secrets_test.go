package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/secret"
	"hookline/shared/store"
)

func withSecret(value bot.Secret) bot.Definition {
	def := definition("one")
	def.Secrets = map[string]bot.Credential{"SHOP_KEY": {Value: value, From: "SHOP_KEY"}}
	return def
}

func TestSecretsAreSealed(t *testing.T) {
	s, table := open(t, newClock())
	head := publish(t, s, withSecret("hunter2-and-more")).Head
	def, err := s.Definition(t.Context(), head, head.Definition)
	want := map[string]bot.Credential{"SHOP_KEY": {Value: "hunter2-and-more", From: "SHOP_KEY"}}
	if diff := cmp.Diff(want, def.Secrets); err != nil || diff != "" {
		t.Errorf("secrets read back, %v (-want +got):\n%s", err, diff)
	}
	keys, err := secret.New([]byte(strings.Repeat("x", 32)))
	if err != nil {
		t.Fatal(err)
	}
	stranger := store.New(table, keys, newClock().Now)
	if def, err := stranger.Definition(t.Context(), head, head.Definition); err == nil {
		t.Errorf("Definition with another master key = %v, want an error", def.Secrets)
	}
	other := head
	other.ID, other.Owner = head.ID, "somebody else"
	if _, err := s.Definition(t.Context(), other, head.Definition); err == nil {
		t.Error("Definition of another owner's bot opens the secrets")
	}
}

func TestSecretsDecideWhetherADefinitionChanged(t *testing.T) {
	s, _ := open(t, newClock())
	publish(t, s, withSecret("first"))
	for _, test := range []struct {
		name    string
		value   bot.Secret
		changed bool
		want    bot.Secret
	}{
		{"the same", "first", false, "first"},
		{"no value keeps what is stored", "", false, "first"},
		{"another", "second", true, "second"},
		{"no value keeps the new one", "", false, "second"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := publish(t, s, withSecret(test.value))
			def, err := s.Definition(t.Context(), p.Head, p.Head.Definition)
			if p.Changed != test.changed || err != nil || def.Secrets["SHOP_KEY"].Value != test.want {
				t.Errorf("Publish: changed %v, secret %q, %v; want %v, %q", p.Changed, def.Secrets["SHOP_KEY"].Value.Reveal(), err, test.changed, test.want.Reveal())
			}
		})
	}
	def := withSecret("")
	def.Secrets["OTHER"] = bot.Credential{From: "OTHER"}
	if _, err := s.Publish(t.Context(), "main", def); bot.KindOf(err) != bot.Invalid || !strings.Contains(err.Error(), "secrets.OTHER") {
		t.Errorf("Publish of a secret without value = %v, want invalid, naming it", err)
	}
}

func TestF3VersionsAndWhenTheyWerePublished(t *testing.T) {
	clock := newClock()
	s, _ := open(t, clock)
	first := publish(t, s, definition("one"))
	start := clock.Now()
	clock.Advance(time.Hour)
	second := publish(t, s, definition("two"))
	clock.Advance(time.Hour)
	head := publish(t, s, definition("three")).Head
	versions, err := s.Versions(t.Context(), head)
	want := []store.Version{
		{Number: 3, Definition: head.Definition, CreatedAt: start.Add(2 * time.Hour)},
		{
			Number: 2, Definition: second.Head.Definition, CreatedAt: start.Add(time.Hour),
			ReplacedAt: start.Add(2 * time.Hour), ExpiresAt: start.Add((2 + 30*24) * time.Hour),
		},
		{
			Number: 1, Definition: first.Head.Definition, CreatedAt: start,
			ReplacedAt: start.Add(1 * time.Hour), ExpiresAt: start.Add((1 + 30*24) * time.Hour),
		},
	}
	if diff := cmp.Diff(want, versions); err != nil || diff != "" {
		t.Errorf("Versions, %v (-want +got):\n%s", err, diff)
	}
	def, err := s.VersionOf(t.Context(), head, 1)
	if err != nil || def.Handlers[0].Response.Text != "one" {
		t.Errorf("VersionOf(1) = %+v, %v, want the first one", def.Handlers, err)
	}
	if _, err := s.VersionOf(t.Context(), head, 4); bot.KindOf(err) != bot.NotFound {
		t.Errorf("VersionOf(4) = %v, want not found", err)
	}
	clock.Advance(31 * 24 * time.Hour)
	if versions, err = s.Versions(t.Context(), head); err != nil || len(versions) != 1 {
		t.Errorf("Versions after a month = %+v, %v, want the live one only", versions, err)
	}
}
