package kik

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"

	"hookline/shared/bot"
)

const (
	signatureHeader = "X-Kik-Signature"
	usernameHeader  = "X-Kik-Username" // of the bot, not of who wrote
)

// Verify checks that the body is signed with the API key: HMAC-SHA1 in hex, in upper case on the wire. A call that names
// another bot is not for this channel, whoever signed it.
func (k *Kik) Verify(ch bot.Channel, h http.Header, body []byte) error {
	var given []byte
	if values := h.Values(signatureHeader); len(values) == 1 {
		if decoded, err := hex.DecodeString(values[0]); err == nil {
			given = decoded
		}
	}
	configured, match := false, 0
	for _, key := range ch.Secrets(apiKeyField) {
		if key == "" {
			continue
		}
		configured = true
		mac := hmac.New(sha1.New, []byte(key.Reveal()))
		mac.Write(body)
		match |= subtle.ConstantTimeCompare(mac.Sum(nil), given)
	}
	switch {
	case !configured:
		return bot.Errorf(bot.Unavailable, "channel has no api_key to verify with")
	case match != 1:
		return bot.Errorf(bot.Unauthorized, "signature does not match")
	}
	for _, addressed := range h.Values(usernameHeader) {
		if !isOurs(ch, addressed) {
			return bot.Errorf(bot.Unauthorized, "call is for another bot")
		}
	}
	return nil
}

// isOurs tells whether a username is the channel's; case makes no difference to Kik.
func isOurs(ch bot.Channel, username string) bool {
	return strings.EqualFold(username, ch.Setting(usernameField))
}
