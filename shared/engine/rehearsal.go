package engine

import (
	"context"
	"time"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/store"
)

// Rehearsal takes turns of a definition that is not published: nothing is stored, and nothing sent. What a turn would do
// is what the engine does: it is the same code.
type Rehearsal struct {
	live     *liveBot
	provider provider.Provider
	fetch    Fetcher
	spec     bot.ChannelSpec
	payloads map[string]string // of buttons, by what they send in their place
}

// NewRehearsal compiles a definition for turns on a network; kind invalid if it does not compile. Requests are made by
// fetch.
func NewRehearsal(def bot.Definition, network provider.Provider, fetch Fetcher) (*Rehearsal, error) {
	live, err := compile(def)
	if err != nil {
		return nil, err
	}
	r := &Rehearsal{live: live, provider: network, fetch: fetch, payloads: map[string]string{}}
	for _, spec := range def.Channels {
		if spec.Provider == network.Describe().Name {
			r.spec = spec
		}
	}
	return r, nil
}

// Turn gives what an event does to a conversation: the turn as it would be recorded, and the conversation after it. An
// error is what the job would be buried for; the turn shows how far it came.
func (r *Rehearsal) Turn(ctx context.Context, e bot.Event, c bot.Conversation, now time.Time) (bot.Turn, bot.Conversation, error) {
	name := r.provider.Describe().Name
	e.Provider = name
	if kept, ok := r.payloads[e.Payload]; ok {
		e.Payload = kept
	}
	t := &turn{
		job:      bot.Job{ID: e.ID, Kind: bot.EventJob, Channel: e.Channel, Event: &e},
		provider: r.provider, fetch: r.fetch, now: now.UTC(), ms: map[string]float64{},
		scene: store.Scene{
			Channel:      bot.Channel{ID: e.Channel, Provider: name, Settings: r.spec.Settings},
			Conversation: c,
		},
	}
	err := t.decide(ctx, r.live)
	made := bot.Turn{
		ID: e.ID, Time: now, Channel: e.Channel, Provider: name, Event: e, Context: t.context, Decision: t.decision,
		Replies: shown(t.replies(), r.live.mask), Outcome: bot.Silent,
	}
	switch {
	case err != nil:
		made.Outcome, made.Error = bot.Failed, r.live.mask(message(err))
		return made, c, err
	case len(made.Replies) > 0:
		made.Outcome = bot.Replied
	}
	for _, payload := range t.payloads {
		r.payloads[store.PayloadKey(payload)] = payload
	}
	if !t.passes() {
		c = t.after(t.now)
	}
	return made, c, nil
}
