package telegram

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"hookline/shared/bot"
)

// Lives of updates: one that could not be delivered in its time is dropped.
const (
	messageLife = 24 * time.Hour
	pressedLife = 150 * time.Second
)

// laneKey names updates that are delivered one after another: those of a chat, or the presses of a user.
type laneKey struct {
	ofUser bool
	id     int64
}

// lane holds updates in the order in which they happened.
type lane struct {
	updates []update
	running bool // a goroutine posts them
}

// update waits until the bot has taken it.
type update struct {
	id      int64
	body    []byte
	expires time.Time
}

// push adds an update, unless the bot does not want its kind. a.mu is held.
func (a *account) push(key laneKey, kind string, object any) error {
	if !a.wants(kind) {
		return nil
	}
	if a.waiting >= a.net.MaxWaiting {
		return bot.Errorf(bot.Unavailable, "too many updates wait for the bot")
	}
	content, err := json.Marshal(object)
	if err != nil {
		return bot.Wrap(bot.Invalid, "the fields are not JSON", err)
	}
	life := messageLife
	if key.ofUser {
		life = pressedLife
	}
	a.lastUpdate++
	u := update{id: a.lastUpdate, expires: a.net.Now().Add(life)}
	u.body = fmt.Appendf(nil, "{\"update_id\":%d,\n\"%s\":%s}", u.id, kind, content)
	l := a.lanes[key]
	if l == nil {
		l = &lane{}
		a.lanes[key] = l
	}
	l.updates = append(l.updates, u)
	a.waiting++
	close(a.arrived)
	a.arrived = make(chan struct{})
	a.deliver(key, l)
	return nil
}

// forget drops the updates that match. a.mu is held.
func (a *account) forget(match func(update) bool) {
	for key, l := range a.lanes {
		before := len(l.updates)
		l.updates = slices.DeleteFunc(l.updates, match)
		a.waiting -= before - len(l.updates)
		if len(l.updates) == 0 && !l.running {
			delete(a.lanes, key)
		}
	}
}

// expire drops the updates whose time is over. a.mu is held.
func (a *account) expire() {
	now := a.net.Now()
	a.forget(func(u update) bool { return now.After(u.expires) })
}

// oldest gives the waiting updates as they happened. a.mu is held.
func (a *account) oldest() []update {
	all := make([]update, 0, a.waiting)
	for _, l := range a.lanes {
		all = append(all, l.updates...)
	}
	slices.SortFunc(all, func(x, y update) int { return cmp.Compare(x.id, y.id) })
	return all
}
