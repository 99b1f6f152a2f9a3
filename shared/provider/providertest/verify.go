package providertest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hookline/shared/bot"
)

var body = []byte(`{"a":"body"}`)

func (s Suite) verify(t *testing.T) {
	genuine := http.Header{}
	s.Sign(s.Channel, genuine, body)
	if len(genuine) == 0 {
		t.Fatal("Sign set no header")
	}
	cases := []struct {
		name    string
		channel bot.Channel
		header  http.Header
		want    bot.ErrorKind
	}{
		{"G1 genuine", s.Channel, genuine, ""},
		{"G9 signed with the older secret", s.Channel, s.signedBy(rotated(s.Channel)), ""},
		{"G3 signed with another secret", s.Channel, s.signedBy(only(s.Channel, "another-secret-of-some-length")), bot.Unauthorized},
		{"G5 without header", s.Channel, http.Header{}, bot.Unauthorized},
		{"G8 no secret configured", only(s.Channel), genuine, bot.Unavailable},
		{"G8 no secret configured, no header", only(s.Channel), http.Header{}, bot.Unavailable},
		{"G8 empty secret configured", only(s.Channel, ""), s.signedBy(only(s.Channel, "")), bot.Unavailable},
	}
	for _, forgery := range forgeries {
		for name := range genuine {
			header := genuine.Clone()
			header[name] = forgery.forge(header.Get(name))
			cases = append(cases, struct {
				name    string
				channel bot.Channel
				header  http.Header
				want    bot.ErrorKind
			}{forgery.name, s.Channel, header, bot.Unauthorized})
		}
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			if got := bot.KindOf(s.Provider.Verify(test.channel, test.header, body)); got != test.want {
				t.Errorf("Verify() is of kind %q, want %q", got, test.want)
			}
		})
	}
}

// forgeries are what becomes of the one value of a header.
var forgeries = []struct {
	name  string
	forge func(string) []string
}{
	{"G4 empty value", func(string) []string { return []string{""} }},
	{"G4 white space", func(string) []string { return []string{" "} }},
	{"G4 truncated", func(v string) []string { return []string{v[:len(v)-1]} }},
	{"G4 only the first byte", func(v string) []string { return []string{v[:1]} }},
	{"G4 lengthened", func(v string) []string { return []string{v + "0"} }},
	{"G3 last byte changed", func(v string) []string { return []string{v[:len(v)-1] + "!"} }},
	{"G3 first byte changed", func(v string) []string { return []string{"!" + v[1:]} }},
	{"G4 not ASCII", func(v string) []string { return []string{strings.Repeat("é", len(v))} }},
	{"G4 repeated, a forged one first", func(v string) []string { return []string{"forged", v} }},
	{"G4 repeated, a forged one last", func(v string) []string { return []string{v, "forged"} }},
	{"G4 very long", func(v string) []string { return []string{strings.Repeat(v, 1000)} }},
}

func (s Suite) signedBy(ch bot.Channel) http.Header {
	h := http.Header{}
	s.Sign(ch, h, body)
	return h
}

// rotated gives the channel with the oldest of its secrets first.
func rotated(ch bot.Channel) bot.Channel {
	return withSecrets(ch, func(secrets []bot.Secret) []bot.Secret {
		secrets = slices.Clone(secrets)
		slices.Reverse(secrets)
		return secrets
	})
}

// only gives the channel with no secret but those given.
func only(ch bot.Channel, secrets ...bot.Secret) bot.Channel {
	return withSecrets(ch, func([]bot.Secret) []bot.Secret { return secrets })
}

func withSecrets(ch bot.Channel, change func([]bot.Secret) []bot.Secret) bot.Channel {
	ch.WebhookSecrets = change(ch.WebhookSecrets)
	ch.Credentials = maps.Clone(ch.Credentials)
	for field := range ch.Credentials {
		var changed []bot.Credential
		for _, secret := range change(ch.Secrets(field)) {
			changed = append(changed, bot.Credential{Value: secret})
		}
		ch.Credentials[field] = changed
	}
	return ch
}
