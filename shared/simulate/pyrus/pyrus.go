// Package pyrus plays Pyrus: an http.Handler for the API under /v4, for logging in under /api/v4/auth, and for the users'
// side, which all simulated networks have. A chat is a task.
package pyrus

import (
	"cmp"
	"encoding/base64"
	"hash/fnv"
	"net/http"
	"strings"
	"sync"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

var (
	_ simulate.Simulated = (*Pyrus)(nil)
	_ simulate.Pages     = (*Pyrus)(nil)
)

// Pyrus is the simulated network. Every login of the form bot@… is a bot, whose security key is the first one that it logs in
// with. All state is in memory.
type Pyrus struct {
	*simulate.Network
	// MaxTasks bounds the tasks that are kept, a bot, and MaxBots the bots.
	MaxTasks, MaxBots int

	handler http.Handler

	mu     sync.Mutex          // for all below it
	bots   map[string]*account // by login
	tokens map[string]*account
	note   int64 // id of the newest comment, greater than those of networks that ran before
}

// New gives a network on which there is no task yet. Close it.
func New() *Pyrus {
	p := &Pyrus{
		Network: simulate.New(retryDelay), MaxTasks: 10_000, MaxBots: 10_000,
		bots: map[string]*account{}, tokens: map[string]*account{}, note: time.Now().UnixMilli(),
	}
	p.handler = p.routes()
	return p
}

// retryDelay is Pyrus's: the second attempt after 61 s, the third after 122.
func retryDelay(int) time.Duration { return 61 * time.Second }

func (p *Pyrus) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// MakeUp gives a security key.
func (p *Pyrus) MakeUp(seed simulate.Seed, _ bot.ChannelSpec, _ string) bot.Secret {
	return bot.Secret(base64.RawURLEncoding.EncodeToString(seed[:]))
}

// account is a bot. Pyrus.mu guards it.
type account struct {
	login, key string
	person     Person
	profile    Profile
	tokens     []string // the oldest first
	lent       string   // the token that calls of the webhook bring
	tasks      map[int64]*task
}

// Profile is the bot's page in Pyrus, which a person fills in.
type Profile struct {
	// Webhook is where Pyrus calls, https; http on this machine.
	Webhook  string `json:"webhook"`
	Settings string `json:"settings"`
	// OnlyLastComment: calls hold the newest comment only.
	OnlyLastComment bool `json:"send_only_last_comment"`
	// OwnComments: the bot is called for its own comments too, as happens in some flows.
	OwnComments bool `json:"own_comments"`
	// SecurityKey is a new one, "" to keep it. A new key ends all tokens.
	SecurityKey string `json:"security_key,omitempty"`
}

const loginPrefix = "bot@"

// enter gives the bot of a login, which is made the first time. p.mu is held.
func (p *Pyrus) enter(login, key string) (*account, error) {
	if a, ok := p.bots[login]; ok {
		a.key = cmp.Or(a.key, key)
		return a, nil
	}
	if !strings.HasPrefix(login, loginPrefix) || login == loginPrefix || len(p.bots) >= p.MaxBots {
		return nil, refuse(http.StatusUnauthorized, "invalid_credentials")
	}
	a := &account{login: login, key: key, tasks: map[int64]*task{}}
	sum := fnv.New64a()
	sum.Write([]byte(login))
	a.person = Person{ID: 1_000_000 + int64(sum.Sum64()%1_000_000_000), FirstName: "Bot", LastName: login[len(loginPrefix):], Email: login, Type: "bot"}
	p.bots[login] = a
	return a, nil
}

// SetProfile fills in the bot's page. The bot need not have logged in before.
func (p *Pyrus) SetProfile(login string, profile Profile) error {
	if profile.Webhook != "" && !allowed(profile.Webhook) {
		return bot.Errorf(bot.Invalid, "a webhook is https, or on this machine")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	a, err := p.enter(login, profile.SecurityKey)
	if err != nil {
		return bot.Errorf(bot.Invalid, "a bot's login is of the form bot@…")
	}
	if profile.SecurityKey != "" && profile.SecurityKey != a.key {
		a.key = profile.SecurityKey
		p.expire(a)
	}
	profile.SecurityKey = ""
	a.profile = profile
	return nil
}

// EnterWebhook enters an address on the page of a channel's bot, which is otherwise left as it is.
func (p *Pyrus) EnterWebhook(ch bot.Channel, address string) error {
	login := ch.Setting("login")
	p.mu.Lock()
	var profile Profile
	if a, ok := p.bots[login]; ok {
		profile = a.profile
	}
	p.mu.Unlock()
	profile.Webhook = address
	return p.SetProfile(login, profile)
}

// named gives the bot of a login for the users' side. p.mu is held.
func (p *Pyrus) named(login string) (*account, error) {
	if a, ok := p.bots[login]; ok {
		return a, nil
	}
	return nil, bot.Errorf(bot.NotFound, "no bot "+login+" has called the simulated Pyrus yet")
}
