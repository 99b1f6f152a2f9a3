package engine

import (
	"cmp"
	"context"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// subscribe has the chat join and leave hooks as the handlers that fired say. It comes before the commit, since it may be
// done again.
func (e *Engine) subscribe(ctx context.Context, t *turn) error {
	for _, h := range t.fired {
		for _, wish := range []struct {
			hook  string
			leave bool
		}{{h.Subscribe, false}, {h.Unsubscribe, true}} {
			if wish.hook == "" {
				continue
			}
			if err := e.change(ctx, t, wish.hook, wish.leave); err != nil {
				return err
			}
		}
	}
	return nil
}

// change makes the event's chat a recipient of a hook, or has it leave.
func (e *Engine) change(ctx context.Context, t *turn, hook string, leave bool) error {
	id := t.scene.Head.Hooks[hook]
	address := t.job.Event.Address()
	switch {
	case id == "":
		t.note("the bot has no hook " + hook + ": nobody joins or leaves it")
		return nil
	case address.Place() == "":
		t.note("the event names no chat and nobody: nobody joins or leaves the hook " + hook)
		return nil
	}
	r := store.Recipient{Channel: t.job.Channel, Address: address, Vars: varsOf(t.job.Event.From)}
	if leave {
		return e.store.Unsubscribe(ctx, id, r.ID())
	}
	return e.store.Subscribe(ctx, id, r)
}

// varsOf is what templates of a hook see of somebody who subscribed.
func varsOf(p *bot.Person) map[string]string {
	vars := map[string]string{}
	if p == nil {
		return vars
	}
	if name := cmp.Or(p.Name, strings.TrimSpace(p.FirstName+" "+p.LastName)); name != "" {
		vars["name"] = name
	}
	if p.Username != "" {
		vars["username"] = p.Username
	}
	return vars
}
