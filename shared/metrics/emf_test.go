package metrics_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/metrics"
)

// report gives the writer of a set whose clock stands still, and what it writes to.
func report(set *metrics.Set) (*metrics.EMF, *strings.Builder) {
	var out strings.Builder
	emf := metrics.NewEMF(set, &out, "bots-processor")
	emf.Now = func() time.Time { return time.UnixMilli(1776784101067) }
	return emf, &out
}

func TestEMF(t *testing.T) {
	set := &metrics.Set{}
	emf, out := report(set)
	set.Count(metrics.Matched, "telegram", 2)
	set.Count(metrics.Matched, "kik", 1)
	set.Count(metrics.Refused(bot.Unauthorized), "telegram", 1)
	set.Time(metrics.Step("send"), "telegram", 1234567*time.Nanosecond)
	set.Time(metrics.Step("send"), "telegram", 2*time.Second)
	set.Time(metrics.EndToEnd, "telegram", 3*time.Second)
	emf.Flush()

	const want = `{
		"_aws": {
			"Timestamp": 1776784101067,
			"CloudWatchMetrics": [{
				"Namespace": "Hookline", "Dimensions": [["function"]],
				"Metrics": [
					{"Name": "matched", "Unit": "Count"},
					{"Name": "refused_unauthorized", "Unit": "Count"},
					{"Name": "end_to_end", "Unit": "Milliseconds"},
					{"Name": "turn_send", "Unit": "Milliseconds"}
				]
			}]
		},
		"function": "bots-processor",
		"matched": 3, "refused_unauthorized": 1, "end_to_end": [3000], "turn_send": [1.23, 2000]
	}`
	if diff := cmp.Diff(decoded(t, want), decoded(t, out.String())); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
	if lines := strings.Count(out.String(), "\n"); lines != 1 || !strings.HasSuffix(out.String(), "\n") {
		t.Errorf("wrote %q, want one line", out.String())
	}

	out.Reset()
	if emf.Flush(); out.Len() != 0 {
		t.Errorf("a second Flush() wrote %q, want nothing", out.String())
	}
	set.Count(metrics.Matched, "telegram", 1)
	emf.Flush()
	if got := decoded(t, out.String())["matched"]; got != 1.0 {
		t.Errorf("after a Flush() matched = %v, want what came since, 1", got)
	}
}

func decoded(t *testing.T, text string) (line map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &line); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return line
}

// CloudWatch drops a metric with more values in a line.
func TestEMFValues(t *testing.T) {
	set := &metrics.Set{}
	emf, out := report(set)
	for i := range 150 {
		set.Time(metrics.EndToEnd, []string{"telegram", "kik"}[i%2], time.Second)
	}
	emf.Flush()
	if got := len(decoded(t, out.String())["end_to_end"].([]any)); got != 100 {
		t.Errorf("a line has %d values of a metric, want 100", got)
	}
}

// Each call has its line, one that panics too.
func TestEMFHandler(t *testing.T) {
	set := &metrics.Set{}
	emf, out := report(set)
	handler := emf.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		set.Count(metrics.Received, "telegram", 1)
		if r.URL.Path == "/panic" {
			panic("broken")
		}
		w.WriteHeader(http.StatusTeapot)
	}))
	for _, path := range []string{"/", "/panic"} {
		w := httptest.NewRecorder()
		func() {
			defer func() { _ = recover() }()
			handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", path, nil))
		}()
		if path == "/" && w.Code != http.StatusTeapot {
			t.Errorf("POST / = %d, want %d", w.Code, http.StatusTeapot)
		}
	}
	if got := strings.Count(out.String(), `"received":1`); got != 2 || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("two calls wrote %q, want two lines with one event received", out.String())
	}
}
