package telegram

import (
	"crypto/subtle"
	"net/http"

	"hookline/shared/bot"
)

const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// Verify compares the secret that setWebhook was given with the one of the call. Telegram signs no bodies.
func (t *Telegram) Verify(ch bot.Channel, h http.Header, _ []byte) error {
	got := h.Values(secretHeader)
	configured, match := false, 0
	for _, secret := range ch.WebhookSecrets {
		if secret == "" {
			continue
		}
		configured = true
		if len(got) == 1 {
			match |= subtle.ConstantTimeCompare([]byte(got[0]), []byte(secret.Reveal()))
		}
	}
	switch {
	case !configured:
		return bot.Errorf(bot.Unavailable, "channel has no webhook secret")
	case match != 1:
		return bot.Errorf(bot.Unauthorized, "secret token does not match")
	}
	return nil
}
