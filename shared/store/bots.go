package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hookline/shared/bot"
)

// Publication is what publishing a definition did.
type Publication struct {
	Head    bot.Head
	Created bool
	// Changed is false when the definition is the one that was live; its channels may still have changed.
	Changed bool
	// Channels are the bot's, by name.
	Channels []bot.Channel
	// Removed are no longer named by the definition: disconnect them, then RemoveChannel.
	Removed []bot.Channel
	// Hooks are the bot's, in the order of the definition.
	Hooks []PublishedHook
	// RemovedHooks are the names of those that the definition no longer has.
	RemovedHooks []string

	// changes are to be made together with the head's: those of channels that are there, and of the account of a new bot.
	changes []Op
	// claims are those that it lives by: it loses where another bot has got one of them meanwhile.
	claims []Claim
}

// Publish makes a definition the live version of the owner's bot of that name. Readers see the old version whole or the
// new one whole: chunks and new channels are written first, then the head is moved, together with the channels that
// change. A publication that changes nothing moves nothing. A credential without a value keeps the one that is stored; if
// there is none the answer is kind invalid. What is over a limit of the owner's account is kind forbidden, with
// ReasonLimit.
func (s *Store) Publish(ctx context.Context, owner string, def bot.Definition) (Publication, error) {
	return s.PublishOver(ctx, owner, def, func(bot.Head) error { return nil })
}

// PublishOver publishes if what is live is what the caller allows: the head that it is asked about is the one that is
// replaced, of version 0 if there is no such bot. The claims are those of its channels.
func (s *Store) PublishOver(
	ctx context.Context, owner string, def bot.Definition, allow func(live bot.Head) error, claims ...Claim,
) (p Publication, err error) {
	for range lostRaces {
		var lost bool
		if p, lost, err = s.publishOnce(ctx, owner, def, allow, claims); !lost {
			return p, err
		}
	}
	return p, err
}

func (s *Store) publishOnce(
	ctx context.Context, owner string, def bot.Definition, allow func(bot.Head) error, claims []Claim,
) (p Publication, lost bool, err error) {
	head, version, err := s.headOrNew(ctx, owner, def.Bot)
	if err == nil {
		err = allow(head)
	}
	if err != nil {
		return Publication{}, false, err
	}
	p, err = s.publishOnto(ctx, head, version, def, claims)
	return p, bot.KindOf(err) == bot.Conflict, err
}

// plan is a publication before anything of it is written.
type plan struct {
	Publication
	chunks packed
}

func (s *Store) plan(ctx context.Context, head bot.Head, version int64, def bot.Definition) (p plan, err error) {
	stored, err := s.sealDefinition(ctx, head, def)
	if err != nil {
		return p, err
	}
	if p.chunks, err = pack(stored, s.now()); err != nil {
		return p, err
	}
	p.Head, p.Created, p.Changed = head, version == 0, !strings.HasSuffix(head.Definition, p.chunks.hash)
	if p.Changed {
		p.changes, err = s.admit(ctx, p, def)
	}
	return p, err
}

func (s *Store) publishOnto(
	ctx context.Context, head bot.Head, version int64, def bot.Definition, claims []Claim,
) (Publication, error) {
	planned, err := s.plan(ctx, head, version, def)
	if err != nil {
		return Publication{}, err
	}
	p, chunks := planned.Publication, planned.chunks
	p.claims = claims
	if err := s.putChannels(ctx, &p, def.Channels); err != nil {
		return p, err
	}
	if err := s.putHooks(ctx, &p, def.Hooks); err != nil {
		return p, err
	}
	if p.Changed {
		p.Head.Version++
		p.Head.Definition = chunks.name(p.Head.Version)
		if err := s.putChunks(ctx, p.Head, chunks); err != nil {
			return p, err
		}
	}
	if p.differs(head) {
		err = s.moveHead(ctx, &p, version)
	}
	if err != nil {
		s.dropNewChannels(ctx, p, head.Channels)
		s.dropNewHooks(ctx, p)
		return p, err
	}
	if err := s.settleHooks(ctx, &p, def.Hooks); err != nil {
		return p, bot.Wrap(bot.Unavailable, "the version is live, but not all recipients of its hooks are written: publish it again", err)
	}
	return p, s.retireDefinitions(ctx, p.Head)
}

// newID makes the id of a bot or channel: it stands in webhook addresses and cannot be guessed.
func newID() string { return strings.ToLower(rand.Text()) }

// differs tells whether a publication changes anything of what it found.
func (p *Publication) differs(found bot.Head) bool {
	return p.Changed || len(p.changes) > 0 || !maps.Equal(p.Head.Channels, found.Channels) || !maps.Equal(p.Head.Hooks, found.Hooks)
}

// maxChanged is how many channels that are there can change with a head, in one transaction.
const maxChanged = TransactLimit - 1

// moveHead makes a publication live if the head still is of the version that was read, 0 for none. It all happens or
// nothing: who is told of a conflict has changed nothing.
func (s *Store) moveHead(ctx context.Context, p *Publication, version int64) error {
	if n := len(p.changes); n > maxChanged {
		return bot.Errorf(bot.TooLarge, fmt.Sprintf("%d channels change at once; at most %d can", n, maxChanged))
	}
	now := s.now().UTC()
	p.Head.UpdatedAt = now
	if version == 0 {
		p.Head.CreatedAt = now
	}
	p.Head.Revision = NextVersion(IfVersion(max(version, p.Head.Revision)), now)
	item, err := encode(headKey(p.Head.ID), p.Head, noExpiry)
	if err != nil {
		return err
	}
	ops := append(p.changes, Op{Verb: PutVerb, Item: item, Cond: IfVersion(version)})
	if version == 0 {
		name, err := encode(accountBotKey(p.Head.Owner, p.Head.Name), accountBot{p.Head.ID}, noExpiry)
		if err != nil {
			return err
		}
		ops = append(ops, Op{Verb: PutVerb, Item: name, Cond: Absent})
	}
	for _, c := range p.claims {
		if c.check != nil && len(ops) < TransactLimit { // of more channels than that at once, the others go unchecked
			ops = append(ops, *c.check)
		}
	}
	if len(ops) == 1 {
		_, err = s.table.Put(ctx, item, IfVersion(version))
		return err
	}
	return s.table.Transact(ctx, ops...)
}

// accountBot is the item that finds a bot by its name.
type accountBot struct {
	ID string `json:"id"`
}

func (s *Store) headByName(ctx context.Context, owner, name string) (bot.Head, int64, error) {
	index, _, err := read[accountBot](ctx, s, accountBotKey(owner, name), "bot: "+name)
	if err != nil {
		return bot.Head{}, 0, err
	}
	head, version, err := s.head(ctx, index.ID, "bot: "+name)
	if err == nil && !head.DeletedAt.IsZero() { // a moment ago
		err = bot.Errorf(bot.NotFound, "no such bot: "+name)
	}
	return head, version, err
}

// head reads a head with its version in the table, which is the revision of one that was written before there were any.
func (s *Store) head(ctx context.Context, id, what string) (bot.Head, int64, error) {
	head, version, err := read[bot.Head](ctx, s, headKey(id), what)
	head.Revision = cmp.Or(head.Revision, version)
	return head, version, err
}

// headOrNew gives an owner's bot and its version, or one that is still to be made and 0.
func (s *Store) headOrNew(ctx context.Context, owner, name string) (bot.Head, int64, error) {
	head, version, err := s.headByName(ctx, owner, name)
	if bot.KindOf(err) == bot.NotFound {
		return bot.Head{ID: newID(), Owner: owner, Name: name}, 0, nil
	}
	return head, version, err
}

// BotByName finds the head of an owner's bot.
func (s *Store) BotByName(ctx context.Context, owner, name string) (bot.Head, error) {
	head, _, err := s.headByName(ctx, owner, name)
	return head, err
}

// Bots gives the heads of an owner's bots by name, those behind the name after.
func (s *Store) Bots(ctx context.Context, owner, after string, limit int) ([]bot.Head, error) {
	q := Query{PK: accountBotKey(owner, "").PK, Prefix: accountBots, Limit: limit}
	if after != "" {
		q.After = accountBotKey(owner, after).SK
	}
	items, err := s.table.Query(ctx, q)
	if err != nil {
		return nil, err
	}
	heads := make([]bot.Head, 0, len(items))
	for _, item := range items {
		var index accountBot
		if err := decode(item, &index); err != nil {
			return nil, err
		}
		head, _, err := s.head(ctx, index.ID, "bot")
		if err != nil {
			return nil, err
		}
		heads = append(heads, head)
	}
	return heads, nil
}

// putChannels writes the channels that a definition names and notes in the publication what is new and what is gone.
func (s *Store) putChannels(ctx context.Context, p *Publication, specs map[string]bot.ChannelSpec) error {
	old := p.Head.Channels
	p.Head.Channels = make(map[string]string, len(specs))
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		ch, change, err := s.putChannel(ctx, p.Head, old[name], namedChannel{name, specs[name]})
		if err != nil {
			return err
		}
		if change != nil {
			p.changes = append(p.changes, *change)
		}
		p.Channels = append(p.Channels, ch)
		p.Head.Channels[name] = ch.ID
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if id := old[name]; p.Head.Channels[name] != id {
			p.Head.Leaving = append(p.Head.Leaving, id)
		}
	}
	leaving := p.Head.Leaving
	p.Head.Leaving = nil
	for _, id := range leaving {
		ch, err := s.Channel(ctx, id)
		if bot.KindOf(err) == bot.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		p.Head.Leaving = append(p.Head.Leaving, id)
		p.Removed = append(p.Removed, ch)
	}
	return nil
}

// dropNewChannels takes back the channels that were made for a publication that lost its race.
func (s *Store) dropNewChannels(ctx context.Context, p Publication, old map[string]string) {
	for _, ch := range p.Channels {
		if old[ch.Name] != ch.ID {
			// What is left behind is an item that nothing names; it is no reason to fail the publication.
			_ = s.table.Delete(ctx, channelKey(ch.ID), Always)
		}
	}
}
