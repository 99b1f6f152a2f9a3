package pyrus_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"fmt"
	"net/http"
	"os"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider/providertest"
	"hookline/shared/provider/pyrus"
)

const (
	login = "bot@0e1f"
	key   = "MARKED-key-of-now"
)

func channel() bot.Channel {
	return bot.Channel{
		ID: "c1", Provider: "pyrus", Settings: map[string]any{"login": login},
		Credentials: map[string][]bot.Credential{"security_key": {{Value: key}, {Value: "MARKED-key-of-before"}}},
		Identity:    bot.Identity{Account: "1731", Username: login},
	}
}

// signed gives the signature as Pyrus writes it: in upper case.
func signed(key string, body []byte) string {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write(body)
	return fmt.Sprintf("%X", mac.Sum(nil))
}

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Suite{
		Provider: pyrus.New(http.DefaultClient, "", ""),
		Channel:  channel(),
		Sign: func(ch bot.Channel, h http.Header, body []byte) {
			h.Set("X-Pyrus-Sig", signed(ch.Secret("security_key").Reveal(), body))
		},
		Calls: os.DirFS("testdata"),
	})
}
