package store

import (
	"context"
	"time"

	"hookline/shared/bot"
)

// blockedItem notes that a chat does not want to hear from a channel, or cannot any more.
type blockedItem struct {
	Since  time.Time `json:"since"`
	Reason string    `json:"reason,omitempty"` // what the network said
}

// Blocked tells whether a chat of a channel is known not to want to hear from us.
func (s *Store) Blocked(ctx context.Context, channel, chat string) (bool, error) {
	_, err := s.table.Get(ctx, blockedKey(channel, chat))
	if bot.KindOf(err) == bot.NotFound {
		return false, nil
	}
	return err == nil, err
}

// SetBlocked remembers that a chat does not want to hear from us, and what the network said of it.
func (s *Store) SetBlocked(ctx context.Context, channel, chat, reason string) error {
	_, err := s.write(ctx, blockedKey(channel, chat), blockedItem{s.now().UTC(), reason}, Always)
	return err
}

// ClearBlocked forgets it: somebody wrote to us from there.
func (s *Store) ClearBlocked(ctx context.Context, channel, chat string) error {
	return s.table.Delete(ctx, blockedKey(channel, chat), Always)
}
