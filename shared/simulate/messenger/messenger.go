// Package messenger plays Meta's Messenger Platform: an http.Handler for the Graph API under /v25.0 and the like, and for
// the users' side, which all simulated networks have. A chat is a person's, by the page-scoped id.
package messenger

import (
	"encoding/binary"
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

var (
	_ simulate.Simulated = (*Messenger)(nil)
	_ simulate.Pages     = (*Messenger)(nil)
)

// Messenger is the simulated network. Every token of the right form is a page's; a page is there once it has made a call.
// All state is in memory.
type Messenger struct {
	*simulate.Network
	// MaxChats bounds the people that are kept, a page, and MaxPages the pages and apps.
	MaxChats, MaxPages int
	// MaxInCall is how many events of an app go in one call, if they wait: of several people and pages. 1: each goes in
	// a call of its own, and nobody waits for another.
	MaxInCall int

	api, users http.Handler

	mu      sync.Mutex // for all below it
	apps    map[string]*app
	pages   map[string]*page
	expired map[string]bool    // tokens
	pending map[string][]event // by lane
}

// New gives a network on which nobody has spoken yet. Close it.
func New() *Messenger {
	m := &Messenger{
		Network: simulate.New(retryDelay), MaxChats: 10_000, MaxPages: 10_000, MaxInCall: 1,
		apps: map[string]*app{}, pages: map[string]*page{}, expired: map[string]bool{}, pending: map[string][]event{},
	}
	m.api, m.users = m.apiRoutes(), m.userRoutes()
	return m
}

// retryDelay is at once, and then less and less often; how often is not documented.
func retryDelay(failures int) time.Duration {
	if failures == 1 {
		return 0
	}
	return min(time.Second<<min(failures-2, 10), 5*time.Minute)
}

var versioned = regexp.MustCompile(`^/v[0-9]+\.[0-9]+/`)

// ServeHTTP answers calls of the Graph API and of the users' side.
func (m *Messenger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if versioned.MatchString(r.URL.Path) {
		m.api.ServeHTTP(w, r)
		return
	}
	m.users.ServeHTTP(w, r)
}

// tokenShape is that of page tokens: the app, the page and anything.
var tokenShape = regexp.MustCompile(`^EAA([0-9]{1,20})P([0-9]{1,20})S[A-Za-z0-9]{1,200}$`)

// MakeUp gives a token of a page, the secret of its app, or anything for a verify token. App and page are those that the
// channel names, else made up too.
func (m *Messenger) MakeUp(seed simulate.Seed, ch bot.ChannelSpec, field string) bot.Secret {
	app, page := idOf(seed[:8]), idOf(seed[8:16])
	if named, ok := ch.Settings["app_id"].(string); ok {
		app = named
	}
	if named, ok := ch.Settings[bot.AccountField].(string); ok {
		page = named
	}
	switch field {
	case "page_token":
		return bot.Secret("EAA" + app + "P" + page + "S" + hex.EncodeToString(seed[16:]))
	case "app_secret":
		return bot.Secret(defaultSecret(app))
	}
	return bot.Secret(hex.EncodeToString(seed[16:]))
}

// idOf makes an id of the length that Meta's have.
func idOf(seed []byte) string {
	const least, span = 100_000_000_000_000, 900_000_000_000_000
	return fmt.Sprint(least + binary.BigEndian.Uint64(seed)%span)
}

// defaultSecret is an app's until it gets another.
func defaultSecret(app string) string { return "simulated-secret-of-" + app }

// Expire makes a page's token one that Meta refuses from then on.
func (m *Messenger) Expire(token bot.Secret) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.expired) < m.MaxPages {
		m.expired[token.Reveal()] = true
	}
}

// SetSecret gives an app another secret, as its owner can: it signs calls, and is asked for, from then on.
func (m *Messenger) SetSecret(appID string, secret bot.Secret) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.app(appID)
	if a == nil || strings.TrimSpace(secret.Reveal()) == "" {
		return bot.Errorf(bot.Invalid, "there are too many apps, or there is no secret")
	}
	a.secret = secret.Reveal()
	return nil
}

// named gives the page of an id for the users' side. m.mu is held.
func (m *Messenger) named(id string) (*page, error) {
	if p, ok := m.pages[id]; ok {
		return p, nil
	}
	return nil, bot.Errorf(bot.NotFound, "no page "+id+" has called the simulated Messenger yet")
}
