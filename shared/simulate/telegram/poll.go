package telegram

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// poll is a getUpdates that waits.
type poll struct {
	ended  chan struct{}
	reason string // why it was ended, once ended is closed
}

// endPoll ends the getUpdates that waits, if any. a.mu is held.
func (a *account) endPoll(reason string) {
	if a.poll != nil {
		a.poll.reason = reason
		close(a.poll.ended)
		a.poll = nil
	}
}

func conflict(description string) *apiError {
	return &apiError{Code: http.StatusConflict, Description: description}
}

func getUpdates(ctx context.Context, a *account, p params) (answer, error) {
	allowed, err := allowedUpdates(p)
	if err != nil {
		return answer{}, err
	}
	timeout := time.Duration(p.clamped("timeout", 0, 50, 0)) * time.Second
	mine, err := a.startPoll(p, allowed)
	if err != nil {
		return answer{}, err
	}
	defer a.stopPoll(mine)
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for over := timeout == 0; ; {
		updates, arrived := a.fetch(p)
		if len(updates) > 0 || over {
			return answer{result: updates}, nil
		}
		select {
		case <-arrived:
		case <-timer.C:
			over = true
		case <-mine.ended:
			return answer{}, conflict(mine.reason)
		case <-a.net.Closing().Done():
			over = true
		case <-ctx.Done():
			return answer{}, conflict("client has gone")
		}
	}
}

// startPoll confirms what the call's offset confirms, and ends a poll that waits.
func (a *account) startPoll(p params, allowed map[string]bool) (*poll, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.hook != nil {
		return nil, conflict("Conflict: can't use getUpdates method while webhook is active; " +
			"use deleteWebhook to delete the webhook first")
	}
	a.endPoll("Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
	a.poll = &poll{ended: make(chan struct{})}
	a.allow(p, allowed)
	a.expire()
	offset := p.number("offset")
	if offset < 0 {
		waiting := a.oldest()
		first := max(0, int64(len(waiting))+offset)
		if first < int64(len(waiting)) {
			offset = waiting[first].id
		}
	}
	a.forget(func(u update) bool { return u.id < offset })
	return a.poll, nil
}

func (a *account) stopPoll(p *poll) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.poll == p {
		a.poll = nil
	}
}

// fetch gives the oldest updates, and a channel that is closed when another arrives.
func (a *account) fetch(p params) ([]json.RawMessage, <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	oldest := a.oldest()
	oldest = oldest[:min(len(oldest), p.clamped("limit", 1, 100, 100))]
	bodies := make([]json.RawMessage, 0, len(oldest))
	for _, u := range oldest {
		bodies = append(bodies, u.body)
	}
	return bodies, a.arrived
}
