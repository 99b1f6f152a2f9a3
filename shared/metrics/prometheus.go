package metrics

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// help is what Prometheus shows of each metric.
var help = map[string]string{
	"received":    "Events put on the queue.",
	"refused":     "Calls answered with an error.",
	"duplicates":  "Events that came again after they were handled.",
	"matched":     "Events handled by a handler.",
	"unmatched":   "Events that no handler answers.",
	"skipped":     "Calls, and events on the queue, that were dropped: their channel is disabled.",
	"handed_back": "Tries of jobs that failed and will be repeated.",
	"buried":      "Jobs given up, listed as dead letters.",
	"end_to_end":  "From the network's own time of an event until its replies were sent.",
	"turn":        "Steps of turns.",
}

// ServeHTTP shows what was gathered since the program began, in Prometheus's text format 0.0.4: "Exposition formats" in
// its documentation.
func (s *Set) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(s.exposition())
}

func (s *Set) exposition() []byte {
	if s == nil {
		return nil
	}
	var text bytes.Buffer
	s.mutex.Lock()
	defer s.mutex.Unlock()
	family := ""
	begin := func(of series, unit, kind string) string {
		name := "hookline_" + of.metric.name + "_" + unit
		if name != family {
			family = name
			fmt.Fprintf(&text, "# HELP %s %s\n# TYPE %s %s\n", name, help[of.metric.name], name, kind)
		}
		return name
	}
	for _, of := range slices.SortedFunc(maps.Keys(s.counts), byName) {
		fmt.Fprintf(&text, "%s{%s} %d\n", begin(of, "total", "counter"), of.labels(), s.counts[of])
	}
	for _, of := range slices.SortedFunc(maps.Keys(s.times), byName) {
		s.times[of].write(&text, begin(of, "seconds", "histogram"), of.labels())
	}
	return text.Bytes()
}

// write writes the lines of a histogram, whose buckets hold all that took no longer than their bounds.
func (h *histogram) write(text *bytes.Buffer, name, labels string) {
	count := 0
	for i, n := range h.buckets {
		count += n
		bound := "+Inf"
		if i < len(bounds) {
			bound = seconds(bounds[i])
		}
		fmt.Fprintf(text, "%s_bucket{%s,le=%q} %d\n", name, labels, bound, count)
	}
	fmt.Fprintf(text, "%s_sum{%s} %s\n%s_count{%s} %d\n", name, labels, seconds(h.sum), name, labels, count)
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'g', -1, 64) }

func byName(a, b series) int {
	return cmp.Or(
		cmp.Compare(a.metric.name, b.metric.name), cmp.Compare(a.metric.value, b.metric.value), cmp.Compare(a.provider, b.provider),
	)
}

// labels are written as Go would quote them: no value has anything but letters.
func (of series) labels() string {
	labels := fmt.Sprintf("provider=%q", of.provider)
	if of.metric.label != "" {
		labels += fmt.Sprintf(",%s=%q", of.metric.label, of.metric.value)
	}
	return labels
}
