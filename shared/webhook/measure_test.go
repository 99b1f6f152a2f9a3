package webhook_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

// counted gives what the door's metrics count.
func (d *door) counted() (lines []string) {
	w := httptest.NewRecorder()
	d.counts.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func TestMetrics(t *testing.T) {
	d := newDoor(channel("ch1", "right"), channel("bare"))
	d.post(t, "ch1", "right", hello)
	d.post(t, "ch1", "right", `{"events":[{"id":"1"},{"id":"2"}],"skipped":true}`)
	d.post(t, "ch1", "right", `{}`)
	d.post(t, "ch1", "wrong", hello)
	d.post(t, "ch1", "", hello)
	d.post(t, "ch1", "right", `{`)
	d.post(t, "none", "", hello)
	d.post(t, "bare", "", hello)
	d.post(t, "ch1", "right", `{"panic":true}`)
	d.queue.err = bot.Errorf(bot.Internal, "down")
	d.post(t, "ch1", "right", hello)
	want := []string{
		`hookline_received_total{provider="loopback"} 3`,
		`hookline_refused_total{provider="loopback",reason="internal"} 1`,
		`hookline_refused_total{provider="loopback",reason="invalid"} 1`,
		`hookline_refused_total{provider="loopback",reason="not_found"} 1`,
		`hookline_refused_total{provider="loopback",reason="unauthorized"} 2`,
		`hookline_refused_total{provider="loopback",reason="unavailable"} 2`,
	}
	if diff := cmp.Diff(want, d.counted()); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

// What comes in on a disabled channel is counted: a call as one, on a shared address each event that is its own.
func TestF4G17DisabledChannelIsCounted(t *testing.T) {
	off, own := channel("off", "right"), page("a", "100")
	off.Disabled, own.Disabled = true, true
	d := newDoor(off, own, page("b", "200"))
	d.post(t, "off", "wrong", hello)
	d.post(t, "off", "right", `{"events":[{"id":"1"},{"id":"2"}]}`)
	d.post(t, "a", "right", `{"events":[{"id":"1","account":"100"},{"id":"2","account":"200"},{"id":"3","account":"100"}]}`)
	want := []string{
		`hookline_received_total{provider="loopback"} 1`,
		`hookline_refused_total{provider="loopback",reason="unauthorized"} 1`,
		`hookline_skipped_total{provider="loopback"} 3`,
	}
	if diff := cmp.Diff(want, d.counted()); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

// A job has the trace of its call, and nothing else that a caller may write there.
func TestTrace(t *testing.T) {
	const root = "Root=1-5e9f0c65-1de4d666d4dd26aced652b6c"
	tests := []struct{ name, header, want string }{
		{"none", "", ""},
		{"root", root, root},
		{"whole", root + ";Parent=53995c3f42cd8ad8;Sampled=1", root + ";Parent=53995c3f42cd8ad8;Sampled=1"},
		{"not decided", root + ";Sampled=?", root},
		{"load balancer before", "Self=1-67891234-12456789abcdef012345678a;" + root, root},
		{"lineage behind", root + ";Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:a87bd80c:1", root + ";Parent=53995c3f42cd8ad8;Sampled=0"},
		{"invented", "hello; user=Ada", ""},
		{"root too short", "Root=1-5e9f0c65-1de4d666", ""},
		{"long", strings.Repeat("x", 50_000) + root, root},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDoor(channel("ch1", "right"))
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/loopback/ch1", bytes.NewBufferString(`{"events":[{"id":"1"},{"id":"2"}]}`))
			r.Header.Set(secretHeader, "right")
			r.Header.Set("X-Amzn-Trace-Id", tt.header)
			d.mux.ServeHTTP(httptest.NewRecorder(), r)
			if len(d.queue.jobs) != 2 {
				t.Fatalf("%d jobs, want 2", len(d.queue.jobs))
			}
			for _, j := range d.queue.jobs {
				if j.Trace != tt.want {
					t.Errorf("job's trace = %q, want %q", j.Trace, tt.want)
				}
			}
		})
	}
}
