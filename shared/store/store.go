// Package store keeps Hookline's nouns in a table: one file a noun, over the thin Table that databases implement. What is
// shared by all databases (keys, sealing, chunks, expiry) is written here once.
package store

import (
	"context"
	"encoding/json"
	"time"

	"hookline/shared/bot"
	"hookline/shared/secret"
)

// Store reads and writes bots, channels, conversations, turns and dead letters. Its errors are *bot.Error.
type Store struct {
	table  Table
	keys   *secret.Keys
	now    func() time.Time
	opened openedChannels
}

// New makes a Store on a table; keys seal the credentials in it.
func New(table Table, keys *secret.Keys, now func() time.Time) *Store {
	return &Store{table: table, keys: keys, now: now}
}

// lostRaces is how often a change of configuration is tried again when somebody else changed the same item.
const lostRaces = 5

// read gives the decoded body of an item and its version; kind not_found, with what, if it is absent.
func read[T any](ctx context.Context, s *Store, key Key, what string) (value T, version int64, err error) {
	item, err := s.table.Get(ctx, key)
	if bot.KindOf(err) == bot.NotFound {
		return value, 0, bot.Errorf(bot.NotFound, "no such "+what)
	}
	if err != nil {
		return value, 0, err
	}
	return value, item.Version, decode(item, &value)
}

func decode(item Item, value any) error {
	if err := json.Unmarshal(item.Body, value); err != nil {
		return bot.Wrap(bot.Internal, "stored item cannot be read", err)
	}
	return nil
}

func encode(key Key, value any, expires time.Time) (Item, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return Item{}, bot.Wrap(bot.Internal, "item cannot be encoded", err)
	}
	return Item{Key: key, Body: body, ExpiresAt: expires}, nil
}

// write puts a value if the condition holds and gives its new version.
func (s *Store) write(ctx context.Context, key Key, value any, cond Condition) (int64, error) {
	item, err := encode(key, value, time.Time{})
	if err != nil {
		return 0, err
	}
	return s.table.Put(ctx, item, cond)
}

// change reads an item, lets apply change it and writes it back, again where somebody else was quicker.
func change[T any](ctx context.Context, s *Store, key Key, what string, apply func(*T)) (value T, err error) {
	for range lostRaces {
		var version int64
		if value, version, err = read[T](ctx, s, key, what); err != nil {
			return value, err
		}
		apply(&value)
		if _, err = s.write(ctx, key, value, IfVersion(version)); bot.KindOf(err) != bot.Conflict {
			return value, err
		}
	}
	return value, err
}
