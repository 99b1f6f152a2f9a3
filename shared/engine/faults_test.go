package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// outcome is what faults there were, and what came of them.
type outcome struct {
	// left is how many faults are still to come, so that every run ends.
	left  int
	sends map[string]int
	// excused counts, a part, what allows one more copy of it: a send whose answer never came, progress that could not be
	// written down, a process that died before its acknowledgement.
	excused map[string]int
	// inFlight are the parts sent since the job in hand last wrote down how far it came.
	inFlight []string
}

// TestF52PromisesUnderFaults drives a chat of several messages through every mixture of faults that a generator finds:
// tables that fail before or after a write, networks that fail before or after a send, processes that die between any two
// tries. However it goes, the state moves once a message and in order, and each part is sent, twice only where that is
// excused.
func TestF52PromisesUnderFaults(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t, counting(4)...)
		o := &outcome{left: 40, sends: map[string]int{}, excused: map[string]int{}}
		w.network.answer = func(p bot.Part) error { return o.answer(r, p) }
		w.table.beforeGet = func() error { return o.unavailable(r, "read fails") }
		w.table.beforePut = func(store.Item) error { return o.unavailable(r, "write fails") }
		w.table.afterPut = func(store.Item) error {
			o.inFlight = nil
			return o.unavailable(r, "write is done and its answer lost")
		}
		for range 4 {
			o.live(r, w, w.said("next"))
		}
		o.judge(r, w)
	})
}

// counting is a bot that says two parts in each state and goes on to the next.
func counting(states int) (handlers []bot.Handler) {
	for i := range states {
		source := fmt.Sprint("s", i)
		if i == 0 {
			source = ""
		}
		h := says(fmt.Sprint("h", i), "", fmt.Sprintf("%da|%db", i, i), fmt.Sprint("s", i+1))
		if source != "" {
			h.SourceStates = []string{source}
		} else {
			h.Priority = -1
		}
		handlers = append(handlers, h)
	}
	return handlers
}

// fault tells whether something goes wrong now.
func (o *outcome) fault(r *rapid.T, what string) bool {
	if o.left == 0 || rapid.IntRange(0, 4).Draw(r, what) != 4 {
		return false
	}
	o.left--
	return true
}

func (o *outcome) unavailable(r *rapid.T, what string) error {
	if o.fault(r, what) {
		return unavailable()
	}
	return nil
}

func (o *outcome) answer(r *rapid.T, p bot.Part) error {
	if o.fault(r, "send fails") {
		return unavailable()
	}
	o.sends[p.Text]++
	if o.fault(r, "send is done and its answer lost") {
		o.excused[p.Text]++
		return &bot.Error{Kind: bot.Unavailable, Reason: bot.ReasonUnknown, Message: "connection reset"}
	}
	o.inFlight = append(o.inFlight, p.Text)
	return nil
}

// live tries a job as a queue does: again when it is handed back, and again when the process dies before it is
// acknowledged.
func (o *outcome) live(r *rapid.T, w *world, job bot.Job) {
	for {
		result := w.handle(job)
		w.at = w.at.Add(result.After)
		died := o.fault(r, "process dies")
		if died {
			w.start()
		}
		if !result.HandBack && !died {
			o.inFlight = nil
			return
		}
		for _, part := range o.inFlight {
			o.excused[part]++
		}
		o.inFlight = nil
	}
}

func (o *outcome) judge(r *rapid.T, w *world) {
	w.table.beforeGet, w.table.beforePut, w.table.afterPut = nil, nil, nil
	c := w.conversation()
	if c.State != "s4" || len(c.Seen) != 4 {
		r.Errorf("conversation is in %q after %d events, want s4 after 4", c.State, len(c.Seen))
	}
	if letters := w.letters(); len(letters) != 0 {
		r.Errorf("%d letters, want none: every fault passes", len(letters))
	}
	var order []string
	for line := range strings.SplitSeq(w.network.said(), "\n") {
		if part := strings.TrimPrefix(line, "1: "); len(order) == 0 || order[len(order)-1] < part {
			order = append(order, part)
		}
	}
	if got := strings.Join(order, " "); got != "0a 0b 1a 1b 2a 2b 3a 3b" {
		r.Errorf("order of the first copies = %s", got)
	}
	for part, n := range o.sends {
		if n > 1+o.excused[part] {
			r.Errorf("%s was sent %d times, %d of them excused", part, n, o.excused[part])
		}
	}
}
