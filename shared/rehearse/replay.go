package rehearse

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"hookline/shared/bot"
	"hookline/shared/engine"
	"hookline/shared/provider"
)

// Replayer handles recorded events again, by a definition that may be another than the one that handled them.
type Replayer struct {
	def       bot.Definition
	providers provider.Set
	stages    map[string]stage // by provider
}

// stage is the definition on one network.
type stage struct {
	rehearsal *engine.Rehearsal
	answers   *recorded
}

// NewReplayer makes a Replayer. Secrets of the definition need no values: like those of recorded turns they are shown by
// their names.
func NewReplayer(def bot.Definition, providers provider.Set) *Replayer {
	return &Replayer{def: withStandIns(def), providers: providers, stages: map[string]stage{}}
}

// Replay is what became of a recorded event when it was handled again.
type Replay struct {
	Turn    string    `json:"turn"`
	Time    time.Time `json:"time"`
	Channel string    `json:"channel"`
	Chat    string    `json:"chat,omitempty"`
	// Skipped says why the event could not be handled again, "" if it was.
	Skipped string   `json:"skipped,omitempty"`
	Changes []Change `json:"changes,omitempty"`
}

// Change is something of a turn that is not as it was recorded: its handlers, replies, state, requests or error.
type Change struct {
	What   string          `json:"what"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// String shows a change as YAML, what was recorded behind -, what is now behind +.
func (c Change) String() string {
	return c.What + ", - recorded, + replayed:" + diff(shown(c.What, c.Before), shown(c.What, c.After))
}

// Replay handles the event of a recorded turn again: in the conversation as it stood then, with the answers that the
// owner's API gave then. Kind invalid: the definition does not compile.
func (r *Replayer) Replay(ctx context.Context, turn bot.Turn) (Replay, error) {
	replay := Replay{Turn: turn.ID, Time: turn.Time, Channel: turn.Channel}
	if turn.Event.Chat != nil {
		replay.Chat = turn.Event.Chat.ID
	}
	network, known := r.providers[turn.Provider]
	switch {
	case !known:
		replay.Skipped = "no provider " + turn.Provider
		return replay, nil
	case turn.Partial:
		replay.Skipped = "its record does not hold all that it was decided by"
		return replay, nil
	}
	s, err := r.stage(network)
	if err != nil {
		return replay, err
	}
	again := s.replay(ctx, turn)
	if s.answers.short {
		replay.Skipped = "an answer that it got was too large to be kept whole"
		return replay, nil
	}
	replay.Changes, err = changes(turn, again)
	return replay, err
}

func (r *Replayer) stage(network provider.Provider) (stage, error) {
	name := network.Describe().Name
	if s, ok := r.stages[name]; ok {
		return s, nil
	}
	s := stage{answers: &recorded{}}
	var err error
	if s.rehearsal, err = engine.NewRehearsal(r.def, offline{network}, s.answers); err != nil {
		return s, err
	}
	r.stages[name] = s
	return s, nil
}

// offline is a network without what it could be asked for: events that have lost their raw JSON are not read again.
type offline struct{ provider.Provider }

// Shape asks nobody.
func (o offline) Shape(e bot.Event) (any, error) {
	shaper, ok := o.Provider.(provider.Shaper)
	switch {
	case ok:
		return shaper.Shape(e)
	case e.Raw == nil:
		return map[string]any{}, nil
	}
	return e.Raw, nil
}

func (s stage) replay(ctx context.Context, turn bot.Turn) bot.Turn {
	*s.answers = recorded{exchanges: turn.Requests, given: make([]bool, len(turn.Requests)), failure: turn.Error}
	now := decidedAt(turn)
	stands := bot.Conversation{State: stateBefore(turn), Context: turn.Context, Since: turn.State.Since}
	if stands.Since.IsZero() && turn.Expired == "" {
		stands.Since = now // older records do not tell: a state that had not expired does not
	}
	again, _, _ := s.rehearsal.Turn(ctx, turn.Event, stands, now) // what it fails with is in the turn
	return again
}

// decidedAt is when a turn was decided: its job had waited since it was accepted.
func decidedAt(t bot.Turn) time.Time {
	return t.Time.Add(time.Duration(t.MS["waited"] * float64(time.Millisecond))).UTC()
}

// changes compares what users and the owner's API see of two turns.
func changes(before, after bot.Turn) ([]Change, error) {
	var found []Change
	for _, aspect := range []struct {
		what string
		of   func(bot.Turn) any
	}{
		{"handlers", func(t bot.Turn) any { return append([]string{}, t.Fired...) }},
		{"replies", func(t bot.Turn) any { return partsOf(t) }},
		{"state", func(t bot.Turn) any { return t.State.After }},
		{"requests", func(t bot.Turn) any { return callsOf(t) }},
		{"error", func(t bot.Turn) any { return failureOf(t) }},
	} {
		old, oldShown, err := canonical(aspect.of(before))
		if err != nil {
			return nil, err
		}
		fresh, freshShown, err := canonical(aspect.of(after))
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(old, fresh) {
			found = append(found, Change{aspect.what, oldShown, freshShown})
		}
	}
	return found, nil
}

// canonical gives the JSON of a value for comparing, in which numbers are as they are once they were stored and read, and
// for showing.
func canonical(value any) (compared, shown []byte, err error) {
	if shown, err = json.Marshal(value); err == nil {
		var plain any
		if err = json.Unmarshal(shown, &plain); err == nil {
			compared, err = json.Marshal(plain)
		}
	}
	if err != nil {
		return nil, nil, bot.Wrap(bot.Internal, "the turns cannot be compared", err)
	}
	return compared, shown, nil
}

func partsOf(t bot.Turn) []bot.Part {
	parts := []bot.Part{}
	for _, reply := range t.Replies {
		parts = append(parts, reply.Parts...)
	}
	return parts
}

// call is a request as the owner's API sees it, and whose it is.
type call struct {
	Handler string            `json:"handler"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Header  map[string]string `json:"header,omitempty"`
	Body    string            `json:"body,omitempty"`
}

// callsOf gives the requests of a turn. The idempotency key only repeats what the event and the handler are.
func callsOf(t bot.Turn) []call {
	calls := []call{}
	for _, e := range t.Requests {
		header := maps.Clone(e.Header)
		delete(header, "Idempotency-Key")
		calls = append(calls, call{e.Handler, e.Method, e.URL, header, e.Body})
	}
	return calls
}

// failureOf is why nothing could be said. An error beside replies came when they were sent.
func failureOf(t bot.Turn) string {
	if slices.ContainsFunc(t.Replies, func(r bot.TurnReply) bool { return len(r.Parts) > 0 }) {
		return ""
	}
	return t.Error
}
