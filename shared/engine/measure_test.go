package engine_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/engine"
	"hookline/shared/metrics"
	"hookline/shared/provider"
)

// counted gives what is counted of turns, and sums and counts of times but those of steps.
func counted(set *metrics.Set) (lines []string) {
	w := httptest.NewRecorder()
	set.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "#") || strings.Contains(line, "_bucket") || strings.Contains(line, "turn_seconds") {
			continue
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

func TestMetrics(t *testing.T) {
	const network = `{provider="fake"}`
	hello := bot.Event{ID: "e", Kind: bot.Text, Text: "hi"}
	tests := []struct {
		name string
		run  func(*world)
		want []string
	}{
		{"answered", func(w *world) {
			hello := hello
			hello.Time = w.at.Add(-2 * time.Second)
			w.handle(w.job(hello))
		}, []string{
			"hookline_matched_total" + network + " 1",
			"hookline_end_to_end_seconds_sum" + network + " 2", "hookline_end_to_end_seconds_count" + network + " 1",
		}},
		{"the network tells no time", func(w *world) { w.handle(w.job(hello)) }, []string{"hookline_matched_total" + network + " 1"}},
		{"F4 the channel is disabled", func(w *world) {
			w.disableChannel()
			w.handle(w.job(hello))
		}, []string{"hookline_skipped_total" + network + " 1"}},
		{"no handler", func(w *world) {
			w.handle(w.job(bot.Event{ID: "e", Kind: bot.Text, Text: "what?", Time: w.at}))
		}, []string{"hookline_unmatched_total" + network + " 1"}},
		{"duplicate", func(w *world) {
			w.handle(w.job(hello))
			w.handle(w.job(hello))
		}, []string{"hookline_duplicates_total" + network + " 1", "hookline_matched_total" + network + " 1"}},
		{"handed back twice, then sent", func(w *world) {
			failures := 2
			w.network.answer = func(bot.Part) error {
				if failures--; failures >= 0 {
					return unavailable()
				}
				return nil
			}
			w.drain(w.job(hello))
		}, []string{"hookline_handed_back_total" + network + " 2", "hookline_matched_total" + network + " 1"}},
		{"buried", func(w *world) {
			w.network.answer = func(bot.Part) error { return bot.Errorf(bot.Invalid, "no") }
			w.handle(w.job(hello))
		}, []string{"hookline_buried_total" + network + " 1"}},
		{"redriven reply", func(w *world) {
			said := hello
			said.Time = w.at
			w.network.answer = func(bot.Part) error { return bot.Errorf(bot.Invalid, "no") }
			w.handle(w.job(said))
			w.network.answer = nil
			letter := w.letters()[0]
			w.handle(bot.Job{
				ID: "redriven", Kind: bot.ReplyJob, AcceptedAt: w.at, Channel: letter.Channel, Bot: letter.Bot,
				Redrive: &bot.Redrive{Letter: letter.ID, Count: 1, Group: "g"},
			})
			if w.network.said() == "" {
				w.t.Error("the redriven reply was not sent")
			}
		}, []string{"hookline_buried_total" + network + " 1"}},
		{"redriven event", func(w *world) {
			job := w.job(hello)
			job.Event.Time = w.at.Add(-time.Hour)
			job.Redrive = &bot.Redrive{Letter: "l", Count: 1}
			w.handle(job)
		}, []string{"hookline_matched_total" + network + " 1"}},
		{"unknown job", func(w *world) { w.handle(bot.Job{ID: "odd", Bot: w.head.ID}) }, []string{`hookline_buried_total{provider=""} 1`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, says("hello", "^hi$", "Hello!", ""))
			set := &metrics.Set{}
			w.engine.Metrics = set
			tt.run(w)
			if diff := cmp.Diff(tt.want, counted(set)); diff != "" {
				t.Errorf("metrics (-want +got):\n%s", diff)
			}
		})
	}
}

// The steps of a turn are timed.
func TestMetricsOfSteps(t *testing.T) {
	w := newWorld(t, says("hello", "^hi$", "Hello!", ""))
	set := &metrics.Set{}
	w.engine.Metrics = set
	job := w.said("hi")
	w.at = w.at.Add(3 * time.Second)
	w.handle(job)
	page := httptest.NewRecorder()
	set.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`hookline_turn_seconds_sum{provider="fake",step="waited"} 3` + "\n",
		`_count{provider="fake",step="read"} 1`, `_count{provider="fake",step="decide"} 1`,
		`_count{provider="fake",step="commit"} 1`, `_count{provider="fake",step="send"} 1`,
	} {
		if !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page lacks %s:\n%s", want, page.Body)
		}
	}
}

// The line of a turn names the trace that it belongs to, and nothing of what was said.
func TestTraceIsLogged(t *testing.T) {
	const trace = "Root=1-5e9f0c65-1de4d666d4dd26aced652b6c;Parent=53995c3f42cd8ad8;Sampled=1"
	for _, given := range []string{trace, ""} {
		w := newWorld(t, says("hello", "^confidential$", "Hello!", ""))
		var log bytes.Buffer
		w.engine = engine.New(w.store, provider.NewSet(w.network), slog.New(slog.NewTextHandler(&log, nil)), w.now)
		job := w.said("confidential")
		job.Trace = given
		w.handle(job)
		line := log.String()
		if strings.Count(line, "\n") != 1 || strings.Contains(line, "confidential") || strings.Contains(line, "Hello") {
			t.Errorf("log = %q, want one line without what was said", line)
		}
		if got := strings.Contains(line, `trace="`+trace+`"`); got != (given != "") || strings.Contains(line, "trace=") != got {
			t.Errorf("log = %q of a job with the trace %q", line, given)
		}
	}
}
