package secret

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"hookline/shared/bot"
)

const sealVersion = "v1"

// Strict refuses stray bits in the last character, so that no character of a sealed value can be changed unnoticed.
var sealText = base64.RawURLEncoding.Strict()

// Seal encrypts a secret with AES-256-GCM under the current key and gives it as "v1.<key id>.<base64url of nonce,
// ciphertext, tag>". It opens only with the same context: the names of the place where the sealed value is kept.
func (k *Keys) Seal(plain bot.Secret, context ...string) (string, error) {
	key := k.ring[0]
	sealed := key.sealing.Seal(nil, nil, []byte(plain.Reveal()), lengthPrefixed(append([]string{key.id}, context...)...))
	return sealVersion + "." + key.id + "." + sealText.EncodeToString(sealed), nil
}

// Current tells whether a value was sealed under the current key.
func (k *Keys) Current(sealed string) bool {
	return strings.HasPrefix(sealed, sealVersion+"."+k.ring[0].id+".")
}

// Mark gives a text that is the same for the same secret in the same context, and tells nothing of it.
func (k *Keys) Mark(plain bot.Secret, context ...string) string {
	return authenticate(k.ring[0].mark, append(context, plain.Reveal())...)
}

// Open gives the secret that Seal sealed in the same context, with any of the keys. Whatever is wrong, the kind is
// internal and the public message the same.
func (k *Keys) Open(sealed string, context ...string) (bot.Secret, error) {
	version, rest, _ := strings.Cut(sealed, ".")
	id, text, found := strings.Cut(rest, ".")
	if version != sealVersion || !found {
		return "", unopened("not a sealed value")
	}
	i := slices.IndexFunc(k.ring, func(key subkeys) bool { return key.id == id })
	if i < 0 {
		return "", unopened("no master key " + bounded(id))
	}
	ciphertext, err := sealText.DecodeString(text)
	if err != nil {
		return "", unopened("not base64")
	}
	plain, err := k.ring[i].sealing.Open(nil, nil, ciphertext, lengthPrefixed(append([]string{id}, context...)...))
	if err != nil {
		return "", unopened("not sealed here with master key " + id)
	}
	return bot.Secret(plain), nil
}

// bounded keeps a damaged value out of the log but for the length of a key id.
func bounded(id string) string { return id[:min(len(id), 2*idBytes)] }

func unopened(cause string) error {
	return bot.Wrap(bot.Internal, "sealed value cannot be opened", errors.New(cause))
}
