package metrics

import (
	"slices"
	"time"
)

// bounds are the upper ends of the histograms' buckets, the last of which has none. A turn within one machine takes about a
// millisecond, a reply may take as long as its network is down.
var bounds = []time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second, 30 * time.Second,
	time.Minute, 5 * time.Minute, time.Hour,
}

// maxSingle is how many times are kept one by one: as many as a metric has in a line of the embedded metric format. A
// batch has ten jobs.
const maxSingle = 100

// histogram is how often something took how long.
type histogram struct {
	buckets []int // by bound, and one for what is above the last
	sum     time.Duration
	singles []time.Duration // the first maxSingle
}

func newHistogram() *histogram { return &histogram{buckets: make([]int, len(bounds)+1)} }

func (h *histogram) add(took time.Duration) {
	at, _ := slices.BinarySearch(bounds, took) // a bound belongs to its bucket
	h.buckets[at]++
	h.sum += took
	if len(h.singles) < maxSingle {
		h.singles = append(h.singles, took)
	}
}
