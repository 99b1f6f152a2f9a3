package secret_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/secret"
)

// The wanted values of this file were computed by another implementation of HKDF and HMAC.
const (
	webhookCh1Gen7 = "CJhLgvRjHljABEkH5O-AckBGQBgjBp6FkSi9CSbKKJI"
	adminAcme      = "acme.CZVX_2HX9yCuTk15BCPTd2A8LLS-rb59m1PWH5kU96M"
	personAcme42   = "dGjGZlBc0qUwbMGVgXCIuu"
)

func TestWebhookSecrets(t *testing.T) {
	tests := []struct {
		name       string
		channel    string
		generation int
		same       bool
	}{
		{"same", "ch1", 7, true},
		{"another channel", "ch2", 7, false},
		{"another generation", "ch1", 8, false},
		{"another cut", "ch", 17, false},
	}
	keys := newKeys(t, master(0))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := keys.WebhookSecrets(tt.channel, tt.generation)
			if len(got) != 1 || got[0] == webhookCh1Gen7 != tt.same {
				t.Errorf("WebhookSecrets(%q, %d) = %q, is %q: %v, want %v",
					tt.channel, tt.generation, got[0].Reveal(), webhookCh1Gen7, !tt.same, tt.same)
			}
		})
	}
}

func TestWebhookSecretsOfPreviousKeys(t *testing.T) {
	got := newKeys(t, master(1), master(0)).WebhookSecrets("ch1", 7)
	if len(got) != 2 || got[1] != webhookCh1Gen7 || got[0] == got[1] {
		t.Errorf("WebhookSecrets with a previous key gave %d secrets, want the current key's, then %q", len(got), webhookCh1Gen7)
	}
	allowed := regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
	if i := slices.IndexFunc(got, func(s bot.Secret) bool { return !allowed.MatchString(s.Reveal()) }); i >= 0 {
		t.Errorf("WebhookSecrets gave %q, which Telegram refuses", got[i].Reveal())
	}
}

func TestAdminToken(t *testing.T) {
	keys := newKeys(t, master(0), master(1))
	if got := keys.AdminToken("acme"); got.Reveal() != adminAcme {
		t.Errorf("AdminToken(acme) = %q, want %q", got.Reveal(), adminAcme)
	}
	_, other, _ := strings.Cut(keys.AdminToken("evil").Reveal(), ".")
	if strings.HasSuffix(adminAcme, other) {
		t.Error("AdminToken(evil) and AdminToken(acme) differ in the account only")
	}
}

func TestHashToken(t *testing.T) {
	// printf %s acme.x | sha256sum
	const want = "e53c5c23b2f4dff2dc5a3dd10eb1093a480ce45319fd780b973774f90ff49bb3"
	if got := secret.HashToken("acme.x"); got != want {
		t.Errorf("HashToken(acme.x) = %s, want %s", got, want)
	}
}

func TestPseudonyms(t *testing.T) {
	keys := newKeys(t, master(1), master(0))
	got := keys.Pseudonyms("acme", "42")
	if len(got) != 2 || got[1] != personAcme42 || got[0] == got[1] {
		t.Errorf("Pseudonyms(acme, 42) = %q, want the current key's, then %q", got, personAcme42)
	}
	for _, other := range [][2]string{{"acme", "43"}, {"evil", "42"}, {"acme4", "2"}} {
		if keys.Pseudonyms(other[0], other[1])[0] == got[0] {
			t.Errorf("Pseudonyms(%q) are those of acme's 42", other)
		}
	}
}
