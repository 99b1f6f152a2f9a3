// Package secret keeps secrets: it seals credentials at rest and derives webhook secrets and the admin token, all from
// one master key. Previous master keys still open and verify, so that the key can be changed while everything runs.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"hookline/shared/bot"
)

// KeyBytes is the size of a master key.
const KeyBytes = 32

// Labels keep what is derived from a master key apart. To change one is to lose what was made under it.
const (
	labelMaster  = "hookline master key"
	labelID      = "hookline key id"
	labelSealing = "hookline sealing"
	labelWebhook = "hookline webhook secrets"
	labelAdmin   = "hookline admin token"
	labelApp     = "hookline app ids"
	labelMark    = "hookline marks"
	labelPerson  = "hookline persons"
)

// Keys are the master keys: one that seals and signs, and previous ones that only open and verify. They are safe for
// concurrent use and never change.
type Keys struct {
	ring []subkeys // the current one first
}

// subkeys is what is derived from one master key. The id is not secret: sealed values name it.
type subkeys struct {
	id      string
	sealing cipher.AEAD
	webhook []byte
	admin   []byte
	app     []byte
	mark    []byte
	person  []byte
}

// New makes Keys of master keys of KeyBytes random bytes each; another size is kind invalid.
func New(current []byte, previous ...[]byte) (*Keys, error) {
	keys := &Keys{}
	for _, master := range append([][]byte{current}, previous...) {
		derived, err := derive(master)
		if err != nil {
			return nil, err
		}
		keys.ring = append(keys.ring, derived)
	}
	return keys, nil
}

// minText is how many characters a text has at least to be as hard to guess as a key, if they are random letters and
// digits.
const minText = 43

// MasterKey makes a master key of a random text, as CloudFormation generates one (GenerateSecretString with
// PasswordLength 64 and ExcludePunctuation). White space around it does not count. Fewer than 43 characters are kind
// invalid.
func MasterKey(text bot.Secret) ([]byte, error) {
	random := strings.TrimSpace(text.Reveal())
	if len(random) < minText {
		return nil, bot.Errorf(bot.Invalid, fmt.Sprintf("the master secret has %d characters, at least %d are wanted", len(random), minText))
	}
	return hkdf.Key(sha256.New, []byte(random), nil, labelMaster, KeyBytes)
}

const idBytes = 8

func derive(master []byte) (subkeys, error) {
	if len(master) != KeyBytes {
		return subkeys{}, bot.Errorf(bot.Invalid, fmt.Sprintf("a master key has %d bytes, not %d", KeyBytes, len(master)))
	}
	subkey := func(label string, size int) []byte {
		// The only errors are a size above 255 hashes and, in FIPS mode, a short key.
		key, err := hkdf.Key(sha256.New, master, nil, label, size)
		if err != nil {
			panic(err)
		}
		return key
	}
	block, err := aes.NewCipher(subkey(labelSealing, KeyBytes))
	if err != nil {
		return subkeys{}, bot.Wrap(bot.Internal, "sealing key", err)
	}
	sealing, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return subkeys{}, bot.Wrap(bot.Internal, "sealing key", err)
	}
	return subkeys{
		id:      hex.EncodeToString(subkey(labelID, idBytes)),
		sealing: sealing,
		webhook: subkey(labelWebhook, KeyBytes),
		admin:   subkey(labelAdmin, KeyBytes),
		app:     subkey(labelApp, KeyBytes),
		mark:    subkey(labelMark, KeyBytes),
		person:  subkey(labelPerson, KeyBytes),
	}, nil
}

// lengthPrefixed writes parts with their lengths, so that no two lists are written alike.
func lengthPrefixed(parts ...string) []byte {
	var data []byte
	for _, part := range parts {
		data = binary.AppendUvarint(data, uint64(len(part)))
		data = append(data, part...)
	}
	return data
}
