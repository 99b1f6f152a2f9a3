package rehearse

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"time"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// Retell writes recorded turns of a chat, the oldest first, down as a test file, and gives how its conversations go with a
// definition: all of them as they were recorded if that is the definition that handled them. A conversation that was reset
// from outside, or had turns that are no longer kept, is several. Turns on another network than the last one's are left
// out.
func Retell(ctx context.Context, turns []bot.Turn, def bot.Definition, providers provider.Set) (File, []Result, error) {
	file := File{Bot: def.Bot + ".yaml"}
	if len(turns) > 0 {
		file.Provider = turns[len(turns)-1].Provider
	}
	var results []Result
	for _, told := range conversations(turns, file.Provider) {
		short, result, err := file.tell(ctx, told, def, providers)
		if err != nil {
			return file, nil, err
		}
		file.Conversations = append(file.Conversations, short)
		results = append(results, result)
	}
	return file, results, nil
}

// tell writes a conversation down with what its user did in short, or, if it does not go as recorded so, with all that the
// network told, if it does so.
func (f File) tell(ctx context.Context, turns []bot.Turn, def bot.Definition, providers provider.Set) (Conversation, Result, error) {
	try := func(whole bool) (Conversation, Result, error) {
		told, err := retell(turns, whole)
		if err != nil {
			return told, Result{}, err
		}
		f.Conversations = []Conversation{told}
		results, err := Play(ctx, f, def, providers)
		if err != nil {
			return told, Result{}, err
		}
		return told, results[0], nil
	}
	short, result, err := try(false)
	if err != nil || len(result.Failures) == 0 {
		return short, result, err
	}
	whole, again, err := try(true)
	if err == nil && len(again.Failures) == 0 {
		return whole, again, nil
	}
	return short, result, err
}

// conversations sorts turns into those of one conversation that follow on one another.
func conversations(turns []bot.Turn, network string) [][]bot.Turn {
	var list [][]bot.Turn
	last := map[bot.ConversationKey]int{} // in list
	for _, t := range turns {
		undecided := t.Version == 0
		if undecided || t.Provider != network || t.Event.Kind.Quiet() && len(t.Fired) == 0 {
			continue
		}
		key := t.Event.Conversation()
		at, begun := last[key]
		if !begun || stateAfter(list[at][len(list[at])-1]) != stateBefore(t) {
			at = len(list)
			last[key] = at
			list = append(list, nil)
		}
		list[at] = append(list[at], t)
	}
	return list
}

func stateBefore(t bot.Turn) string { return cmp.Or(t.Expired, t.State.Before) }

// stateAfter is where a turn left the conversation: where it stood, if nothing could be decided.
func stateAfter(t bot.Turn) string {
	if failureOf(t) != "" {
		return stateBefore(t)
	}
	return t.State.After
}

// longAgo is a pause in which every state expires.
const longAgo = 365 * 24 * time.Hour

// retell writes turns of one conversation down; whole: with all that the network told, and at the times at which it did.
func retell(turns []bot.Turn, whole bool) (Conversation, error) {
	first := turns[0]
	c := Conversation{Name: title(first), State: stateBefore(first), Context: first.Context, User: first.Event.From}
	if whole {
		c.At = decidedAt(first)
	}
	k := newTalk(c)
	if chat := first.Event.Chat; chat != nil && *chat != k.chat {
		c.Chat, k.chat = chat, *chat
	}
	begun := k.now
	for i, t := range turns {
		step, err := k.act(t.Event, whole)
		if err != nil {
			return c, err
		}
		switch late := decidedAt(t).Sub(decidedAt(first)) - k.now.Sub(begun); {
		case t.Expired != "" && i == 0:
			c.At = k.now.Add(-longAgo) // so that the event is when it was
			step.After = brief(longAgo)
		case whole && late > 0:
			step.After = brief(late)
			k.now = k.now.Add(late)
		case t.Expired != "":
			// As late as it was, at least.
			pause := max(late, 0).Truncate(time.Minute) + time.Minute
			step.After = brief(pause)
			k.now = k.now.Add(pause)
		}
		k.now = k.now.Add(stepTime)
		k.show(t)
		c.Answers = append(c.Answers, answersOf(t)...)
		c.Steps = append(c.Steps, step.expecting(t))
	}
	return c, nil
}

func title(t bot.Turn) string {
	name := t.Time.UTC().Format(time.DateTime)
	if who := t.Event.From; who != nil {
		name += ", " + cmp.Or(who.FirstName, who.Name, who.Username, who.ID)
	}
	return name
}

// brief writes a duration as people do: 31m, 1h, 8760h.
func brief(d time.Duration) string {
	text := d.String()
	for _, nothing := range []string{"0s", "0m"} {
		if short := strings.TrimSuffix(text, nothing); strings.HasSuffix(short, "m") || strings.HasSuffix(short, "h") {
			text = short
		}
	}
	return text
}

// expecting gives a step that expects what a turn did.
func (s Step) expecting(t bot.Turn) Step {
	replies := repliesOf(t)
	s.Replies, s.State, s.Error = &replies, &t.State.After, failureOf(t)
	if requests := requestsOf(t); len(requests) > 0 {
		s.Requests = &requests
	}
	return s
}

// act writes down what somebody did: as a person would say it, if the bot sees no difference, else field by field.
func (k *talk) act(e bot.Event, whole bool) (Step, error) {
	var short []Step
	if !whole {
		short = k.inShort(e)
	}
	for _, s := range short {
		if made, err := k.event(s); err == nil && reflect.DeepEqual(essence(made), essence(e)) {
			return s, nil
		}
	}
	fields, err := k.fields(e, whole)
	return Step{Send: fields}, err
}

// inShort gives what a person may have done.
func (k *talk) inShort(e bot.Event) []Step {
	var steps []Step
	if e.Text != "" {
		steps = append(steps, Step{Say: e.Text})
	}
	for _, b := range k.buttons {
		steps = append(steps, Step{Press: b.Text})
	}
	return append(steps, Step{Send: fmt.Appendf(nil, "%q", e.Kind)})
}

// essence is an event without what hardly any bot looks at.
func essence(e bot.Event) bot.Event {
	e.ID, e.Provider, e.Channel, e.Account, e.Type, e.MessageID, e.AckID = "", "", "", "", "", "", ""
	e.Time, e.ReceivedAt, e.Entities, e.Raw, e.Truncated = time.Time{}, time.Time{}, nil, nil, false
	if e.Kind == bot.Press {
		e.Text, e.Via = "", ""
	}
	return e
}

// fields gives the fields of an event that a test file has to say.
func (k *talk) fields(e bot.Event, whole bool) (json.RawMessage, error) {
	if !whole {
		text, via := e.Text, e.Via
		e = essence(e)
		e.Text, e.Via = text, via
	}
	e.Provider, e.Channel, e.Time, e.ReceivedAt = "", "", time.Time{}, time.Time{}
	if e.From != nil && *e.From == k.user {
		e.From = nil
	}
	if e.Chat != nil && *e.Chat == k.chat {
		e.Chat = nil
	}
	encoded, err := json.Marshal(e)
	if err != nil {
		return nil, bot.Wrap(bot.Internal, "an event cannot be encoded", err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(encoded, &fields); err != nil {
		return nil, bot.Wrap(bot.Internal, "an event cannot be encoded", err)
	}
	maps.DeleteFunc(fields, func(_ string, value json.RawMessage) bool { return string(value) == `""` })
	return json.Marshal(fields)
}
