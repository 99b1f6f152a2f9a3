package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"hookline/shared/bot"
)

const (
	// payloadMark begins what a button sends in place of a payload that is too long for its network.
	payloadMark = "~"
	payloadHash = 16
	// keepPayload is how long after it was last sent a button with a kept payload can be pressed.
	keepPayload = 180 * 24 * time.Hour
)

// PayloadKey gives what a button sends in place of a long payload: 23 bytes of ASCII, the same for the same payload.
func PayloadKey(payload string) string {
	sum := sha256.Sum256([]byte(payload))
	return payloadMark + base64.RawURLEncoding.EncodeToString(sum[:payloadHash])
}

// isPayloadKey tells whether a payload may be a key. That there is nothing under it shows that it is none.
func isPayloadKey(payload string) bool {
	return len(payload) == len(payloadMark)+base64.RawURLEncoding.EncodedLen(payloadHash) && strings.HasPrefix(payload, payloadMark)
}

// PutPayloads keeps payloads, each under its PayloadKey, for the presses of everybody in the conversation's chat.
func (s *Store) PutPayloads(ctx context.Context, key bot.ConversationKey, payloads []string) error {
	items := make([]Item, 0, len(payloads))
	for _, payload := range payloads {
		item, err := encode(keptPayloadKey(key, PayloadKey(payload)), payload, s.now().Add(keepPayload))
		if err != nil {
			return err
		}
		items = append(items, item)
	}
	for batch := range slices.Chunk(items, BatchLimit) {
		if err := s.table.BatchPut(ctx, batch...); err != nil {
			return err
		}
	}
	return nil
}
