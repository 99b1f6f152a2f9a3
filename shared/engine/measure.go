package engine

import (
	"time"

	"hookline/shared/bot"
	"hookline/shared/metrics"
)

// measure counts a try of a job and how it ended.
func (e *Engine) measure(t *turn) {
	network := t.scene.Channel.Provider
	if event := t.origin().Event; event != nil {
		network = event.Provider
	}
	for step, ms := range t.ms {
		e.Metrics.Time(metrics.Step(step), network, time.Duration(ms*float64(time.Millisecond)))
	}
	switch t.outcome {
	case bot.HandedBack:
		e.Metrics.Count(metrics.HandedBack, network, 1)
	case bot.Skipped:
		e.Metrics.Count(metrics.Skipped, network, 1)
	case bot.Failed:
		e.Metrics.Count(metrics.Buried, network, 1)
	default:
		e.measureAnswer(t, network)
	}
}

// measureAnswer counts an event that is done with. The replies of a dead letter had their turn long ago, and a call to a
// hook has none.
func (e *Engine) measureAnswer(t *turn, network string) {
	if t.letter != nil || t.job.Event == nil {
		return
	}
	if len(t.decision.Fired) > 0 {
		e.Metrics.Count(metrics.Matched, network, 1)
	} else {
		e.Metrics.Count(metrics.Unmatched, network, 1)
	}
	said := t.job.Event.Time
	if t.outcome == bot.Replied && t.job.Redrive == nil && !said.IsZero() {
		e.Metrics.Time(metrics.EndToEnd, network, e.now().Sub(said))
	}
}
