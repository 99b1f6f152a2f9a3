package store

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"hookline/shared/bot"
)

// channelItem is a channel as it lies in the table: its credentials sealed.
type channelItem struct {
	Bot         string                        `json:"bot"`
	Owner       string                        `json:"owner"`
	Name        string                        `json:"name"`
	Provider    string                        `json:"provider"`
	Settings    map[string]any                `json:"settings,omitempty"`
	Credentials map[string][]sealedCredential `json:"credentials,omitempty"`
	Identity    bot.Identity                  `json:"identity,omitzero"`
	Disabled    bool                          `json:"disabled,omitempty"`
	Health      bot.Health                    `json:"health,omitzero"`
	// Generation counts the webhook secrets; Registered is the one that the network last confirmed.
	Generation int `json:"generation"`
	Registered int `json:"registered,omitempty"`

	CreatedAt time.Time `json:"created_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

type sealedCredential struct {
	Sealed string `json:"sealed"`
	From   string `json:"from,omitempty"`
}

// Channel reads a channel and opens its credentials; kind not_found if there is none.
func (s *Store) Channel(ctx context.Context, id string) (bot.Channel, error) {
	item, err := s.table.Get(ctx, channelKey(id))
	if bot.KindOf(err) == bot.NotFound {
		return bot.Channel{}, bot.Errorf(bot.NotFound, "no such channel")
	}
	if err != nil {
		return bot.Channel{}, err
	}
	return s.openChannel(id, item)
}

// openedChannels keeps channels whose credentials were opened, by id, as long as their item's version stays the same.
type openedChannels struct {
	mutex sync.Mutex
	byID  map[string]openedChannel
}

type openedChannel struct {
	version int64
	channel bot.Channel
}

// maxOpened bounds the channels kept open; past it they are opened anew.
const maxOpened = 10_000

func (s *Store) openChannel(id string, item Item) (bot.Channel, error) {
	s.opened.mutex.Lock()
	opened, ok := s.opened.byID[id]
	s.opened.mutex.Unlock()
	if ok && opened.version == item.Version {
		return opened.channel, nil
	}
	var stored channelItem
	if err := decode(item, &stored); err != nil {
		return bot.Channel{}, err
	}
	ch, err := s.unseal(id, stored)
	if err != nil {
		return ch, err
	}
	s.opened.mutex.Lock()
	defer s.opened.mutex.Unlock()
	if s.opened.byID == nil || len(s.opened.byID) >= maxOpened {
		s.opened.byID = map[string]openedChannel{}
	}
	s.opened.byID[id] = openedChannel{item.Version, ch}
	return ch, nil
}

func (s *Store) unseal(id string, stored channelItem) (bot.Channel, error) {
	ch := bot.Channel{
		ID: id, Bot: stored.Bot, Owner: stored.Owner, Name: stored.Name, Provider: stored.Provider,
		Settings: stored.Settings, Credentials: map[string][]bot.Credential{},
		Identity: stored.Identity, Disabled: stored.Disabled, Health: stored.Health,
		CreatedAt: stored.CreatedAt, UpdatedAt: stored.UpdatedAt,
	}
	for field, values := range stored.Credentials {
		for _, sealed := range values {
			value, err := s.keys.Open(sealed.Sealed, stored.Owner, id, field)
			if err != nil {
				return ch, err
			}
			ch.Credentials[field] = append(ch.Credentials[field], bot.Credential{Value: value, From: sealed.From})
		}
	}
	// The secret before the current one verifies too: the network may not have been told of the current one yet.
	ch.WebhookSecrets = s.keys.WebhookSecrets(id, stored.Generation)
	if stored.Generation > 1 {
		ch.WebhookSecrets = append(ch.WebhookSecrets, s.keys.WebhookSecrets(id, stored.Generation-1)...)
	}
	return ch, nil
}

// putChannel writes a new channel of a bot as its bot file has it. One that is there, by its id, is to change together with
// the head: change is the operation for that, nil if it stays as it is.
func (s *Store) putChannel(
	ctx context.Context, head bot.Head, id string, named namedChannel,
) (ch bot.Channel, change *Op, err error) {
	var stored channelItem
	var version int64
	if id != "" {
		stored, version, err = read[channelItem](ctx, s, channelKey(id), "channel")
		if err != nil && bot.KindOf(err) != bot.NotFound {
			return ch, nil, err
		}
	}
	if version == 0 || stored.Provider != named.Provider {
		now := s.now().UTC()
		id, version, stored = newID(), 0, channelItem{Generation: 1, CreatedAt: now, UpdatedAt: now}
	}
	item, changed, err := s.defineChannel(id, &stored, head, named)
	if err != nil {
		return ch, nil, err
	}
	switch {
	case version == 0:
		_, err = s.table.Put(ctx, item, Absent)
	case changed:
		change = &Op{Verb: PutVerb, Item: item, Cond: IfVersion(version)}
	}
	if err == nil {
		ch, err = s.unseal(id, stored)
	}
	if err != nil {
		return ch, nil, err
	}
	return ch, change, s.putSibling(ctx, ch)
}

// namedChannel is a channel of a bot file.
type namedChannel struct {
	name string
	bot.ChannelSpec
}

// defineChannel makes of a stored channel what the bot file says, and tells whether that is another one.
func (s *Store) defineChannel(id string, stored *channelItem, head bot.Head, named namedChannel) (item Item, changed bool, err error) {
	before, err := encode(channelKey(id), stored, noExpiry)
	if err != nil {
		return item, false, err
	}
	made := stored.Bot == ""
	stored.Bot, stored.Owner, stored.Name, stored.Provider = head.ID, head.Owner, named.name, named.Provider
	stored.Settings, stored.Disabled = named.Settings, named.Disabled
	if stored.Credentials, err = s.sealCredentials(*stored, id, named.ChannelSpec); err != nil {
		return item, false, err
	}
	if item, err = encode(channelKey(id), stored, noExpiry); err != nil || bytes.Equal(item.Body, before.Body) {
		return item, false, err
	}
	if !made {
		stored.UpdatedAt = s.now().UTC()
		item, err = encode(channelKey(id), stored, noExpiry)
	}
	return item, true, err
}

// sealCredentials seals the values given; one without a value is the stored one that came from the same place.
func (s *Store) sealCredentials(stored channelItem, id string, spec bot.ChannelSpec) (map[string][]sealedCredential, error) {
	sealed := make(map[string][]sealedCredential, len(spec.Credentials))
	for field, values := range spec.Credentials {
		for _, credential := range values {
			kept, found, err := s.keptCredential(stored, id, field, credential)
			if err != nil {
				return nil, err
			}
			if !found && credential.Value == "" {
				return nil, bot.Errorf(bot.Invalid, fmt.Sprintf("channels.%s.%s: no value is given, and none is stored", stored.Name, field))
			}
			if !found {
				kept.From = credential.From
				if kept.Sealed, err = s.keys.Seal(credential.Value, stored.Owner, id, field); err != nil {
					return nil, err
				}
			}
			sealed[field] = append(sealed[field], kept)
		}
	}
	return sealed, nil
}

// keptCredential finds the stored value that came from the same place and, where a value is given, is the same: sealed
// anew it would look like another one. What is sealed under a key before the current one is sealed anew all the same.
func (s *Store) keptCredential(stored channelItem, id, field string, given bot.Credential) (kept sealedCredential, found bool, err error) {
	for _, kept := range stored.Credentials[field] {
		if kept.From != given.From {
			continue
		}
		if given.Value == "" {
			return kept, true, nil
		}
		if !s.keys.Current(kept.Sealed) {
			continue
		}
		value, err := s.keys.Open(kept.Sealed, stored.Owner, id, field)
		if err != nil {
			return kept, false, err
		}
		if value == given.Value {
			return kept, true, nil
		}
	}
	return sealedCredential{}, false, nil
}

// SetIdentity keeps what the network says of who a channel is.
func (s *Store) SetIdentity(ctx context.Context, id string, identity bot.Identity) error {
	return s.changeChannel(ctx, id, func(c *channelItem) { c.Identity = identity })
}

// SetHealth keeps how a channel's connection was found.
func (s *Store) SetHealth(ctx context.Context, id string, health bot.Health) error {
	return s.changeChannel(ctx, id, func(c *channelItem) { c.Health = health })
}

// RotateSecret moves a channel to its next webhook secret, unless the network was never told of the current one, and
// gives the channel with it. The secret before goes on verifying.
func (s *Store) RotateSecret(ctx context.Context, id string) (bot.Channel, error) {
	err := s.changeChannel(ctx, id, func(c *channelItem) {
		if c.Registered == c.Generation {
			c.Generation++
		}
	})
	if err != nil {
		return bot.Channel{}, err
	}
	return s.Channel(ctx, id)
}

// SetConnected notes that the network has taken the channel's current webhook secret.
func (s *Store) SetConnected(ctx context.Context, id string, health bot.Health) error {
	return s.changeChannel(ctx, id, func(c *channelItem) { c.Registered, c.Health = c.Generation, health })
}

func (s *Store) changeChannel(ctx context.Context, id string, apply func(*channelItem)) error {
	_, err := change(ctx, s, channelKey(id), "channel", apply)
	return err
}

// RemoveChannel deletes a channel that its bot's definition no longer names.
func (s *Store) RemoveChannel(ctx context.Context, ch bot.Channel) error {
	if err := s.dropSibling(ctx, ch); err != nil {
		return err
	}
	if err := s.table.Delete(ctx, channelKey(ch.ID), Always); err != nil {
		return err
	}
	_, err := change(ctx, s, headKey(ch.Bot), "bot", func(head *bot.Head) {
		head.Leaving = slices.DeleteFunc(head.Leaving, func(id string) bool { return id == ch.ID })
	})
	return err
}
