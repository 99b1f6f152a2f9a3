package secret_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hookline/shared/bot"
	"hookline/shared/secret"
)

// master gives 32 bytes that count up from first.
func master(first byte) []byte {
	key := make([]byte, secret.KeyBytes)
	for i := range key {
		key[i] = first + byte(i)
	}
	return key
}

func newKeys(t *testing.T, current []byte, previous ...[]byte) *secret.Keys {
	t.Helper()
	keys, err := secret.New(current, previous...)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return keys
}

func seal(t *testing.T, keys *secret.Keys, plain bot.Secret, context ...string) string {
	t.Helper()
	sealed, err := keys.Seal(plain, context...)
	if err != nil {
		t.Fatalf("Seal(…, %q): %v", context, err)
	}
	return sealed
}

func TestNewRefusesOtherSizes(t *testing.T) {
	tests := []struct {
		name     string
		current  []byte
		previous [][]byte
	}{
		{"none", nil, nil},
		{"short", make([]byte, 31), nil},
		{"long", make([]byte, 33), nil},
		{"short previous", master(0), [][]byte{make([]byte, 16)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := secret.New(tt.current, tt.previous...); bot.KindOf(err) != bot.Invalid {
				t.Errorf("New = %v, want kind invalid", err)
			}
		})
	}
}

// sealedElsewhere is "123:token" sealed for acme, ch1, token under master(0), computed by another implementation.
const sealedElsewhere = "v1.533cbbf0ad1ef7f7.dHdlbHZlIGJ5dGVzfKrhyvhzJKzc7Fibzj6I9y9jNdQS_9qAOA"

func TestOpen(t *testing.T) {
	keys := newKeys(t, master(0))
	old := newKeys(t, master(1))
	rotated := newKeys(t, master(1), master(2), master(0))
	tests := []struct {
		name    string
		keys    *secret.Keys
		context []string
		want    bot.Secret
	}{
		{"same context", keys, []string{"acme", "ch1", "token"}, "123:token"},
		{"previous key", rotated, []string{"acme", "ch1", "token"}, "123:token"},
		{"another key", old, []string{"acme", "ch1", "token"}, ""},
		{"swapped context", keys, []string{"ch1", "acme", "token"}, ""},
		{"another channel", keys, []string{"acme", "ch2", "token"}, ""},
		{"another cut", keys, []string{"acmec", "h1", "token"}, ""},
		{"joined", keys, []string{"acmech1token"}, ""},
		{"one part more", keys, []string{"acme", "ch1", "token", ""}, ""},
		{"no context", keys, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.keys.Open(sealedElsewhere, tt.context...)
			if got.Reveal() != tt.want.Reveal() {
				t.Errorf("Open(%q) = %q, want %q", tt.context, got.Reveal(), tt.want.Reveal())
			}
			wantKind := bot.Internal
			if tt.want != "" {
				wantKind = ""
			}
			if bot.KindOf(err) != wantKind {
				t.Errorf("Open(%q) error = %v, want kind %q", tt.context, err, wantKind)
			}
		})
	}
}

func TestOpenDamaged(t *testing.T) {
	keys := newKeys(t, master(0))
	sealed := seal(t, keys, "123:token", "ch1")
	refused := func(damaged string) {
		t.Helper()
		got, err := keys.Open(damaged, "ch1")
		if bot.KindOf(err) != bot.Internal || got != "" {
			t.Errorf("Open(%q) = %q, %v, want kind internal", damaged, got.Reveal(), err)
		}
		if err != nil && strings.Contains(err.Error(), "token") {
			t.Errorf("Open(%q): the error %q shows what was sealed", damaged, err)
		}
	}
	for i := range len(sealed) {
		refused(sealed[:i])
		for other := range 256 {
			if damaged := []byte(sealed); byte(other) != sealed[i] {
				damaged[i] = byte(other)
				refused(string(damaged))
			}
		}
	}
	refused(sealed + "A")
	refused(sealed + "=")
	refused(strings.Replace(sealed, "v1.", "v2.", 1))
}

func TestSealNeverRepeats(t *testing.T) {
	keys := newKeys(t, master(0))
	if a, b := seal(t, keys, "x"), seal(t, keys, "x"); a == b {
		t.Errorf("Seal gave %q twice for the same secret", a)
	}
}

func TestSealUsesTheCurrentKey(t *testing.T) {
	sealed := seal(t, newKeys(t, master(1), master(0)), "x")
	if _, err := newKeys(t, master(1)).Open(sealed); err != nil {
		t.Errorf("Open with the current key alone: %v", err)
	}
	if _, err := newKeys(t, master(0)).Open(sealed); err == nil {
		t.Error("Open with the previous key alone succeeded")
	}
}

func TestSealOpen(t *testing.T) {
	keys := newKeys(t, master(0))
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.String().Draw(t, "plain")
		context := rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "context")
		sealed, err := keys.Seal(bot.Secret(plain), context...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := keys.Open(sealed, context...)
		if err != nil || got.Reveal() != plain {
			t.Fatalf("Open(Seal(%q)) = %q, %v", plain, got.Reveal(), err)
		}
	})
}
