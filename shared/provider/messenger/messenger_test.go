package messenger_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider/messenger"
	"hookline/shared/provider/providertest"
)

const (
	appSecret = "MARKED-app-secret"
	pageToken = "MARKED-page-token"
)

func channel() bot.Channel {
	return bot.Channel{
		ID: "c1", Provider: "messenger",
		Settings: map[string]any{"menu": []any{map[string]any{"text": "Help", "payload": "help"}, map[string]any{"text": "Site", "url": "https://example.com"}}},
		Credentials: map[string][]bot.Credential{
			"page_token": {{Value: pageToken}}, "app_secret": {{Value: appSecret}, {Value: "MARKED-older-secret"}},
		},
		WebhookSecrets: []bot.Secret{"derived-verify-token"},
	}
}

// with gives the channel with other settings.
func with(settings map[string]any) bot.Channel {
	ch := channel()
	ch.Settings = settings
	return ch
}

func withSecrets(secrets ...bot.Secret) bot.Channel {
	ch := channel()
	var credentials []bot.Credential
	for _, secret := range secrets {
		credentials = append(credentials, bot.Credential{Value: secret})
	}
	ch.Credentials = map[string][]bot.Credential{"page_token": {{Value: pageToken}}, "app_secret": credentials}
	return ch
}

func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Suite{
		Provider: messenger.New(http.DefaultClient, ""),
		Channel:  channel(),
		Sign: func(ch bot.Channel, h http.Header, body []byte) {
			h.Set("X-Hub-Signature-256", sign(ch.Secret("app_secret").Reveal(), body))
		},
		Calls: os.DirFS("testdata"),
	})
}

// TestReceives compares what is described with what the captured calls make.
func TestReceives(t *testing.T) {
	seen := map[bot.EventKind]bool{}
	files, err := filepath.Glob("testdata/*.events.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob() = %q, %v, want some", files, err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var events []bot.Event
		if err := json.Unmarshal(body, &events); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, e := range events {
			seen[e.Kind] = true
		}
	}
	described := slices.Sorted(slices.Values(messenger.New(http.DefaultClient, "").Describe().Receives))
	if diff := cmp.Diff(slices.Sorted(maps.Keys(seen)), described); diff != "" {
		t.Errorf("Describe().Receives differs from the kinds of testdata (-seen +described):\n%s", diff)
	}
}
