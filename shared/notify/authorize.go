package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hookline/shared/bot"
	"hookline/shared/secret"
	"hookline/shared/store"
)

// Headers of a signed call: the signature is "sha256=" and, in hexadecimal, HMAC-SHA256 with the hook's key over the
// timestamp, a dot and the body, which is empty when a report is asked for. The timestamp is in Unix seconds.
const (
	HeaderSignature = "X-Hookline-Signature"
	HeaderTimestamp = "X-Hookline-Timestamp"

	signatureBegin = "sha256="
	// maxSkew is how far a signed call's timestamp may be from now: what is older was caught and is played back.
	maxSkew = 5 * time.Minute
)

var errUnauthorized = bot.Errorf(bot.Unauthorized, "the hook's token or signature is missing or wrong")

// authorize lets a call through that bears a token of the hook and, if the hook has keys, is signed with one. Which of
// both was wrong it does not say.
func authorize(hook store.Hook, h http.Header, body []byte, now time.Time) error {
	if !bears(hook.TokenHashes, h) || len(hook.Keys) > 0 && !signed(hook.Keys, h, body, now) {
		return errUnauthorized
	}
	return nil
}

// bears compares hashes, all of them and in constant time. A hook without a token lets nobody in.
func bears(hashes []string, h http.Header) bool {
	scheme, token, _ := strings.Cut(h.Get("Authorization"), " ")
	given := []byte(secret.HashToken(bot.Secret(strings.TrimSpace(token))))
	same := 0
	for _, hash := range hashes {
		same |= subtle.ConstantTimeCompare(given, []byte(hash))
	}
	return same == 1 && strings.EqualFold(scheme, "Bearer")
}

func signed(keys []bot.Secret, h http.Header, body []byte, now time.Time) bool {
	timestamp := h.Get(HeaderTimestamp)
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > maxSkew {
		return false
	}
	text, ok := strings.CutPrefix(h.Get(HeaderSignature), signatureBegin)
	given, err := hex.DecodeString(text)
	if !ok || err != nil {
		return false
	}
	same := false
	for _, key := range keys {
		mac := hmac.New(sha256.New, []byte(key.Reveal()))
		mac.Write([]byte(timestamp + "."))
		mac.Write(body)
		same = hmac.Equal(mac.Sum(nil), given) || same
	}
	return same
}
