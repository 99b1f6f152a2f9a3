package store

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"time"

	"hookline/shared/bot"
	"hookline/shared/secret"
)

// Hook is a hook of a live bot as it is called: who may, and whether it takes calls.
type Hook struct {
	ID    string
	Bot   string // id of the bot
	Owner string
	Name  string
	// TokenHashes are those of the tokens that open it (secret.HashToken), the newest first.
	TokenHashes []string
	// Keys sign calls, the newest first; without any, calls are not signed.
	Keys     []bot.Secret
	Disabled bool

	CreatedAt time.Time
	UpdatedAt time.Time // when its definition, a token or a key of it last changed
}

// PublishedHook is a hook that a publication made, with its token, or kept, without.
type PublishedHook struct {
	Hook
	Token bot.Secret
}

// hookItem is a hook as it lies in the table: its keys sealed.
type hookItem struct {
	Bot         string   `json:"bot"`
	Owner       string   `json:"owner"`
	Name        string   `json:"name"`
	TokenHashes []string `json:"token_hashes"`
	Keys        []string `json:"keys,omitempty"`
	Disabled    bool     `json:"disabled,omitempty"`
	// ListedAs is the hash of the bot file's recipients once all of them are written, and ListedBy the version of the bot
	// that they are of.
	ListedAs string `json:"listed_as,omitempty"`
	ListedBy int    `json:"listed_by,omitempty"`
	// DefinedAs is the hash of the hook in the bot file.
	DefinedAs string `json:"defined_as,omitempty"`

	CreatedAt time.Time `json:"created_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

// sealedHookKey is the field as which a hook's keys are sealed.
const sealedHookKey = "hook_key"

// Hook reads a hook and opens its keys; kind not_found if there is none.
func (s *Store) Hook(ctx context.Context, id string) (Hook, error) {
	stored, _, err := read[hookItem](ctx, s, hookKey(id), "hook")
	if err != nil {
		return Hook{}, err
	}
	return s.openHook(id, stored)
}

func (s *Store) openHook(id string, stored hookItem) (Hook, error) {
	h := Hook{
		ID: id, Bot: stored.Bot, Owner: stored.Owner, Name: stored.Name,
		TokenHashes: stored.TokenHashes, Disabled: stored.Disabled,
		CreatedAt: stored.CreatedAt, UpdatedAt: stored.UpdatedAt,
	}
	for _, sealed := range stored.Keys {
		key, err := s.keys.Open(sealed, stored.Owner, id, sealedHookKey)
		if err != nil {
			return h, err
		}
		h.Keys = append(h.Keys, key)
	}
	return h, nil
}

// newToken makes a random token or key. What it begins with tells people, and programs that look for leaks, what it is.
func newToken(begin string) bot.Secret { return bot.Secret(begin + "_" + rand.Text()) }

// renewed puts the newest value first and keeps, of those before, the one that was first if it is to go on being taken.
func renewed(values []string, newest string, keep bool) []string {
	if keep && len(values) > 0 {
		return []string{newest, values[0]}
	}
	return []string{newest}
}

// RotateToken gives a hook a new token. With keep, the one before opens it too until the next rotation.
func (s *Store) RotateToken(ctx context.Context, id string, keep bool) (bot.Secret, error) {
	token := newToken("hook")
	return token, s.changeHook(ctx, id, func(h *hookItem) {
		h.TokenHashes = renewed(h.TokenHashes, secret.HashToken(token), keep)
	})
}

// RotateKey gives a hook a new key: from now on its calls must be signed. With keep, the key before signs too until the
// next rotation.
func (s *Store) RotateKey(ctx context.Context, id string, keep bool) (bot.Secret, error) {
	h, err := s.Hook(ctx, id)
	if err != nil {
		return "", err
	}
	key := newToken("key")
	sealed, err := s.keys.Seal(key, h.Owner, id, sealedHookKey)
	if err != nil {
		return "", err
	}
	return key, s.changeHook(ctx, id, func(h *hookItem) { h.Keys = renewed(h.Keys, sealed, keep) })
}

// DropKeys has calls of a hook no longer signed.
func (s *Store) DropKeys(ctx context.Context, id string) error {
	return s.changeHook(ctx, id, func(h *hookItem) { h.Keys = nil })
}

func (s *Store) changeHook(ctx context.Context, id string, apply func(*hookItem)) error {
	_, err := change(ctx, s, hookKey(id), "hook", func(h *hookItem) {
		apply(h)
		h.UpdatedAt = s.now().UTC()
	})
	return err
}

// putHooks writes the hooks that a definition has and notes in the publication what is new and what is gone.
func (s *Store) putHooks(ctx context.Context, p *Publication, defined []bot.Hook) error {
	old := p.Head.Hooks
	p.Head.Hooks = make(map[string]string, len(defined))
	for _, hook := range defined {
		published, err := s.putHook(ctx, p.Head, old[hook.Name], hook)
		if err != nil {
			return err
		}
		published.Disabled = hook.Disabled // once the version is live: settleHooks
		p.Hooks = append(p.Hooks, published)
		p.Head.Hooks[hook.Name] = published.ID
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if p.Head.Hooks[name] == "" {
			p.RemovedHooks = append(p.RemovedHooks, name)
			p.Head.LeavingHooks = append(p.Head.LeavingHooks, old[name])
		}
	}
	return nil
}

// putHook gives the hook that is there, or makes one.
func (s *Store) putHook(ctx context.Context, head bot.Head, id string, hook bot.Hook) (PublishedHook, error) {
	if id != "" {
		if h, err := s.Hook(ctx, id); bot.KindOf(err) != bot.NotFound {
			return PublishedHook{Hook: h}, err
		}
	}
	token, now := newToken("hook"), s.now().UTC()
	h := hookItem{
		Bot: head.ID, Owner: head.Owner, Name: hook.Name, TokenHashes: []string{secret.HashToken(token)}, Disabled: hook.Disabled,
		CreatedAt: now, UpdatedAt: now,
	}
	id = newID()
	if _, err := s.write(ctx, hookKey(id), h, Absent); err != nil {
		return PublishedHook{}, err
	}
	made, err := s.openHook(id, h)
	return PublishedHook{made, token}, err
}

// dropNewHooks takes back the hooks that were made for a publication that lost its race.
func (s *Store) dropNewHooks(ctx context.Context, p Publication) {
	for _, h := range p.Hooks {
		if h.Token != "" {
			// What is left behind is an item that nothing names; it is no reason to fail the publication.
			_ = s.table.Delete(ctx, hookKey(h.ID), Always)
		}
	}
}

// settleHooks does what is done once a version is live: it opens or closes its hooks, writes their recipients and removes
// the hooks that it no longer has.
func (s *Store) settleHooks(ctx context.Context, p *Publication, defined []bot.Hook) (err error) {
	for i, hook := range defined {
		if p.Hooks[i].UpdatedAt, err = s.listRecipients(ctx, p.Head, hook); err != nil {
			return err
		}
	}
	return s.removeLeavingHooks(ctx, p.Head)
}

// removeLeavingHooks removes the hooks that a bot no longer has.
func (s *Store) removeLeavingHooks(ctx context.Context, head bot.Head) error {
	for _, id := range head.LeavingHooks {
		if err := s.removeHook(ctx, id); err != nil {
			return err
		}
	}
	if len(head.LeavingHooks) == 0 {
		return nil
	}
	_, err := change(ctx, s, headKey(head.ID), "bot", func(current *bot.Head) {
		current.LeavingHooks = slices.DeleteFunc(current.LeavingHooks, func(id string) bool {
			return slices.Contains(head.LeavingHooks, id)
		})
	})
	return err
}

// removeHook deletes a hook, which takes no calls from then on, and all that lies beside it. Its calls expire.
func (s *Store) removeHook(ctx context.Context, id string) error {
	if err := s.table.Delete(ctx, hookKey(id), Always); err != nil {
		return err
	}
	for {
		items, err := s.table.Query(ctx, Query{PK: hookKey(id).PK, Limit: TransactLimit})
		if err != nil || len(items) == 0 {
			return err
		}
		ops := make([]Op, len(items))
		for i, item := range items {
			ops[i] = Op{Verb: DeleteVerb, Item: Item{Key: item.Key}, Cond: Always}
		}
		if err := s.table.Transact(ctx, ops...); err != nil {
			return err
		}
	}
}
