package simulate

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"hookline/shared/bot"
)

// Telegram plays the Telegram Bot API: an http.Handler for /bot<token>/<method> as the real servers have it, and for
// /chat/… and /faults, which are ours. Every token of the right shape is a bot named sim_<id>_bot. All state is in
// memory. Fields may be changed until the first call.
type Telegram struct {
	Now func() time.Time
	// Client posts updates to webhooks.
	Client *http.Client
	Log    *slog.Logger
	// RetryDelay is how long a failed update waits after so many failures in a row. A Retry-After of the webhook's
	// replaces it.
	RetryDelay func(failures int) time.Duration
	// Wait passes the time between two tries of an update, or less if ctx ends.
	Wait func(ctx context.Context, d time.Duration)
	// MaxChats and MaxMessages bound what is kept: chats a bot, of which the one unused for longest goes first, and what
	// the bot did a chat, of which the oldest goes first. Users cannot speak to a bot for which MaxWaiting updates wait.
	MaxChats    int
	MaxMessages int
	MaxWaiting  int

	faults dice
	users  http.Handler

	closing context.Context
	close   context.CancelFunc
	runners sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	accounts map[string]*account // by username
	revoked  map[string]bool     // tokens
}

// NewTelegram gives a network on which nobody has spoken yet. Close it.
func NewTelegram() *Telegram {
	t := &Telegram{
		Now:         time.Now,
		Log:         slog.Default(),
		RetryDelay:  retryDelay,
		Wait:        wait,
		MaxChats:    10_000,
		MaxMessages: 200,
		MaxWaiting:  200_000,
		accounts:    map[string]*account{},
		revoked:     map[string]bool{},
	}
	t.Client = &http.Client{
		Timeout:   time.Minute,
		Transport: &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: time.Minute},
		// The servers follow no redirect: it is a failed delivery.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.closing, t.close = context.WithCancel(context.Background())
	t.users = t.userRoutes()
	return t
}

// Close stops posting updates and waits until no post runs.
func (t *Telegram) Close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.close()
	t.runners.Wait()
	t.Client.CloseIdleConnections()
}

// spawn runs f in a goroutine that Close waits for, unless t is closed.
func (t *Telegram) spawn(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.runners.Go(f)
	}
}

// retryDelay is the servers': at once, then 2, 4, 8 … s, at most a minute or two.
func retryDelay(failures int) time.Duration {
	if failures <= 1 {
		return 0
	}
	ceiling := time.Minute + rand.N(time.Minute)
	return min(time.Second<<min(failures-1, 10), ceiling)
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// ServeHTTP answers calls of the Bot API and of the users' side.
func (t *Telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/bot"); ok {
		t.serveAPI(w, r, path)
		return
	}
	t.users.ServeHTTP(w, r)
}

var tokenShape = regexp.MustCompile(`^[1-9]\d{0,15}:[A-Za-z0-9_-]{30,100}$`)

// account gives the bot of a token. A token of the wrong shape is answered as a wrong path.
func (t *Telegram) account(token string) (*account, error) {
	if !tokenShape.MatchString(token) {
		return nil, &apiError{Code: http.StatusNotFound, Description: "Not Found"}
	}
	id, _, _ := strings.Cut(token, ":")
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.revoked[token] {
		return nil, &apiError{Code: http.StatusUnauthorized, Description: "Unauthorized"}
	}
	name := "sim_" + id + "_bot"
	if _, ok := t.accounts[name]; !ok {
		if len(t.accounts) >= maxBots {
			return nil, &apiError{Code: http.StatusUnauthorized, Description: "Unauthorized"}
		}
		t.accounts[name] = newAccount(t, id, name)
	}
	return t.accounts[name], nil
}

// maxBots bounds how many bots there are.
const maxBots = 10_000

// Revoke makes a token unknown, as its owner can at BotFather's.
func (t *Telegram) Revoke(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.revoked[token] = true
}

// named gives the bot of a username. A bot is there once a call has been made with its token.
func (t *Telegram) named(username string) (*account, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a, ok := t.accounts[username]; ok {
		return a, nil
	}
	return nil, bot.Errorf(bot.NotFound, "no bot named "+username+" has called the simulated Telegram yet")
}
