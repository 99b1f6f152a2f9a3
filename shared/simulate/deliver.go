package simulate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// secretHeader carries the secret_token of setWebhook.
const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// deliver sees to it that a lane is worked off while there is a webhook. a.mu is held.
func (a *account) deliver(key laneKey, l *lane) {
	if a.hook == nil || l.running || len(l.updates) == 0 {
		return
	}
	l.running = true
	a.net.spawn(func() { a.work(key) })
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
	if a.hook == nil || len(l.updates) == 0 || a.net.closing.Err() != nil {
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

// post delivers an update. Beside an error it gives how long the webhook asked to be left alone.
func (t *Telegram) post(h *hook, u update) (retryAfter time.Duration, err error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-h.gone.Done():
		return 0, h.gone.Err()
	}
	// A post that has begun is not broken off when the webhook is removed: it may have been taken.
	r, err := http.NewRequestWithContext(t.closing, http.MethodPost, h.url, bytes.NewReader(u.body))
	if err != nil {
		return 0, errors.New("bad webhook address")
	}
	r.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		r.Header.Set(secretHeader, h.secret)
	}
	resp, err := t.Client.Do(r)
	if err != nil {
		if cause, ok := errors.AsType[*url.Error](err); ok {
			err = cause.Err
		}
		return 0, fmt.Errorf("connection failed: %w", err)
	}
	defer resp.Body.Close()
	// Reading to the end lets the connection be used again.
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxBody))
	if resp.StatusCode/100 == 2 {
		return 0, nil
	}
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	pause := time.Duration(min(max(0, seconds), 3600)) * time.Second
	return pause, fmt.Errorf("wrong response from the webhook: %s", resp.Status)
}
