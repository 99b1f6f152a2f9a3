package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"

	"hookline/shared/bot"
)

// WebhookSecrets gives the secrets that a network may show when it calls a channel: the one to register first, then one
// for each previous key. They are 43 characters of A–Z a–z 0–9 _ and -, which is what Telegram takes as secret_token.
// Another generation gives others.
func (k *Keys) WebhookSecrets(channelID string, generation int) []bot.Secret {
	secrets := make([]bot.Secret, len(k.ring))
	for i, key := range k.ring {
		secrets[i] = bot.Secret(authenticate(key.webhook, channelID, strconv.Itoa(generation)))
	}
	return secrets
}

// AdminToken gives the token that administers an account, "<account>.<43 characters>". It changes with the current key.
func (k *Keys) AdminToken(account string) bot.Secret {
	return bot.Secret(account + "." + authenticate(k.ring[0].admin, account))
}

// AppIDs give the names under which the channels of one app at a provider are found, made of the secret that they share:
// the one to write under, then one for each previous key.
func (k *Keys) AppIDs(provider string, appSecret bot.Secret) []string {
	ids := make([]string, len(k.ring))
	for i, key := range k.ring {
		ids[i] = authenticate(key.app, provider, appSecret.Reveal())
	}
	return ids
}

// Pseudonyms give what stands for a person of an account where the person's id must not be kept: the one to write, then one
// for each previous key. Whoever does not have the keys cannot find the id by trying.
func (k *Keys) Pseudonyms(account, id string) []string {
	names := make([]string, len(k.ring))
	for i, key := range k.ring {
		names[i] = authenticate(key.person, account, id)[:pseudonymLength]
	}
	return names
}

// pseudonymLength is in characters of 6 bits: enough that no two persons share one.
const pseudonymLength = 22

// HashToken gives the form in which tokens are kept: hexadecimal SHA-256. Tokens are random, so that needs no salt.
func HashToken(t bot.Secret) string {
	sum := sha256.Sum256([]byte(t.Reveal()))
	return hex.EncodeToString(sum[:])
}

func authenticate(key []byte, parts ...string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write(lengthPrefixed(parts...))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
