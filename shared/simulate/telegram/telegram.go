// Package telegram plays the Telegram Bot API: an http.Handler for /bot<token>/<method> as the real servers have it, and
// for the users' side, which all simulated networks have.
package telegram

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

var _ simulate.Simulated = (*Telegram)(nil)

// Telegram is the simulated network. Every token of the right shape is a bot named sim_<id>_bot. All state is in memory.
type Telegram struct {
	*simulate.Network
	// MaxChats bounds the chats that are kept, a bot; the one unused for longest goes first.
	MaxChats int

	users http.Handler

	mu       sync.Mutex
	accounts map[string]*account // by username
	revoked  map[string]bool     // tokens
}

// New gives a network on which nobody has spoken yet. Close it.
func New() *Telegram {
	t := &Telegram{
		Network:  simulate.New(retryDelay),
		MaxChats: 10_000,
		accounts: map[string]*account{},
		revoked:  map[string]bool{},
	}
	t.users = t.routes()
	return t
}

// retryDelay is the servers': at once, then 2, 4, 8 … s, at most a minute or two.
func retryDelay(failures int) time.Duration {
	if failures <= 1 {
		return 0
	}
	ceiling := time.Minute + rand.N(time.Minute)
	return min(time.Second<<min(failures-1, 10), ceiling)
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

// MakeUp gives a token.
func (t *Telegram) MakeUp(seed simulate.Seed, _ bot.ChannelSpec, _ string) bot.Secret {
	id := 1_000_000_000 + binary.BigEndian.Uint64(seed[:8])%9_000_000_000
	return bot.Secret(fmt.Sprintf("%d:%s", id, base64.RawURLEncoding.EncodeToString(seed[8:])))
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
