package metrics_test

import (
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/metrics"
)

// page gives what Prometheus would be shown, without what it shows people.
func page(t *testing.T, set *metrics.Set) (lines []string) {
	t.Helper()
	w := httptest.NewRecorder()
	set.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	if got, want := w.Header().Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8"; got != want {
		t.Errorf("Content-Type = %q, want %q", got, want)
	}
	for line := range strings.Lines(w.Body.String()) {
		if !strings.HasPrefix(line, "# HELP") {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return lines
}

// A set that nobody made gathers nothing, and a new one is empty.
func TestNothing(t *testing.T) {
	var none *metrics.Set
	none.Count(metrics.Received, "telegram", 1)
	none.Time(metrics.EndToEnd, "telegram", time.Second)
	for name, set := range map[string]*metrics.Set{"nil": none, "new": {}} {
		set.Count(metrics.Buried, "telegram", 0)
		if got := page(t, set); got != nil {
			t.Errorf("%s set shows %q, want nothing", name, got)
		}
		var out strings.Builder
		metrics.NewEMF(set, &out, "f").Flush()
		if out.Len() != 0 {
			t.Errorf("%s set wrote %q, want nothing", name, out.String())
		}
	}
}

func TestPrometheusCounts(t *testing.T) {
	set := &metrics.Set{}
	set.Count(metrics.Refused(bot.Unauthorized), "telegram", 1)
	set.Count(metrics.Refused(bot.NotFound), "telegram", 2)
	set.Count(metrics.Received, "telegram", 3)
	set.Count(metrics.Received, "kik", 1)
	set.Count(metrics.Received, "telegram", 1)
	for _, c := range []metrics.Counter{metrics.Duplicates, metrics.Matched, metrics.Unmatched, metrics.HandedBack, metrics.Buried} {
		set.Count(c, "kik", 1)
	}
	want := []string{
		"# TYPE hookline_buried_total counter",
		`hookline_buried_total{provider="kik"} 1`,
		"# TYPE hookline_duplicates_total counter",
		`hookline_duplicates_total{provider="kik"} 1`,
		"# TYPE hookline_handed_back_total counter",
		`hookline_handed_back_total{provider="kik"} 1`,
		"# TYPE hookline_matched_total counter",
		`hookline_matched_total{provider="kik"} 1`,
		"# TYPE hookline_received_total counter",
		`hookline_received_total{provider="kik"} 1`,
		`hookline_received_total{provider="telegram"} 4`,
		"# TYPE hookline_refused_total counter",
		`hookline_refused_total{provider="telegram",reason="not_found"} 2`,
		`hookline_refused_total{provider="telegram",reason="unauthorized"} 1`,
		"# TYPE hookline_unmatched_total counter",
		`hookline_unmatched_total{provider="kik"} 1`,
	}
	if diff := cmp.Diff(want, page(t, set)); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestPrometheusTimes(t *testing.T) {
	set := &metrics.Set{}
	for _, took := range []time.Duration{
		-time.Second, 2 * time.Millisecond, 10 * time.Millisecond, 10*time.Millisecond + 1, 300 * time.Millisecond, 2 * time.Hour,
	} {
		set.Time(metrics.Step("send"), "telegram", took)
	}
	labels := `hookline_turn_seconds_bucket{provider="telegram",step="send",le=`
	want := []string{
		"# TYPE hookline_turn_seconds histogram",
		labels + `"0.001"} 1`, labels + `"0.0025"} 2`, labels + `"0.005"} 2`,
		labels + `"0.01"} 3`, labels + `"0.025"} 4`, labels + `"0.05"} 4`,
		labels + `"0.1"} 4`, labels + `"0.25"} 4`, labels + `"0.5"} 5`,
		labels + `"1"} 5`, labels + `"2.5"} 5`, labels + `"5"} 5`, labels + `"10"} 5`, labels + `"30"} 5`,
		labels + `"60"} 5`, labels + `"300"} 5`, labels + `"3600"} 5`, labels + `"+Inf"} 6`,
		`hookline_turn_seconds_sum{provider="telegram",step="send"} 7200.322000001`,
		`hookline_turn_seconds_count{provider="telegram",step="send"} 6`,
	}
	if diff := cmp.Diff(want, page(t, set)); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
}

// Every metric has its line of help, and says what it is.
func TestHelp(t *testing.T) {
	set := &metrics.Set{}
	for _, c := range []metrics.Counter{
		metrics.Received, metrics.Duplicates, metrics.Matched, metrics.Unmatched, metrics.HandedBack, metrics.Buried, metrics.Refused(bot.Invalid),
		metrics.Skipped,
	} {
		set.Count(c, "p", 1)
	}
	set.Time(metrics.EndToEnd, "p", 0)
	set.Time(metrics.Step("read"), "p", 0)
	w := httptest.NewRecorder()
	set.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	helped := 0
	for line := range strings.Lines(w.Body.String()) {
		if rest, ok := strings.CutPrefix(line, "# HELP hookline_"); ok {
			helped++
			if _, text, _ := strings.Cut(strings.TrimSpace(rest), " "); text == "" {
				t.Errorf("%q helps nobody", line)
			}
		}
	}
	if helped != 10 {
		t.Errorf("%d metrics have help, want 10", helped)
	}
}

func TestAtOnce(t *testing.T) {
	set := &metrics.Set{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				set.Count(metrics.Received, "p", 1)
				set.Time(metrics.EndToEnd, "p", time.Second)
			}
		})
	}
	all.Wait()
	got := strings.Join(page(t, set), "\n")
	for _, want := range []string{`hookline_received_total{provider="p"} 800`, `hookline_end_to_end_seconds_count{provider="p"} 800`} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %s:\n%s", want, got)
		}
	}
}
