package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hookline/shared/bot"
)

// User is somebody on a channel of a bot.
type User struct {
	Head    bot.Head
	Channel string // id
	ID      string // the network's
}

// Traces are what is kept of a user. Hooks, calls and channels are named by their ids.
type Traces struct {
	Conversations []KeptConversation
	Recipients    []KeptRecipient
	Deliveries    []KeptDelivery
	DeadLetters   []bot.DeadLetter
	Turns         []bot.Turn
}

// KeptRecipient is a recipient of a hook.
type KeptRecipient struct {
	Hook string
	Recipient
}

// KeptDelivery is a delivery of a call, with what was sent if it was to this chat only.
type KeptDelivery struct {
	Hook, Call string
	bot.Delivery
	Sending *bot.Sending
}

const (
	tracePage = 100
	// traceBytes is how much is given at once: less than a function on AWS may answer.
	traceBytes = 3 << 20
)

// Traces gives what is kept of a user, with the cursor to go on with: "" once all is found. It ends after a number of
// requests to the table, or when it has much to give. Kind invalid for a cursor that has grown too old: begin again.
//
// What is found: conversations; recipients, deliveries and dead letters that name the user, or the user's own chat with
// the bot; turns of the user's events. What was posted to a hook is for all of its recipients and is no user's.
func (s *Store) Traces(ctx context.Context, u User, cursor string, requests int) (Traces, string, error) {
	k := &seeker{store: s, user: u, requests: requests}
	next, err := k.seek(ctx, cursor)
	return k.found, next, err
}

// Erase deletes what Traces finds, and gives it. It may be done again, and has to be after anything of the user's was
// still on its way. A recipient that the bot file lists stays one, without what it said of itself.
func (s *Store) Erase(ctx context.Context, u User, cursor string, requests int) (Traces, string, error) {
	k := &seeker{store: s, user: u, requests: requests, erasing: true}
	next, err := k.seek(ctx, cursor)
	return k.found, next, err
}

// seeker goes through the items that may be about a user.
type seeker struct {
	store   *Store
	user    User
	erasing bool
	// chats are those in which the user has conversations, by their keys; true for the user's own.
	chats    map[string]bool
	requests int // left
	bytes    int // found
	found    Traces
}

// stretch is some items beside one another. Its name is part of cursors and has no space.
type stretch struct {
	name  string
	query Query
	look  func(context.Context, Item) error
}

// seek looks at one stretch after the other. The conversations come last: they tell in which chats to look, also after an
// erasure that was broken off.
func (k *seeker) seek(ctx context.Context, cursor string) (next string, err error) {
	if err := k.readChats(ctx); err != nil {
		return "", err
	}
	name, after, _ := strings.Cut(cursor, " ")
	stretches := k.stretches()
	if cursor != "" {
		from := slices.IndexFunc(stretches, func(st stretch) bool { return st.name == name })
		if from < 0 {
			return "", bot.Errorf(bot.Invalid, "the cursor has grown too old: begin again without one")
		}
		stretches = stretches[from:]
	}
	for i, st := range stretches {
		if i > 0 && k.requests <= 0 {
			return st.name + " ", nil
		}
		end, err := k.lookThrough(ctx, st, after)
		if err != nil {
			return "", err
		}
		if end != nil {
			return st.name + " " + *end, nil
		}
		after = ""
	}
	return "", nil
}

// lookThrough looks at a stretch behind after. It gives where it stopped, nil if it came to the end.
func (k *seeker) lookThrough(ctx context.Context, st stretch, after string) (*string, error) {
	for {
		k.requests--
		st.query.After, st.query.Limit = after, tracePage
		items, err := k.store.table.Query(ctx, st.query)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			if k.bytes >= traceBytes {
				return &after, nil
			}
			if err := st.look(ctx, item); err != nil {
				return nil, err
			}
			after = item.SK
		}
		switch {
		case len(items) < tracePage:
			return nil, nil
		case k.requests <= 0:
			return &after, nil
		}
	}
}

func (k *seeker) stretches() []stretch {
	var all []stretch
	hooks := append(slices.Sorted(maps.Values(k.user.Head.Hooks)), sendings(k.user.Head.ID))
	for _, id := range hooks {
		all = append(all,
			stretch{"recipients/" + id, Query{PK: hookKey(id).PK, Prefix: recipients}, k.recipient(id)},
			stretch{"calls/" + id, Query{PK: hookKey(id).PK, Prefix: listedCalls}, k.call(id)})
	}
	all = append(all, stretch{"dead", Query{PK: deadKey(k.user.Head.ID, "").PK}, k.letter})
	now := k.store.now()
	for day := now.Add(-TurnsKept); !day.After(now); day = day.AddDate(0, 0, 1) {
		for shard := range uint32(turnShards) {
			name := fmt.Sprintf("turns/%s/%d", day.UTC().Format(time.DateOnly), shard)
			all = append(all, stretch{name, Query{PK: turnPartition(k.user.Head.ID, day, shard)}, k.turn})
		}
	}
	return append(all, stretch{"conversations", Query{PK: userChatKey(k.key()).PK}, k.conversation})
}

// key is that of any conversation of the user's.
func (k *seeker) key() bot.ConversationKey {
	return bot.NewConversationKey(k.user.Channel, "", k.user.ID)
}

func (k *seeker) readChats(ctx context.Context) error {
	k.requests--
	items, err := k.store.table.Query(ctx, Query{PK: userChatKey(k.key()).PK})
	if err != nil {
		return err
	}
	k.chats = make(map[string]bool, len(items))
	for _, item := range items {
		var noted userChat
		if err := decode(item, &noted); err != nil {
			return err
		}
		k.chats[item.SK] = noted.Direct
	}
	k.chats["user:"+k.key().User] = true // where the network names no chat
	return nil
}

// about tells whether something that is sent to an address is about the user.
func (k *seeker) about(a bot.Address) bool {
	e := bot.Event{From: &bot.Person{ID: a.User}, Chat: &bot.Chat{ID: a.Chat}}
	return a.User == k.user.ID || k.chats[e.Conversation().Chat]
}

// from tells whether an event of a channel is the user's.
func (k *seeker) from(channel string, e *bot.Event) bool {
	if channel != k.user.Channel || e == nil {
		return false
	}
	return e.From != nil && e.From.ID == k.user.ID || k.chats[e.Conversation().Chat]
}

// drop deletes an item, if that is what is wanted.
func (k *seeker) drop(ctx context.Context, key Key) error {
	if !k.erasing {
		return nil
	}
	k.requests--
	return k.store.table.Delete(ctx, key, Always)
}
