package store

import (
	"bytes"
	"cmp"
	"context"
	"strings"
	"time"

	"hookline/shared/bot"
)

// Recipient is a chat that gets what is posted to a hook.
type Recipient struct {
	Channel string // id
	bot.Address
	Vars map[string]string
	// Listed tells that the bot file names it, Subscribed that it joined by itself or was added; it may be both.
	Listed, Subscribed bool
	// Left tells that it unsubscribed although the bot file names it: it gets nothing until it subscribes again.
	Left bool
	// CreatedAt is when it became a recipient.
	CreatedAt time.Time
}

// ID names a recipient among those of a hook.
func (r Recipient) ID() string { return r.Group(r.Channel) }

// recipientItem is a recipient as it lies in the table. Publishing writes what the file says, and the chat's own wish
// stands beside it.
type recipientItem struct {
	Channel    string          `json:"channel"`
	Chat       string          `json:"chat,omitempty"`
	Listed     *recipientTerms `json:"listed,omitempty"`
	Subscribed *recipientTerms `json:"subscribed,omitempty"`
	Left       bool            `json:"left,omitempty"`
	CreatedAt  time.Time       `json:"created_at,omitzero"`
}

// recipientTerms are on what terms somebody is a recipient.
type recipientTerms struct {
	Thread string            `json:"thread,omitempty"`
	User   string            `json:"user,omitempty"`
	Vars   map[string]string `json:"vars,omitempty"`
}

func termsOf(r Recipient) *recipientTerms { return &recipientTerms{r.Thread, r.User, r.Vars} }

// recipient gives what the item says. The bot file's terms go before the chat's own.
func (i recipientItem) recipient() Recipient {
	terms := cmp.Or(i.Listed, i.Subscribed, &recipientTerms{})
	return Recipient{
		Channel: i.Channel, Address: bot.Address{Chat: i.Chat, Thread: terms.Thread, User: terms.User}, Vars: terms.Vars,
		Listed: i.Listed != nil, Subscribed: i.Subscribed != nil, Left: i.Left, CreatedAt: i.CreatedAt,
	}
}

// Recipients gives recipients of a hook, those behind the one whose id is after, in a fixed order.
func (s *Store) Recipients(ctx context.Context, hook, after string, limit int) ([]Recipient, error) {
	q := Query{PK: hookKey(hook).PK, Prefix: recipients, Limit: limit}
	if after != "" {
		q.After = recipients + after
	}
	items, err := s.table.Query(ctx, q)
	if err != nil {
		return nil, err
	}
	found := make([]Recipient, 0, len(items))
	for _, item := range items {
		var stored recipientItem
		if err := decode(item, &stored); err != nil {
			return nil, err
		}
		found = append(found, stored.recipient())
	}
	return found, nil
}

// Subscribe makes a chat a recipient of a hook, on these terms if it is one already.
func (s *Store) Subscribe(ctx context.Context, hook string, r Recipient) error {
	return s.changeRecipient(ctx, hook, r.ID(), func(i *recipientItem) {
		i.Channel, i.Chat = r.Channel, r.Chat
		i.Subscribed, i.Left = termsOf(r), false
	})
}

// Recipient reads a recipient of a hook by its id; kind not_found if there is none.
func (s *Store) Recipient(ctx context.Context, hook, id string) (Recipient, error) {
	stored, _, err := read[recipientItem](ctx, s, recipientKey(hook, id), "recipient: "+id)
	return stored.recipient(), err
}

// ChangeTerms has apply change on what terms somebody is a recipient: thread, user and vars. Apply may refuse, and is
// called again where somebody else was quicker. Kind not_found: there is no such recipient; conflict: its terms are
// those of the bot file.
func (s *Store) ChangeTerms(ctx context.Context, hook, id string, apply func(*Recipient) error) (changed Recipient, err error) {
	var refused error
	err = s.changeRecipient(ctx, hook, id, func(i *recipientItem) {
		changed = i.recipient()
		switch {
		case i.Listed != nil:
			refused = bot.Errorf(bot.Conflict, "the bot file lists this recipient: change it there, among the recipients of its hook")
		case i.Subscribed == nil:
			refused = bot.Errorf(bot.NotFound, "no such recipient: "+id)
		default:
			if refused = apply(&changed); refused == nil {
				i.Subscribed = termsOf(changed)
			}
		}
	})
	return changed, cmp.Or(refused, err)
}

// Unsubscribe has a chat get nothing more of a hook, even if the bot file names it. That it is no recipient is no error.
func (s *Store) Unsubscribe(ctx context.Context, hook, id string) error {
	return s.changeRecipient(ctx, hook, id, func(i *recipientItem) { i.Subscribed, i.Left = nil, true })
}

// MoveRecipient goes on with a recipient whose chat has another id now. The old id stays where the bot file lists it, and
// gets nothing.
func (s *Store) MoveRecipient(ctx context.Context, hook string, r Recipient, chat string) error {
	moved := r
	moved.Chat = chat
	if err := s.Subscribe(ctx, hook, moved); err != nil {
		return err
	}
	return s.Unsubscribe(ctx, hook, r.ID())
}

// changeRecipient has apply change an item, which is empty where there is none, and writes or deletes it.
func (s *Store) changeRecipient(ctx context.Context, hook, id string, apply func(*recipientItem)) error {
	var err error
	for range lostRaces {
		var item Item
		if item, err = s.table.Get(ctx, recipientKey(hook, id)); err != nil && bot.KindOf(err) != bot.NotFound {
			return err
		}
		item.Key = recipientKey(hook, id)
		var op *Op
		if op, err = s.changedRecipient(item, apply); err != nil || op == nil {
			return err
		}
		if err = s.table.Transact(ctx, *op); bot.KindOf(err) != bot.Conflict {
			return err
		}
	}
	return err
}

// changedRecipient gives the operation that makes of an item (version 0: there is none) what apply makes of it, nil if it
// stays as it is. Nobody is kept who is neither listed nor has subscribed.
func (s *Store) changedRecipient(item Item, apply func(*recipientItem)) (*Op, error) {
	stored := recipientItem{CreatedAt: s.now().UTC()}
	if item.Version != 0 {
		stored = recipientItem{}
		if err := decode(item, &stored); err != nil {
			return nil, err
		}
	}
	apply(&stored)
	if stored.Listed == nil && stored.Subscribed == nil {
		if item.Version == 0 {
			return nil, nil
		}
		return &Op{Verb: DeleteVerb, Item: Item{Key: item.Key}, Cond: IfVersion(item.Version)}, nil
	}
	changed, err := encode(item.Key, stored, noExpiry)
	if err != nil || bytes.Equal(changed.Body, item.Body) {
		return nil, err
	}
	return &Op{Verb: PutVerb, Item: changed, Cond: IfVersion(item.Version)}, nil
}

// recipientID is the id in a recipient's or delivery's sort key.
func recipientID(key Key) string {
	_, id, _ := strings.Cut(key.SK, "#")
	return id
}
