package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hookline/shared/bot"
)

// Version is a definition of a bot that is still kept.
type Version struct {
	Number     int
	Definition string
	// CreatedAt is when it was published, in whole seconds; zero if that was before it was kept.
	CreatedAt time.Time
	// ReplacedAt is when another became live, ExpiresAt when it will be gone; both are zero for the live one.
	ReplacedAt, ExpiresAt time.Time
}

// Versions gives the definitions of a bot that are kept, the newest first.
func (s *Store) Versions(ctx context.Context, head bot.Head) ([]Version, error) {
	items, err := s.table.Query(ctx, Query{PK: headKey(head.ID).PK, Prefix: definitions})
	if err != nil {
		return nil, err
	}
	var versions []Version
	for _, item := range items {
		definition, chunk, _ := strings.Cut(strings.TrimPrefix(item.SK, definitions), "#")
		number, err := strconv.Atoi(strings.SplitN(definition, "-", 2)[0])
		// A version above the head's is somebody's who is publishing right now, or who lost the race for it.
		if err != nil || number > head.Version || number == head.Version && definition != head.Definition || chunk != firstChunk {
			continue
		}
		version := Version{Number: number, Definition: definition, CreatedAt: packedAt(item.Body), ExpiresAt: item.ExpiresAt}
		if !item.ExpiresAt.IsZero() {
			version.ReplacedAt = item.ExpiresAt.Add(-retiredFor)
		}
		versions = append(versions, version)
	}
	slices.Reverse(versions)
	return versions, nil
}

// VersionOf finds the definition of a version; kind not_found if it is not kept.
func (s *Store) VersionOf(ctx context.Context, head bot.Head, number int) (bot.Definition, error) {
	versions, err := s.Versions(ctx, head)
	if err != nil {
		return bot.Definition{}, err
	}
	at := slices.IndexFunc(versions, func(v Version) bool { return v.Number == number })
	if at < 0 {
		return bot.Definition{}, bot.Errorf(bot.NotFound, fmt.Sprintf("version %d of bot %s is not kept", number, head.Name))
	}
	return s.Definition(ctx, head, versions[at].Definition)
}

// packedAt reads when a definition was packed from its first chunk.
func packedAt(chunk []byte) time.Time {
	r, err := gzip.NewReader(bytes.NewReader(chunk))
	if err != nil || r.ModTime.IsZero() {
		return time.Time{} // whoever reads the definition is told what is wrong with it
	}
	return r.ModTime.UTC()
}
