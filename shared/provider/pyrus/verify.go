package pyrus

import (
	"crypto/hmac"
	"crypto/sha1" // what Pyrus signs with
	"encoding/hex"
	"net/http"

	"hookline/shared/bot"
)

const signatureHeader = "X-Pyrus-Sig"

// Verify compares the signature, hex of the HMAC-SHA1 of the body, with that of each key of the channel.
func (p *Pyrus) Verify(ch bot.Channel, h http.Header, body []byte) error {
	var got []byte
	if values := h.Values(signatureHeader); len(values) == 1 && len(values[0]) == hex.EncodedLen(sha1.Size) {
		got, _ = hex.DecodeString(values[0]) // what is no hex is too short to match
	}
	configured, match := false, false
	for _, key := range ch.Secrets(keyField) {
		if key == "" {
			continue
		}
		configured = true
		mac := hmac.New(sha1.New, []byte(key.Reveal()))
		mac.Write(body)
		match = hmac.Equal(mac.Sum(nil), got) || match
	}
	switch {
	case !configured:
		return bot.Errorf(bot.Unavailable, "channel has no security key")
	case !match:
		return bot.Errorf(bot.Unauthorized, "signature does not match")
	}
	return nil
}
