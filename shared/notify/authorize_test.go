package notify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/secret"
)

// sign makes the headers of a signed call.
func sign(key bot.Secret, at time.Time, body string) map[string]string {
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	fmt.Fprintf(mac, "%d.%s", at.Unix(), body)
	return map[string]string{
		"X-Hookline-Timestamp": fmt.Sprint(at.Unix()), "X-Hookline-Signature": "sha256=" + hex.EncodeToString(mac.Sum(nil)),
	}
}

func TestF41Tokens(t *testing.T) {
	d := newDoor(t)
	first := d.token
	second, err := d.store.RotateToken(t.Context(), d.id, true)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name, header string, status int) {
		t.Helper()
		if w := d.post("{}", map[string]string{"Authorization": header}); w.Code != status {
			t.Errorf("%s: POST = %d %s, want %d", name, w.Code, w.Body, status)
		} else if asks := w.Header().Get("WWW-Authenticate") != ""; asks != (status == http.StatusUnauthorized) {
			t.Errorf("%s: WWW-Authenticate is set: %v", name, asks)
		}
	}
	check("the new token", "Bearer "+second.Reveal(), 202)
	check("the one before, kept", "Bearer "+first.Reveal(), 202)
	check("scheme in small letters", "bearer  "+second.Reveal(), 202)
	check("another scheme", "Token "+second.Reveal(), 401)
	check("without a scheme", second.Reveal(), 401)
	check("the beginning", "Bearer "+second.Reveal()[:20], 401)
	check("one character more", "Bearer "+second.Reveal()+"A", 401)
	check("other letter case", "Bearer "+strings.ToLower(second.Reveal()), 401)
	check("its hash", "Bearer "+secret.HashToken(second), 401)
	third, err := d.store.RotateToken(t.Context(), d.id, false)
	if err != nil {
		t.Fatal(err)
	}
	check("the newest token", "Bearer "+third.Reveal(), 202)
	check("one that was not kept", "Bearer "+second.Reveal(), 401)
	check("the first one", "Bearer "+first.Reveal(), 401)
}

func TestTokenOfAnotherHook(t *testing.T) {
	d := newDoor(t)
	other, err := d.store.RotateToken(t.Context(), d.head.Hooks["other"], false)
	if err != nil {
		t.Fatal(err)
	}
	if w := d.post("{}", map[string]string{"Authorization": "Bearer " + other.Reveal()}); w.Code != 401 {
		t.Errorf("POST with the token of another hook = %d, want 401", w.Code)
	}
}

func TestSignedCalls(t *testing.T) {
	d := newDoor(t)
	old, err := d.store.RotateKey(t.Context(), d.id, false)
	if err != nil {
		t.Fatal(err)
	}
	key, err := d.store.RotateKey(t.Context(), d.id, true)
	if err != nil {
		t.Fatal(err)
	}
	const body = `{"a": "ä"}`
	with := func(change func(header map[string]string)) map[string]string {
		header := sign(key, noon, body)
		change(header)
		return header
	}
	for _, test := range []struct {
		name   string
		header map[string]string
		status int
	}{
		{"G1 right", sign(key, noon, body), 202},
		{"G9 the key before", sign(old, noon, body), 202},
		{"G9 a third key", sign("key_AAAA", noon, body), 401},
		{"G8 the empty key", sign("", noon, body), 401},
		{"G5 neither header", map[string]string{}, 401},
		{"G5 no signature", with(func(h map[string]string) { delete(h, "X-Hookline-Signature") }), 401},
		{"G5 no timestamp", with(func(h map[string]string) { delete(h, "X-Hookline-Timestamp") }), 401},
		{"G2 another body", sign(key, noon, `{"a": "a"}`), 401},
		{"signed after encoding again", sign(key, noon, `{"a":"\u00e4"}`), 401},
		{"G3 wrong, right length", with(func(h map[string]string) {
			h["X-Hookline-Signature"] = "sha256=" + strings.Repeat("0", 64)
		}), 401},
		{"G4 truncated", with(func(h map[string]string) { h["X-Hookline-Signature"] = h["X-Hookline-Signature"][:40] }), 401},
		{"G4 not hexadecimal", with(func(h map[string]string) {
			h["X-Hookline-Signature"] = "sha256=" + strings.Repeat("x", 64)
		}), 401},
		{"G4 only the beginning", with(func(h map[string]string) { h["X-Hookline-Signature"] = "sha256=" }), 401},
		{"another algorithm", with(func(h map[string]string) {
			h["X-Hookline-Signature"] = strings.Replace(h["X-Hookline-Signature"], "sha256", "sha1", 1)
		}), 401},
		{"G7 upper case", with(func(h map[string]string) {
			h["X-Hookline-Signature"] = "sha256=" + strings.ToUpper(strings.TrimPrefix(h["X-Hookline-Signature"], "sha256="))
		}), 202},
		{"another timestamp", with(func(h map[string]string) { h["X-Hookline-Timestamp"] = fmt.Sprint(noon.Unix() + 1) }), 401},
		{"timestamp that is none", with(func(h map[string]string) { h["X-Hookline-Timestamp"] = "noon" }), 401},
		{"timestamp beyond all time", with(func(h map[string]string) { h["X-Hookline-Timestamp"] = "9223372036854775807" }), 401},
		{"as old as it may be", sign(key, noon.Add(-5*time.Minute), body), 202},
		{"too old", sign(key, noon.Add(-5*time.Minute-time.Second), body), 401},
		{"of a clock that is ahead", sign(key, noon.Add(5*time.Minute), body), 202},
		{"of the future", sign(key, noon.Add(5*time.Minute+time.Second), body), 401},
		{"without the token", with(func(h map[string]string) { h["Authorization"] = "" }), 401},
	} {
		t.Run(test.name, func(t *testing.T) {
			if w := d.post(body, test.header); w.Code != test.status {
				t.Errorf("POST with %v = %d %s, want %d", test.header, w.Code, w.Body, test.status)
			}
		})
	}
	if log := d.log.String(); strings.Contains(log, key.Reveal()) {
		t.Errorf("G23 the log shows the key: %s", log)
	}
}
