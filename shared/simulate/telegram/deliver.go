package telegram

import (
	"net/http"
	"time"

	"hookline/shared/simulate"
)

// secretHeader carries the secret_token of setWebhook.
const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// deliver sees to it that a lane is worked off while there is a webhook. a.mu is held.
func (a *account) deliver(key laneKey, l *lane) {
	if a.hook == nil || l.running || len(l.updates) == 0 {
		return
	}
	l.running = true
	a.net.Spawn(func() { a.work(key) })
}

// deliverAll does so for every lane. a.mu is held.
func (a *account) deliverAll() {
	for key, l := range a.lanes {
		a.deliver(key, l)
	}
}

// work posts a lane's updates one after another, each until the webhook has taken it, until none is left.
func (a *account) work(key laneKey) {
	failures := 0
	for {
		hook, u, ok := a.next(key)
		if !ok {
			return
		}
		pause, err := a.net.post(hook, u)
		if err == nil {
			a.taken(key, u)
			failures = 0
			continue
		}
		failures++
		a.failed(hook, err)
		if pause == 0 {
			pause = a.net.RetryDelay(failures)
		}
		a.net.Wait(hook.gone, pause)
	}
}

// next gives the update to post now. Without one, or without a webhook, the lane comes to rest.
func (a *account) next(key laneKey) (*hook, update, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.lanes[key]
	now := a.net.Now()
	for len(l.updates) > 0 && now.After(l.updates[0].expires) {
		l.updates = l.updates[1:]
		a.waiting--
	}
	if a.hook == nil || len(l.updates) == 0 || a.net.Closing().Err() != nil {
		l.running = false
		if len(l.updates) == 0 {
			delete(a.lanes, key)
		}
		return nil, update{}, false
	}
	return a.hook, l.updates[0], true
}

// taken drops an update that the webhook has acknowledged. It may have been dropped meanwhile.
func (a *account) taken(key laneKey, u update) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if l := a.lanes[key]; l != nil && len(l.updates) > 0 && l.updates[0].id == u.id {
		l.updates = l.updates[1:]
		a.waiting--
	}
}

func (a *account) failed(h *hook, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.hook == h && h.gone.Err() == nil {
		a.hookError = hookError{a.net.Now(), err.Error()}
		a.net.Log.Debug("simulated telegram: delivery failed", "bot", a.user.Username, "error", err)
	}
}

// post delivers an update. Beside an error it gives how long the webhook asked to be left alone. A post that has begun is
// not broken off when the webhook is removed: it may have been taken.
func (t *Telegram) post(h *hook, u update) (retryAfter time.Duration, err error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-h.gone.Done():
		return 0, h.gone.Err()
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if h.secret != "" {
		header.Set(secretHeader, h.secret)
	}
	return t.Try(simulate.Delivery{URL: h.url, Header: header, Body: u.body})
}
