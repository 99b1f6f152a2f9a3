package api

import (
	"maps"
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	// freeGuesses is how many wrong tokens in a row, each within guessesKept of the one before, cost no pause.
	freeGuesses = 10
	guessesKept = time.Minute
	// The pause begins with firstPause and doubles with each wrong token after it, pauseDoubles times.
	firstPause   = time.Second
	pauseDoubles = 6
	// maxGuessers bounds the addresses that are remembered.
	maxGuessers = 10_000
)

// throttle makes networks wait that send wrong tokens. The zero value is ready. Each process has its own.
type throttle struct {
	mutex    sync.Mutex
	guessers map[string]guesser
}

type guesser struct {
	wrong int
	// until is when the pause ends: the moment of the last wrong token, if it cost none.
	until time.Time
}

func (g guesser) forgotten(now time.Time) bool { return now.Sub(g.until) >= guessesKept }

// wait is how long a network has to wait.
func (t *throttle) wait(network string, now time.Time) time.Duration {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.guessers[network].until.Sub(now)
}

// note counts a wrong token and tells whether pauses begin with it.
func (t *throttle) note(network string, now time.Time) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	g, known := t.guessers[network]
	if !known {
		t.makeRoom(now)
	}
	if g.forgotten(now) {
		g.wrong = 0
	}
	g.wrong++
	g.until = now
	if g.wrong > freeGuesses {
		g.until = now.Add(firstPause << min(g.wrong-freeGuesses-1, pauseDoubles))
	}
	t.guessers[network] = g
	return g.wrong == freeGuesses+1
}

// makeRoom forgets those who have stopped, and everyone when there are too many all the same.
func (t *throttle) makeRoom(now time.Time) {
	if len(t.guessers) >= maxGuessers {
		maps.DeleteFunc(t.guessers, func(_ string, g guesser) bool { return g.forgotten(now) })
	}
	if t.guessers == nil || len(t.guessers) >= maxGuessers {
		t.guessers = map[string]guesser{}
	}
}

// prefixIPv6 is what a provider gives to one customer, at least: who has it has all its addresses.
const prefixIPv6 = 64

// network gives who calls, of the address of a connection: its IPv4 address, or the network of its IPv6 one.
func network(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if address = address.Unmap().WithZone(""); address.Is4() {
		return address.String()
	}
	return netip.PrefixFrom(address, prefixIPv6).Masked().String()
}
