package telegram_test

import (
	"net/http"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider/telegram"
)

// TestVerifyRows has the rows of the network's checklist; the whole matrix is in providertest.
func TestVerifyRows(t *testing.T) {
	const now = "secret_of_now-0123456789"
	for _, test := range []struct {
		name    string
		secrets []bot.Secret
		header  []string
		want    bot.ErrorKind
	}{
		{"T1 right secret", []bot.Secret{now}, []string{now}, ""},
		{"T1 the one before, while it is changed", []bot.Secret{"next", now}, []string{now}, ""},
		{"T2 wrong secret", []bot.Secret{now}, []string{"secret_of_now-0123456780"}, bot.Unauthorized},
		{"T2 in other case", []bot.Secret{now}, []string{"SECRET_OF_NOW-0123456789"}, bot.Unauthorized},
		{"T2 missing header", []bot.Secret{now}, nil, bot.Unauthorized},
		{"T2 empty header", []bot.Secret{now}, []string{""}, bot.Unauthorized},
		{"T2 prefix of the secret", []bot.Secret{now}, []string{now[:10]}, bot.Unauthorized},
		{"T2 given twice", []bot.Secret{now}, []string{now, now}, bot.Unauthorized},
		{"T3, B3: no secret", nil, []string{now}, bot.Unavailable},
		{"T3 no secret, empty header", nil, []string{""}, bot.Unavailable},
		{"T3 empty secret, empty header", []bot.Secret{""}, []string{""}, bot.Unavailable},
		{"T3 an empty secret beside another", []bot.Secret{"", now}, []string{""}, bot.Unauthorized},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := http.Header{"X-Telegram-Bot-Api-Secret-Token": test.header}
			err := telegram.New(http.DefaultClient, "").Verify(bot.Channel{WebhookSecrets: test.secrets}, h, nil)
			if got := bot.KindOf(err); got != test.want {
				t.Errorf("Verify(%q) with secrets %d = %v, want kind %q", test.header, len(test.secrets), err, test.want)
			}
		})
	}
}
