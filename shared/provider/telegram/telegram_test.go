package telegram_test

import (
	"net/http"
	"os"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider/providertest"
	"hookline/shared/provider/telegram"
)

const token = "4242:MARKED-token_AAAAAAAAAAAAAAAAAAAAAAA"

func channel() bot.Channel {
	return bot.Channel{
		ID: "c1", Provider: "telegram",
		Credentials:    map[string][]bot.Credential{"token": {{Value: token}}},
		WebhookSecrets: []bot.Secret{"secret_of_now-0123456789", "secret_of_before-012345678"},
		Identity:       bot.Identity{Account: "4242", Username: "PizzaBot"},
	}
}

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Suite{
		Provider: telegram.New(http.DefaultClient, ""),
		Channel:  channel(),
		Sign: func(ch bot.Channel, h http.Header, _ []byte) {
			if len(ch.WebhookSecrets) > 0 {
				h.Set("X-Telegram-Bot-Api-Secret-Token", ch.WebhookSecrets[0].Reveal())
			}
		},
		Calls: os.DirFS("testdata"),
	})
}
