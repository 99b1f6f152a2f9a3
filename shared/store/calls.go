package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"hookline/shared/bot"
)

// idempotencyKept is how long a call that is posted again with its idempotency key is known.
const idempotencyKept = 24 * time.Hour

// idempotent is the item that finds a call by its idempotency key.
type idempotent struct {
	Call string `json:"call"`
	Body string `json:"body"` // hash
}

// PutCall stores what was posted to a hook and gives it with its id. With an idempotency key that was used for the hook
// in the last 24 hours it gives the call of then, and kind unsupported if that had another body.
func (s *Store) PutCall(ctx context.Context, call bot.Call, body []byte, key string) (bot.Call, error) {
	call.ID, call.AcceptedAt = newID(), s.now().UTC()
	expires := call.AcceptedAt.Add(bot.CallKept)
	item, err := encode(callKey(call.ID), call, expires)
	if err != nil {
		return call, err
	}
	listed := item
	listed.Key = listedCallKey(call)
	ops := []Op{
		{Verb: PutVerb, Item: item, Cond: Absent},
		{Verb: PutVerb, Item: listed, Cond: Absent},
		{Verb: PutVerb, Item: Item{Key: callBodyKey(call.ID), Body: body, ExpiresAt: expires}, Cond: Absent},
	}
	if key == "" {
		return call, s.table.Transact(ctx, ops...)
	}
	place := idempotencyKey(call.Hook, hash([]byte(key)))
	item, err = encode(place, idempotent{call.ID, hash(body)}, call.AcceptedAt.Add(idempotencyKept))
	if err != nil {
		return call, err
	}
	err = s.table.Transact(ctx, append(ops, Op{Verb: PutVerb, Item: item, Cond: Absent})...)
	if bot.KindOf(err) == bot.Conflict {
		return s.earlierCall(ctx, place, body)
	}
	return call, err
}

func (s *Store) earlierCall(ctx context.Context, place Key, body []byte) (bot.Call, error) {
	earlier, _, err := read[idempotent](ctx, s, place, "call")
	if err != nil {
		return bot.Call{}, bot.Wrap(bot.Unavailable, "the call was made twice at once", err)
	}
	if earlier.Body != hash(body) {
		return bot.Call{}, errKeyUsed
	}
	return s.Call(ctx, earlier.Call)
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Call reads a call; kind not_found if there is none, or if it is no longer kept.
func (s *Store) Call(ctx context.Context, id string) (bot.Call, error) {
	call, version, err := read[bot.Call](ctx, s, callKey(id), "call")
	call.Version = version
	return call, err
}

// SaveCall writes how far a call has come, if it still is what was read (call.Version), and gives its new version.
func (s *Store) SaveCall(ctx context.Context, call bot.Call) (int64, error) {
	item, err := encode(callKey(call.ID), call, call.AcceptedAt.Add(bot.CallKept))
	if err != nil {
		return 0, err
	}
	return s.table.Put(ctx, item, IfVersion(call.Version))
}

// Calls gives the calls of a hook, newest first and as they were accepted, with where the next page begins: "" if there is
// none. After is where the last page ended.
func (s *Store) Calls(ctx context.Context, hook, after string, limit int) (calls []bot.Call, next string, err error) {
	q := Query{PK: hookKey(hook).PK, Prefix: listedCalls, Limit: limit, Newest: true}
	if after != "" {
		q.After = listedCalls + after
	}
	items, err := s.table.Query(ctx, q)
	if err != nil {
		return nil, "", err
	}
	calls = make([]bot.Call, len(items))
	for i, item := range items {
		if err := decode(item, &calls[i]); err != nil {
			return nil, "", err
		}
		next = item.SK[len(listedCalls):]
	}
	if len(items) < limit {
		next = ""
	}
	return calls, next, nil
}
