package simulate

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"hookline/shared/bot"
)

// Fault is a way in which a call goes wrong.
type Fault string

// The faults. A call whose fault ends in "after" is carried out, and its caller is not told; the others are not carried out.
const (
	TooManyRequests Fault = "too_many_requests" // 429 with retry_after
	ServerError     Fault = "server_error"      // 500
	BadGateway      Fault = "bad_gateway_after" // 502, carried out
	ResetBefore     Fault = "reset_before"      // the connection breaks
	ResetAfter      Fault = "reset_after"       // the connection breaks, carried out
	HangBefore      Fault = "hang_before"       // no answer for Faults.HangSeconds, then the connection breaks
	HangAfter       Fault = "hang_after"        // as HangBefore, carried out
)

var allFaults = []Fault{TooManyRequests, ServerError, BadGateway, ResetBefore, ResetAfter, HangBefore, HangAfter}

// Faults says how often calls go wrong. The zero value is a network without faults.
type Faults struct {
	// Rates are shares of all calls, 0 to 1, in sum at most 1.
	Rates map[Fault]float64 `json:"rates"`
	// Methods are those that go wrong; none: all.
	Methods []string `json:"methods,omitempty"`
	// Seed makes the n-th call from here on go the same way each time.
	Seed uint64 `json:"seed,omitempty"`
	// RetryAfter is what TooManyRequests asks for, in seconds; 0: one.
	RetryAfter int `json:"retry_after,omitempty"`
	// HangSeconds is how long a call hangs; 0: 30.
	HangSeconds float64 `json:"hang_seconds,omitempty"`
}

// FaultCounts says how many calls went wrong, by fault.
type FaultCounts map[Fault]int

// SetFaults changes how often calls go wrong from now on, and counts afresh.
func (n *Network) SetFaults(f Faults) error { return n.dice.set(f) }

// FaultCounts gives how many calls went wrong since SetFaults.
func (n *Network) FaultCounts() FaultCounts { return n.dice.counted() }

// dice decide call by call.
type dice struct {
	mu     sync.Mutex
	faults Faults
	random *rand.Rand
	counts FaultCounts
}

func (d *dice) set(f Faults) error {
	sum := 0.0
	for kind, rate := range f.Rates {
		if !slices.Contains(allFaults, kind) {
			return bot.Errorf(bot.Invalid, "no fault is named "+string(kind))
		}
		if rate < 0 {
			return bot.Errorf(bot.Invalid, "rate of "+string(kind)+" is below 0")
		}
		sum += rate
	}
	if sum > 1 {
		return bot.Errorf(bot.Invalid, "the rates are more than 1 in sum")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults, d.counts = f, FaultCounts{}
	d.random = rand.New(rand.NewPCG(f.Seed, f.Seed))
	return nil
}

func (d *dice) counted() FaultCounts {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.counts)
}

func (d *dice) roll(method string) fault {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.faults.Rates) == 0 || !d.strikes(method) {
		return fault{}
	}
	point := d.random.Float64()
	for _, kind := range allFaults {
		point -= d.faults.Rates[kind]
		if point < 0 {
			d.counts[kind]++
			return d.faults.fault(kind)
		}
	}
	return fault{}
}

func (d *dice) strikes(method string) bool {
	return len(d.faults.Methods) == 0 ||
		slices.ContainsFunc(d.faults.Methods, func(m string) bool { return strings.EqualFold(m, method) })
}

// fault is what was decided for one call; the zero value lets it pass.
type fault struct {
	kind       Fault
	retryAfter int
	hang       time.Duration
}

func (f Faults) fault(kind Fault) fault {
	hang := time.Duration(f.HangSeconds * float64(time.Second))
	if hang == 0 {
		hang = 30 * time.Second
	}
	return fault{kind, max(1, f.RetryAfter), hang}
}

// carriedOut tells whether the call takes effect.
func (f fault) carriedOut() bool {
	return f.kind == "" || strings.HasSuffix(string(f.kind), "_after")
}

// Call is a call of a network's API, on which faults may fall.
type Call struct {
	Request *http.Request
	// Method is what Faults.Methods knows it by.
	Method string
	// Refuse answers in the network's own form: with status 429, which asks to wait for seconds, 500 or 502.
	Refuse func(status, seconds int)
}

// Carry has a call carried out by do, and answered then by answer, unless a fault falls on it: then it is answered
// otherwise or not at all, before or after do.
func (n *Network) Carry(c Call, do, answer func()) {
	fault := n.dice.roll(c.Method)
	if fault.carriedOut() {
		do()
	}
	switch fault.kind {
	case "":
		answer()
	case TooManyRequests:
		c.Refuse(http.StatusTooManyRequests, fault.retryAfter)
	case ServerError:
		c.Refuse(http.StatusInternalServerError, 0)
	case BadGateway:
		c.Refuse(http.StatusBadGateway, 0)
	case HangBefore, HangAfter:
		ctx, cancel := n.while(c.Request.Context())
		defer cancel()
		wait(ctx, fault.hang)
		breakConnection()
	default:
		breakConnection()
	}
}

// breakConnection ends the handler in the way that makes net/http drop the connection without an answer.
func breakConnection() { panic(http.ErrAbortHandler) }
