// Package simulate is what simulated chat networks share: the side of their users, faults on demand, and posting to
// webhooks. Each network is a package below it, an http.Handler that is as strict as the real one. README.md has the
// addresses.
package simulate

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"hookline/shared/bot"
)

// Network is the ground that a simulated network stands on: each has one embedded. Fields may be changed until the first
// call.
type Network struct {
	Now func() time.Time
	// Client posts to webhooks. It follows no redirect: for every network that is a failed delivery.
	Client *http.Client
	Log    *slog.Logger
	// RetryDelay is how long a failed post waits after so many failures in a row. A Retry-After of the webhook's
	// replaces it.
	RetryDelay func(failures int) time.Duration
	// Wait passes the time between two tries of a post, or less if ctx ends.
	Wait func(ctx context.Context, d time.Duration)
	// MaxMessages bounds what is kept of what the bot did in a chat; the oldest goes first. Users cannot speak to a bot
	// for which MaxWaiting posts wait.
	MaxMessages int
	MaxWaiting  int

	dice    dice
	closing context.Context
	close   context.CancelFunc
	runners sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	lanes   map[string][]Attempts
	waiting int // in all lanes
}

// New makes the ground of a network that repeats failed posts after retryDelay. Close it.
func New(retryDelay func(failures int) time.Duration) *Network {
	n := &Network{
		Now:         time.Now,
		Log:         slog.Default(),
		RetryDelay:  retryDelay,
		Wait:        wait,
		MaxMessages: 200,
		MaxWaiting:  200_000,
		lanes:       map[string][]Attempts{},
	}
	n.Client = &http.Client{
		Timeout:       time.Minute,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	n.closing, n.close = context.WithCancel(context.Background())
	return n
}

// Close stops posting and waits until no post runs.
func (n *Network) Close() {
	n.mu.Lock()
	n.closed = true
	n.mu.Unlock()
	n.close()
	n.runners.Wait()
	n.Client.CloseIdleConnections()
}

// Ground gives the network itself, for those who know it as Simulated only.
func (n *Network) Ground() *Network { return n }

// Closing ends when the network is closed.
func (n *Network) Closing() context.Context { return n.closing }

// Spawn runs f in a goroutine that Close waits for, unless the network is closed.
func (n *Network) Spawn(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.closed {
		n.runners.Go(f)
	}
}

// while gives a context that ends with ctx or with the network.
func (n *Network) while(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(n.closing, cancel)
	return ctx, func() { stop(); cancel() }
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// MaxBody is how much of a call is read, in bytes.
const MaxBody = 1 << 20

// WriteJSON answers a call. The error is that the caller has gone.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}

// writeError answers on the users' side. The network's own side has its own form.
func writeError(w http.ResponseWriter, err error) {
	// A client that is gone needs no answer.
	_ = WriteJSON(w, bot.KindOf(err).HTTPStatus(), map[string]string{"error": bot.PublicMessage(err)})
}

func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, MaxBody)).Decode(v)
	if err != nil {
		return bot.Wrap(bot.Invalid, "the body is not the JSON that is wanted here", err)
	}
	return nil
}
