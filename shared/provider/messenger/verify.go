package messenger

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"hash"
	"net/http"
	"net/url"
	"strings"

	"hookline/shared/bot"
)

// Headers of the proof: https://developers.facebook.com/docs/messenger-platform/webhooks#validate-payloads.
const (
	signature256 = "X-Hub-Signature-256"
	signature1   = "X-Hub-Signature"
)

// Verify checks that the body is signed with the app's secret. The older header counts only where the channel asks for it
// and the newer one is missing: never in place of one that is wrong.
func (m *Messenger) Verify(ch bot.Channel, h http.Header, body []byte) error {
	header, prefix, algorithm := signature256, "sha256=", sha256.New
	if ch.Setting(signatureField) == signatureSHA1 && len(h.Values(signature256)) == 0 {
		header, prefix, algorithm = signature1, "sha1=", sha1.New
	}
	given := proof(h.Values(header), prefix)
	configured, match := false, 0
	for _, secret := range ch.Secrets(bot.AppSecretField) {
		if secret == "" {
			continue
		}
		configured = true
		match |= subtle.ConstantTimeCompare(sum(algorithm, secret.Reveal(), body), given)
	}
	switch {
	case !configured:
		return bot.Errorf(bot.Unavailable, "channel has no app_secret to verify with")
	case match != 1:
		return bot.Errorf(bot.Unauthorized, "signature does not match")
	}
	return nil
}

// proof gives the bytes that a header shows, nil if it shows none.
func proof(values []string, prefix string) []byte {
	if len(values) != 1 {
		return nil
	}
	text, ok := strings.CutPrefix(values[0], prefix)
	decoded, err := hex.DecodeString(text)
	if !ok || err != nil {
		return nil
	}
	return decoded
}

func sum(algorithm func() hash.Hash, key string, data []byte) []byte {
	mac := hmac.New(algorithm, []byte(key))
	mac.Write(data)
	return mac.Sum(nil)
}

// Greet answers Meta's question whether the address is ours with the challenge in it:
// https://developers.facebook.com/docs/messenger-platform/webhooks#verification-requests.
func (m *Messenger) Greet(ch bot.Channel, query url.Values) (string, error) {
	given, challenge := query.Get("hub.verify_token"), query.Get("hub.challenge")
	match := 0
	for _, token := range verifyTokens(ch) {
		if token != "" {
			match |= subtle.ConstantTimeCompare([]byte(token.Reveal()), []byte(given))
		}
	}
	if match != 1 || query.Get("hub.mode") != "subscribe" || challenge == "" {
		return "", bot.Errorf(bot.Forbidden, "verify token, mode or challenge are not right")
	}
	return challenge, nil
}

// verifyTokens are the tokens that prove that Meta's question is about the channel, the one to register first.
func verifyTokens(ch bot.Channel) []bot.Secret {
	if chosen := ch.Secrets(verifyTokenField); len(chosen) > 0 {
		return chosen
	}
	return ch.WebhookSecrets
}
