// Package kik plays Kik's bot API: an http.Handler for /v1/… as the real servers have it, and for the users' side, which
// all simulated networks have.
package kik

import (
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

var _ simulate.Simulated = (*Kik)(nil)

// Kik is the simulated network. A bot is there once it has made a call, by the API key of that call. All state is in memory.
type Kik struct {
	*simulate.Network
	// MaxChats bounds the chats that are kept, a bot; the one unused for longest goes first.
	MaxChats int

	api, users http.Handler

	mu       sync.Mutex
	accounts map[string]*account // by username, in lower case
}

// New gives a network on which nobody has spoken yet. Close it.
func New() *Kik {
	k := &Kik{Network: simulate.New(retryDelay), MaxChats: 10_000, accounts: map[string]*account{}}
	k.api, k.users = k.apiRoutes(), k.userRoutes()
	return k
}

// retryDelay is made up: how Kik repeats calls is not documented.
func retryDelay(failures int) time.Duration {
	return min(time.Second<<min(failures-1, 10), time.Minute)
}

// ServeHTTP answers calls of the bot API and of the users' side.
func (k *Kik) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		k.api.ServeHTTP(w, r)
		return
	}
	k.users.ServeHTTP(w, r)
}

// MakeUp gives an API key.
func (k *Kik) MakeUp(seed simulate.Seed, _ bot.ChannelSpec, _ string) bot.Secret {
	digits := hex.EncodeToString(seed[:16])
	return bot.Secret(strings.Join([]string{digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]}, "-"))
}

var (
	usernameShape = regexp.MustCompile(`^[A-Za-z0-9_.]{2,32}$`)
	keyShape      = regexp.MustCompile(`^[A-Za-z0-9-]{8,200}$`)
)

// maxBots bounds how many bots there are.
const maxBots = 10_000

// account gives the bot that makes a call. The first call of a username says its key.
func (k *Kik) account(r *http.Request) (*account, error) {
	username, key, ok := r.BasicAuth()
	if !ok || !usernameShape.MatchString(username) || !keyShape.MatchString(key) {
		return nil, unauthorized()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	a := k.accounts[strings.ToLower(username)]
	if a == nil && len(k.accounts) < maxBots {
		a = newAccount(k, username, key)
		k.accounts[strings.ToLower(username)] = a
	}
	if a == nil || subtle.ConstantTimeCompare([]byte(a.secret()), []byte(key)) != 1 {
		return nil, unauthorized()
	}
	return a, nil
}

// Rekey gives a bot another API key, as its owner can. The old one is refused from then on.
func (k *Kik) Rekey(username, key string) error {
	a, err := k.named(username)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.key = key
	return nil
}

// named gives the bot of a username. A bot is there once it has made a call.
func (k *Kik) named(username string) (*account, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if a, ok := k.accounts[strings.ToLower(username)]; ok {
		return a, nil
	}
	return nil, bot.Errorf(bot.NotFound, fmt.Sprintf("no bot named %s has called the simulated Kik yet", username))
}
