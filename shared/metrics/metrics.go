// Package metrics counts what happens to messages and how long it takes, and shows it: to CloudWatch in lines of the
// embedded metric format, to Prometheus at an address. Nothing in it says who spoke or what was said.
package metrics

import (
	"sync"
	"time"

	"hookline/shared/bot"
)

// Counter is something that is counted.
type Counter metric

// Timer is something that takes time.
type Timer metric

// metric is a name, and one label with its value where the name stands for several.
type metric struct{ name, label, value string }

// What is counted of events.
var (
	Received   = Counter{name: "received"}    // put on the queue
	Duplicates = Counter{name: "duplicates"}  // come again after they were handled
	Matched    = Counter{name: "matched"}     // handled by a handler
	Unmatched  = Counter{name: "unmatched"}   // no handler's
	Skipped    = Counter{name: "skipped"}     // dropped: their channel is disabled, or their bot deleted
	HandedBack = Counter{name: "handed_back"} // tries that failed and will be repeated
	Buried     = Counter{name: "buried"}      // given up
	// CredentialsRefused counts the sends that a network refused for the channel's credentials.
	CredentialsRefused = Counter{name: "credentials_refused"}
)

// Refused counts the calls that were answered with an error of a kind.
func Refused(kind bot.ErrorKind) Counter { return Counter{"refused", "reason", string(kind)} }

// Delivered counts how a hook's calls ended for their recipients.
func Delivered(outcome bot.DeliveryOutcome) Counter {
	return Counter{"delivered", "outcome", string(outcome)}
}

// EndToEnd is from when the network says that something was said until all replies to it were sent. Networks tell whole
// seconds.
var EndToEnd = Timer{name: "end_to_end"}

// Step is a step of a turn; a try that failed has had steps, too.
func Step(name string) Timer { return Timer{"turn", "step", name} }

// Set gathers counts and times, by provider. The zero value is ready; a nil Set gathers nothing. It is safe for
// concurrent use.
type Set struct {
	mutex  sync.Mutex
	counts map[series]int
	times  map[series]*histogram
}

// series is what one number, or one histogram, is about.
type series struct {
	metric   metric
	provider string
}

// Count adds n to a counter.
func (s *Set) Count(c Counter, provider string, n int) {
	if s == nil || n == 0 {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.counts == nil {
		s.counts = map[series]int{}
	}
	s.counts[series{metric(c), provider}] += n
}

// Time adds what something took. Clocks differ: what took less than no time took none.
func (s *Set) Time(t Timer, provider string, took time.Duration) {
	if s == nil {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.times == nil {
		s.times = map[series]*histogram{}
	}
	of := series{metric(t), provider}
	if s.times[of] == nil {
		s.times[of] = newHistogram()
	}
	s.times[of].add(max(took, 0))
}
