package kik_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"fmt"
	"net/http"
	"os"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider/kik"
	"hookline/shared/provider/providertest"
)

const key = "MARKED-3f0b6d6e-8d9d-4f0c"

func channel() bot.Channel {
	return bot.Channel{
		ID: "c1", Provider: "kik", Settings: map[string]any{"username": "pizzabot"},
		Credentials: map[string][]bot.Credential{"api_key": {{Value: key}, {Value: "older-3f0b6d6e-8d9d-4f0c"}}},
	}
}

// withKeys gives the channel with other API keys.
func withKeys(keys ...bot.Secret) bot.Channel {
	ch := channel()
	var credentials []bot.Credential
	for _, key := range keys {
		credentials = append(credentials, bot.Credential{Value: key})
	}
	ch.Credentials = map[string][]bot.Credential{"api_key": credentials}
	return ch
}

func sign(key string, body []byte) string {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write(body)
	return fmt.Sprintf("%X", mac.Sum(nil))
}

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Suite{
		Provider: kik.New(http.DefaultClient, ""),
		Channel:  channel(),
		Sign: func(ch bot.Channel, h http.Header, body []byte) {
			h.Set("X-Kik-Signature", sign(ch.Secret("api_key").Reveal(), body))
			h.Set("X-Kik-Username", "pizzabot")
		},
		Calls:   os.DirFS("testdata"),
		Buttons: 20,
	})
}
