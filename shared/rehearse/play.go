package rehearse

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hookline/shared/bot"
	"hookline/shared/engine"
	"hookline/shared/provider"
)

// Result is how a conversation went.
type Result struct {
	Name string
	// Failures say what was not as expected, none if all was.
	Failures []string
	Took     time.Duration
	// Played is the conversation with what the bot did as what is expected of it.
	Played Conversation
}

// begin is when conversations begin that do not say when.
var begin = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// Play has the conversations of a test file with a definition.
func Play(ctx context.Context, f File, def bot.Definition, providers provider.Set) ([]Result, error) {
	network, err := networkOf(f, def, providers)
	if err != nil {
		return nil, err
	}
	def = withStandIns(def)
	var results []Result
	for _, c := range f.Conversations {
		started := time.Now()
		result, err := play(ctx, c, def, network)
		if err != nil {
			return nil, err
		}
		result.Took = time.Since(started)
		results = append(results, result)
	}
	return results, nil
}

func networkOf(f File, def bot.Definition, providers provider.Set) (provider.Provider, error) {
	name := f.Provider
	for _, channel := range slices.Sorted(maps.Keys(def.Channels)) {
		name = cmp.Or(name, def.Channels[channel].Provider)
	}
	network, ok := providers[cmp.Or(name, "telegram")]
	if !ok {
		return nil, bot.Errorf(bot.Invalid, "no provider "+name)
	}
	return offline{network}, nil
}

// talk is a conversation under way.
type talk struct {
	rehearsal *engine.Rehearsal
	answers   *answers
	user      bot.Person
	chat      bot.Chat
	now       time.Time
	events    int
	stands    bot.Conversation
	buttons   []bot.Button // those that can be pressed
}

// stepTime is how long a step takes.
const stepTime = time.Second

func newTalk(c Conversation) *talk {
	k := &talk{answers: newAnswers(c.Answers), user: bot.Person{ID: "1", FirstName: "Ada", Name: "Ada"}, now: begin}
	if !c.At.IsZero() {
		k.now = c.At
	}
	if c.User != nil {
		k.user = *c.User
		k.user.ID = cmp.Or(k.user.ID, "1")
	}
	k.chat = bot.Chat{ID: k.user.ID, Type: bot.Direct}
	if c.Chat != nil {
		k.chat = *c.Chat
		k.chat.ID = cmp.Or(k.chat.ID, k.user.ID)
	}
	k.stands = bot.Conversation{State: c.State, Context: c.Context, Since: k.now}
	return k
}

func play(ctx context.Context, c Conversation, def bot.Definition, network provider.Provider) (Result, error) {
	k := newTalk(c)
	var err error
	if k.rehearsal, err = engine.NewRehearsal(def, network, k.answers); err != nil {
		return Result{}, err
	}
	result := Result{Name: c.Name, Played: c}
	result.Played.Steps = slices.Clone(c.Steps)
	for i, step := range c.Steps {
		played, failures := k.step(ctx, step)
		result.Played.Steps[i] = played
		for _, failure := range failures {
			result.Failures = append(result.Failures, fmt.Sprintf("step %d (%s): %s", i+1, step.title(), failure))
		}
	}
	return result, nil
}

// step does what a step says and compares. It gives the step with what was found in place of what was expected.
func (k *talk) step(ctx context.Context, s Step) (Step, []string) {
	played := Step{Say: s.Say, Press: s.Press, Send: s.Send, After: s.After}
	if s.After != "" {
		pause, err := time.ParseDuration(s.After)
		if err != nil {
			return s, []string{fmt.Sprintf("after: %q is no duration such as 31m", s.After)}
		}
		k.now = k.now.Add(pause)
		if s.Say == "" && s.Press == "" && s.Send == nil {
			return s, nil
		}
	}
	event, err := k.event(s)
	if err != nil {
		return s, []string{err.Error()}
	}
	turn, next, _ := k.rehearsal.Turn(ctx, event, k.stands, k.now)
	k.stands = next
	k.now = k.now.Add(stepTime)
	k.show(turn)
	found := repliesOf(turn)
	played.Replies, played.State, played.Error = &found, &turn.State.After, turn.Error
	if requests := requestsOf(turn); len(requests) > 0 {
		played.Requests = &requests
	}
	failures := compare(s, played, turn)
	for _, missed := range k.answers.missed {
		failures = append(failures, "no answer is written down for "+missed)
	}
	k.answers.missed = nil
	return played, failures
}

// show puts the buttons of a turn's replies in the place of those before.
func (k *talk) show(turn bot.Turn) {
	for _, p := range partsOf(turn) {
		if len(p.Keyboard) > 0 {
			k.buttons = slices.Concat(p.Keyboard...)
		}
	}
}

// event makes what the network would tell of a step.
func (k *talk) event(s Step) (bot.Event, error) {
	k.events++
	e := bot.Event{Kind: bot.Text, Text: s.Say, Via: ""}
	switch {
	case s.Press != "":
		at := slices.IndexFunc(k.buttons, func(b bot.Button) bool { return b.Text == s.Press })
		if at < 0 {
			return e, fmt.Errorf("no button %q is shown%s", s.Press, labels(k.buttons))
		}
		if k.buttons[at].URL != "" {
			return e, fmt.Errorf("the button %q opens an address: it tells the bot nothing", s.Press)
		}
		e = bot.Event{Kind: bot.Press, Text: s.Press, Payload: k.buttons[at].Payload, Via: "callback"}
	case s.Send != nil:
		if json.Unmarshal(s.Send, &e.Kind) != nil {
			e = bot.Event{}
			if err := strictly(s.Send, &e); err != nil {
				return e, fmt.Errorf("send: %w", err)
			}
		}
	case strings.HasPrefix(s.Say, "/"):
		name, args, _ := strings.Cut(strings.TrimPrefix(s.Say, "/"), " ")
		e.Kind, e.Payload = bot.Command, strings.TrimSpace(args)
		e.Command = &bot.Invocation{Name: name, Args: e.Payload}
	}
	if !slices.Contains(bot.EventKinds(), e.Kind) {
		return e, fmt.Errorf("send: no event kind %q", e.Kind)
	}
	e.ID = cmp.Or(e.ID, fmt.Sprint(k.events))
	e.MessageID = cmp.Or(e.MessageID, "m"+e.ID)
	e.Time, e.ReceivedAt = k.now, k.now
	e.Channel = "test"
	if e.From == nil {
		e.From = &k.user
	}
	if e.Chat == nil {
		e.Chat = &k.chat
	}
	return e, nil
}

func labels(buttons []bot.Button) string {
	if len(buttons) == 0 {
		return ""
	}
	shown := make([]string, len(buttons))
	for i, b := range buttons {
		shown[i] = b.Text
	}
	return ": there are " + strings.Join(shown, ", ")
}
