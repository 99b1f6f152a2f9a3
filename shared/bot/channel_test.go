package bot_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

const hidden = "7:MARKED-hidden"

// holders are values that hold the secret in every way in which the code does.
func holders() map[string]any {
	secret := bot.Secret(hidden)
	credential := bot.Credential{Value: secret}
	credentials := map[string][]bot.Credential{"token": {credential, credential}}
	return map[string]any{
		"secret":       secret,
		"pointer":      &secret,
		"list":         []bot.Secret{secret},
		"map":          map[string]bot.Secret{"a": secret},
		"field":        struct{ Token bot.Secret }{secret},
		"pointer to":   &struct{ Token bot.Secret }{secret},
		"interface":    struct{ Any any }{secret},
		"credential":   credential,
		"channel spec": bot.ChannelSpec{Provider: "telegram", Credentials: credentials},
		"channel":      bot.Channel{ID: "c", Credentials: credentials, WebhookSecrets: []bot.Secret{secret}},
		"definition":   bot.Definition{Bot: "b", Secrets: map[string]bot.Credential{"KEY": credential}},
	}
}

// wantMasked fails where the secret is seen, as it is or in hex, or where nothing says that it is set.
func wantMasked(t *testing.T, call, got string) {
	t.Helper()
	if strings.Contains(got, "MARKED") || strings.Contains(strings.ToLower(got), hex.EncodeToString([]byte("MARKED"))) {
		t.Errorf("%s = %s, which shows the secret", call, got)
	}
	if !strings.Contains(got, "set") {
		t.Errorf("%s = %s, which does not say that the secret is set", call, got)
	}
}

func TestSecretPrinted(t *testing.T) {
	verbs := []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "% X", "%d", "%t", "%20s", "%.3v"}
	for name, holder := range holders() {
		t.Run(name, func(t *testing.T) {
			for _, verb := range verbs {
				wantMasked(t, "Sprintf("+verb+")", fmt.Sprintf(verb, holder))
				err := fmt.Errorf("connect with "+verb+": %w", holder, errors.New("refused"))
				wantMasked(t, "Errorf("+verb+")", bot.Wrap(bot.Invalid, "no", err).Error())
			}
			wantMasked(t, "Sprint()", fmt.Sprint(holder))
		})
	}
}

func TestSecretLogged(t *testing.T) {
	var out bytes.Buffer
	for format, handler := range map[string]slog.Handler{
		"text": slog.NewTextHandler(&out, nil), "JSON": slog.NewJSONHandler(&out, nil),
	} {
		for name, holder := range holders() {
			t.Run(format+" "+name, func(t *testing.T) {
				log := slog.New(handler)
				for call, write := range map[string]func(){
					"Info":  func() { log.Info("m", "a", holder) },
					"With":  func() { log.With("a", holder).Info("m") },
					"Group": func() { log.WithGroup("g").Info("m", slog.Group("h", "a", holder)) },
				} {
					out.Reset()
					write()
					wantMasked(t, call, out.String())
				}
			})
		}
	}
}

func TestSecretEncoded(t *testing.T) {
	for name, holder := range holders() {
		t.Run(name, func(t *testing.T) { wantMasked(t, "Marshal()", encode(t, holder)) })
	}
}

func TestSecretValue(t *testing.T) {
	for _, test := range []struct {
		name   string
		secret bot.Secret
		want   string
	}{
		{"set", hidden, "set"},
		{"not set", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			text, err := test.secret.MarshalText()
			got := []string{test.secret.String(), test.secret.LogValue().String(), string(text), fmt.Sprint(test.secret)}
			if diff := cmp.Diff([]string{test.want, test.want, test.want, test.want}, got); diff != "" || err != nil {
				t.Errorf("String, LogValue, MarshalText, Sprint: %v (-want +got)\n%s", err, diff)
			}
		})
	}
	if got := bot.Secret(hidden).Reveal(); got != hidden {
		t.Errorf("Reveal() = %q, want %q", got, hidden)
	}
}

func TestCredentialJSON(t *testing.T) {
	for _, test := range []struct {
		name       string
		credential bot.Credential
		want       string
	}{
		{"from the environment", bot.Credential{From: "TOKEN"}, `"${TOKEN}"`},
		{"from the environment, filled in", bot.Credential{Value: hidden, From: "TOKEN"}, `"${TOKEN}"`},
		{"written out", bot.Credential{Value: hidden}, `"set"`},
		{"none", bot.Credential{}, `""`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := encode(t, test.credential); got != test.want {
				t.Errorf("Marshal() = %s, want %s", got, test.want)
			}
		})
	}
}

func TestChannelSpecJSON(t *testing.T) {
	token := bot.Credential{Value: hidden, From: "TOKEN"}
	for _, test := range []struct {
		name string
		spec bot.ChannelSpec
		want string
	}{
		{"provider", bot.ChannelSpec{Provider: "kik"}, `{"provider":"kik"}`},
		{
			"settings and a credential side by side",
			bot.ChannelSpec{
				Provider: "kik", Settings: map[string]any{"username": "pizza"},
				Credentials: map[string][]bot.Credential{"api_key": {token}},
			},
			`{"api_key":"${TOKEN}","provider":"kik","username":"pizza"}`,
		},
		{
			"several credentials in their order",
			bot.ChannelSpec{Provider: "messenger", Credentials: map[string][]bot.Credential{"app_secret": {token, {Value: hidden}}}},
			`{"app_secret":["${TOKEN}","set"],"provider":"messenger"}`,
		},
		{
			"no field displaces the provider",
			bot.ChannelSpec{Provider: "kik", Settings: map[string]any{"provider": "pyrus"}}, `{"provider":"kik"}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := encode(t, test.spec); got != test.want {
				t.Errorf("Marshal() = %s, want %s", got, test.want)
			}
		})
	}
}

func TestChannelSecrets(t *testing.T) {
	ch := bot.Channel{Credentials: map[string][]bot.Credential{
		"token": {{Value: "only"}}, "app_secret": {{Value: "new"}, {Value: "old"}}, "none": nil,
	}}
	for _, test := range []struct {
		name string
		all  []bot.Secret
		sign bot.Secret
	}{
		{"token", []bot.Secret{"only"}, "only"},
		{"app_secret", []bot.Secret{"new", "old"}, "new"},
		{"none", nil, ""},
		{"unknown", nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(revealed(test.all), revealed(ch.Secrets(test.name))); diff != "" {
				t.Errorf("Secrets(%q): (-want +got)\n%s", test.name, diff)
			}
			if got := ch.Secret(test.name); got != test.sign {
				t.Errorf("Secret(%q) = %q, want %q", test.name, got.Reveal(), test.sign.Reveal())
			}
		})
	}
}

// revealed makes secrets fit for a diff.
func revealed(secrets []bot.Secret) (values []string) {
	for _, s := range secrets {
		values = append(values, s.Reveal())
	}
	return values
}

func encode(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatalf("Marshal(%T) = %v", value, err)
	}
	return string(encoded)
}
