package metrics

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"
)

// namespace is where CloudWatch lists the metrics.
const namespace = "Hookline"

// EMF writes what a Set has gathered as a line of CloudWatch's embedded metric format, which becomes metrics where the
// line is in a log group. They have one dimension, the function, as each other one would be paid for. A metric is named
// after its counter or timer and its label: refused_unauthorized, turn_send.
//
// The format: "Specification: Embedded metric format" in the CloudWatch user guide.
type EMF struct {
	Now func() time.Time // time.Now if nil

	set      *Set
	out      io.Writer
	function string
}

// NewEMF makes the writer of a function's metrics.
func NewEMF(set *Set, out io.Writer, function string) *EMF {
	return &EMF{set: set, out: out, function: function}
}

// directive is the part of a line that says what in it are metrics.
type directive struct {
	Timestamp         int64 // milliseconds since 1970
	CloudWatchMetrics [1]struct {
		Namespace  string
		Dimensions [1][1]string
		Metrics    []definition
	}
}

type definition struct{ Name, Unit string }

// Flush writes one line about what was gathered since the last, and none if that is nothing. A line that cannot be
// written is lost.
func (e *EMF) Flush() {
	counts, times := e.set.take()
	if len(counts)+len(times) == 0 {
		return
	}
	line := map[string]any{"function": e.function}
	var about directive
	about.Timestamp = e.now().UnixMilli()
	group := &about.CloudWatchMetrics[0]
	group.Namespace, group.Dimensions[0][0] = namespace, "function"
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		group.Metrics = append(group.Metrics, definition{name, "Count"})
		line[name] = counts[name]
	}
	for _, name := range slices.Sorted(maps.Keys(times)) {
		group.Metrics = append(group.Metrics, definition{name, "Milliseconds"})
		line[name] = times[name]
	}
	line["_aws"] = about
	_ = json.NewEncoder(e.out).Encode(line)
}

// Handler flushes after each call of next.
func (e *EMF) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer e.Flush()
		next.ServeHTTP(w, r)
	})
}

func (e *EMF) now() time.Time {
	if e.Now == nil {
		return time.Now()
	}
	return e.Now()
}

// take empties the set. It gives counts and milliseconds by name, those of all providers together.
func (s *Set) take() (counts map[string]int, times map[string][]float64) {
	if s == nil {
		return nil, nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	counts, times = map[string]int{}, map[string][]float64{}
	for of, n := range s.counts {
		counts[of.metric.joined()] += n
	}
	for of, h := range s.times {
		name := of.metric.joined()
		for _, took := range h.singles {
			if len(times[name]) < maxSingle {
				times[name] = append(times[name], milliseconds(took))
			}
		}
	}
	clear(s.counts)
	clear(s.times)
	return counts, times
}

func (m metric) joined() string {
	if m.value == "" {
		return m.name
	}
	return m.name + "_" + m.value
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
}
