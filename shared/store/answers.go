package store

import (
	"context"
	"encoding/json"
	"time"

	"hookline/shared/bot"
)

// claimedFor is how long a request with an idempotency key may take: after that whoever began it has died, and it may be
// made anew. No Lambda function lives longer than 30 seconds.
const claimedFor = time.Minute

// Answer is how a request with an idempotency key was answered.
type Answer struct {
	Status int                 `json:"status"`
	Header map[string][]string `json:"header,omitempty"`
	Body   []byte              `json:"body,omitempty"`
}

// ClaimedKey is the right to carry out the one request that an account's idempotency key names.
type ClaimedKey struct {
	account, key, request string
	version               int64
}

// claimedItem is an idempotency key as it lies in the table.
type claimedItem struct {
	Request string `json:"request"` // hash
	// Answer is sealed, as it may show a token; "" while there is none.
	Answer string `json:"answer,omitempty"`
	// Omitted: there was an answer, too large to be kept.
	Omitted bool `json:"omitted,omitempty"`
}

// ClaimKey claims an account's idempotency key for a request, of which it is given a hash, or gives the answer that the
// request got in the last 24 hours. What is claimed is to be settled by KeepAnswer or ReleaseKey, and is free again after
// a minute. Kind unsupported: the key was used for another request. Kind conflict: the request is being carried out, or its
// answer was too large to be kept.
func (s *Store) ClaimKey(ctx context.Context, account, key, request string) (ClaimedKey, *Answer, error) {
	claim := ClaimedKey{account: account, key: key, request: request}
	item, err := encode(claim.place(), claimedItem{Request: request}, s.now().Add(claimedFor))
	if err != nil {
		return claim, nil, err
	}
	for range lostRaces {
		if claim.version, err = s.table.Put(ctx, item, Absent); bot.KindOf(err) != bot.Conflict {
			return claim, nil, err
		}
		var earlier claimedItem
		if earlier, _, err = read[claimedItem](ctx, s, item.Key, "idempotency key"); bot.KindOf(err) == bot.NotFound {
			continue // it was released meanwhile
		}
		if err != nil {
			return claim, nil, err
		}
		answer, err := s.openAnswer(claim, earlier)
		return claim, answer, err
	}
	return claim, nil, errInProgress
}

var (
	// errKeyUsed has the kind of status 422, as draft-ietf-httpapi-idempotency-key-header wants it.
	errKeyUsed    = bot.Errorf(bot.Unsupported, "the idempotency key was used for another request: give each request a key of its own")
	errInProgress = &bot.Error{
		Kind: bot.Conflict, Message: "the request with this idempotency key is being carried out: try again later", RetryAfter: time.Second,
	}
)

func (c ClaimedKey) place() Key { return answerKey(c.account, hash([]byte(c.key))) }

// sealContext are the names of the place where an answer is sealed.
func (c ClaimedKey) sealContext() []string { return []string{c.account, "answer", c.key} }

func (s *Store) openAnswer(c ClaimedKey, earlier claimedItem) (*Answer, error) {
	switch {
	case earlier.Request != c.request:
		return nil, errKeyUsed
	case earlier.Omitted:
		return nil, bot.Errorf(bot.Conflict,
			"the request with this idempotency key was carried out, but its answer is too large to be kept: read what has become of it")
	case earlier.Answer == "":
		return nil, errInProgress
	}
	text, err := s.keys.Open(earlier.Answer, c.sealContext()...)
	if err != nil {
		return nil, err
	}
	var answer Answer
	if err := json.Unmarshal([]byte(text.Reveal()), &answer); err != nil {
		return nil, bot.Wrap(bot.Internal, "stored answer cannot be read", err)
	}
	return &answer, nil
}

// KeepAnswer keeps the answer to a claimed request for 24 hours, or only that there was one if it is too large for an
// item. Kind conflict: the claim has run out.
func (s *Store) KeepAnswer(ctx context.Context, c ClaimedKey, answer Answer) error {
	text, err := json.Marshal(answer)
	if err != nil {
		return bot.Wrap(bot.Internal, "answer cannot be encoded", err)
	}
	stored := claimedItem{Request: c.request}
	if stored.Answer, err = s.keys.Seal(bot.Secret(text), c.sealContext()...); err != nil {
		return err
	}
	expires := s.now().Add(idempotencyKept)
	item, err := encode(c.place(), stored, expires)
	if err == nil && item.Size() > MaxItemBytes {
		item, err = encode(c.place(), claimedItem{Request: c.request, Omitted: true}, expires)
	}
	if err != nil {
		return err
	}
	_, err = s.table.Put(ctx, item, IfVersion(c.version))
	return err
}

// ReleaseKey gives a claimed key back: its request may be made anew. Kind conflict: the claim has run out.
func (s *Store) ReleaseKey(ctx context.Context, c ClaimedKey) error {
	return s.table.Delete(ctx, c.place(), IfVersion(c.version))
}
