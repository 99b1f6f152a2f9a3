package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"hookline/shared/bot"
)

const (
	// chunkBytes is how much of a compressed definition one item holds.
	chunkBytes = 300 << 10
	// maxDefinitionBytes is how large a definition may be, as JSON; it also bounds what is unpacked.
	maxDefinitionBytes = 64 << 20
	// retiredFor is how long a definition is kept after another has replaced it.
	retiredFor = 30 * 24 * time.Hour
)

var noExpiry time.Time

// packed is a definition as it is stored, without its channels: those are items of their own.
type packed struct {
	hash   string
	chunks [][]byte
}

// name is what chunks are stored under. The hash keeps two publishers who race for one version from mixing theirs.
func (p packed) name(version int) string { return fmt.Sprintf("%08d-%s", version, p.hash) }

// pack notes in the gzip header when it was: that is when the version was published.
func pack(def storedDefinition, now time.Time) (packed, error) {
	plain, err := json.Marshal(def)
	if err != nil {
		return packed{}, bot.Wrap(bot.Invalid, "the definition cannot be encoded", err)
	}
	same, err := json.Marshal(def.withoutSeals())
	if err != nil {
		return packed{}, bot.Wrap(bot.Invalid, "the definition cannot be encoded", err)
	}
	if len(plain) > maxDefinitionBytes {
		return packed{}, bot.Errorf(bot.TooLarge, fmt.Sprintf("the definition has %d bytes; at most %d can be kept", len(plain), maxDefinitionBytes))
	}
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	w.ModTime = now
	if _, err := w.Write(plain); err != nil {
		return packed{}, bot.Wrap(bot.Internal, "compress the definition", err)
	}
	if err := w.Close(); err != nil {
		return packed{}, bot.Wrap(bot.Internal, "compress the definition", err)
	}
	sum := sha256.Sum256(same)
	return packed{hex.EncodeToString(sum[:8]), slices.Collect(slices.Chunk(compressed.Bytes(), chunkBytes))}, nil
}

// putChunks writes the chunks of a version that is not yet the head, so nobody reads them before the head is moved.
func (s *Store) putChunks(ctx context.Context, head bot.Head, p packed) error {
	for i, chunk := range p.chunks {
		item := Item{Key: chunkKey(head.ID, head.Definition, i), Body: chunk}
		if _, err := s.table.Put(ctx, item, Always); err != nil {
			return err
		}
	}
	return nil
}

// Definition reads one stored definition of a bot, whole; kind not_found once it has expired. Its Channels are empty.
func (s *Store) Definition(ctx context.Context, head bot.Head, definition string) (bot.Definition, error) {
	var stored storedDefinition
	var def bot.Definition
	first := chunkKey(head.ID, definition, 0)
	items, err := s.table.Query(ctx, Query{PK: first.PK, Prefix: strings.TrimSuffix(first.SK, firstChunk)})
	if err != nil {
		return def, err
	}
	if len(items) == 0 {
		return def, bot.Errorf(bot.NotFound, "this version of the bot is no longer kept")
	}
	var compressed bytes.Buffer
	for _, item := range items {
		compressed.Write(item.Body)
	}
	r, err := gzip.NewReader(&compressed)
	if err != nil {
		return def, bot.Wrap(bot.Internal, "stored definition cannot be read", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxDefinitionBytes))
	if err != nil {
		return def, bot.Wrap(bot.Internal, "stored definition cannot be read", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(plain))
	decoder.UseNumber()
	if err := decoder.Decode(&stored); err != nil {
		return def, bot.Wrap(bot.Internal, "stored definition cannot be read", err)
	}
	return s.openDefinition(head, stored)
}

// retireDefinitions gives an expiry to the chunks of all versions before the head. Chunks of higher versions are left:
// they belong to somebody who is publishing right now.
func (s *Store) retireDefinitions(ctx context.Context, head bot.Head) error {
	items, err := s.table.Query(ctx, Query{PK: headKey(head.ID).PK, Prefix: definitions})
	if err != nil {
		return err
	}
	for _, item := range items {
		if !item.ExpiresAt.IsZero() || item.SK >= definitions+fmt.Sprintf("%08d", head.Version) {
			continue
		}
		item.ExpiresAt = s.now().Add(retiredFor)
		if _, err := s.table.Put(ctx, item, IfVersion(item.Version)); err != nil && bot.KindOf(err) != bot.Conflict {
			return err
		}
	}
	return nil
}
