package pyrus

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// session is what logging in gave: a token, and where the API is for this account.
type session struct {
	token, api string
}

// seat holds the session of one channel. Its lock is held while logging in: Pyrus drops the oldest of too many tokens.
type seat struct {
	mu      sync.Mutex
	session session
}

// sessionLimit bounds how many channels stay logged in. Logging in again costs one call.
const sessionLimit = 1000

// sessions keeps a seat for each channel and key.
type sessions struct {
	mu    sync.Mutex
	seats map[[sha256.Size]byte]*seat
}

func newSessions() *sessions { return &sessions{seats: map[[sha256.Size]byte]*seat{}} }

func (s *sessions) of(ch bot.Channel) *seat {
	key := sha256.Sum256([]byte(ch.ID + "\x00" + ch.Setting(loginField) + "\x00" + ch.Secret(keyField).Reveal()))
	s.mu.Lock()
	defer s.mu.Unlock()
	if found, ok := s.seats[key]; ok {
		return found
	}
	if len(s.seats) >= sessionLimit {
		clear(s.seats)
	}
	made := &seat{}
	s.seats[key] = made
	return made
}

// session gives the channel's session, a new one if there is none yet or the one in hand is stale.
func (p *Pyrus) session(ctx context.Context, ch bot.Channel, stale string) (session, error) {
	at := p.sessions.of(ch)
	at.mu.Lock()
	defer at.mu.Unlock()
	if at.session.token != stale {
		return at.session, nil
	}
	made, err := p.logIn(ctx, ch)
	if err == nil {
		at.session = made
	}
	return made, err
}

// credentials are the parameters of https://pyrus.com/en/help/api/authorization.
type credentials struct {
	Login       string `json:"login"`
	SecurityKey string `json:"security_key"`
}

// logIn changes login and key into a token. Whatever fails here, nothing was commented.
func (p *Pyrus) logIn(ctx context.Context, ch bot.Channel) (session, error) {
	login, key := ch.Setting(loginField), ch.Secret(keyField).Reveal()
	if login == "" || key == "" {
		return session{}, refusedCredentials(bot.Errorf(bot.Invalid, "channel lacks login or security key"))
	}
	call := provider.Call{Client: p.client, Address: p.authBase + "/auth", Body: credentials{login, key}}
	got, err := call.Do(ctx)
	if err != nil {
		return session{}, bot.Wrap(bot.Unavailable, "pyrus cannot be logged in to", err)
	}
	if got.Status != http.StatusOK {
		return session{}, refusedLogin(got)
	}
	var answer struct {
		Token string `json:"access_token"`
		API   string `json:"api_url"`
	}
	if err := json.Unmarshal(got.Body, &answer); err != nil || answer.Token == "" {
		return session{}, bot.Errorf(bot.Unavailable, "pyrus logged in without a token")
	}
	api, err := p.apiAddress(answer.API)
	return session{answer.Token, api}, err
}

func refusedLogin(got provider.Answer) error {
	e := refusal(got)
	switch e.Kind {
	case bot.Unauthorized, bot.Invalid, bot.Forbidden:
		return refusedCredentials(e.Err)
	case bot.RateLimited:
		return e
	}
	return &bot.Error{
		Kind: bot.Unavailable, Message: "pyrus cannot be logged in to", Err: e.Err, RetryAfter: e.RetryAfter,
	}
}

// apiAddress judges where Pyrus says that its API is: the token goes there.
func (p *Pyrus) apiAddress(said string) (string, error) {
	if said == "" {
		return p.base, nil
	}
	u, err := url.Parse(said)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", bot.Errorf(bot.Unavailable, "pyrus names an address of its API that is none")
	}
	own, err := url.Parse(p.base)
	if u.Scheme != "https" && (err != nil || u.Scheme != own.Scheme || u.Host != own.Host) {
		return "", bot.Errorf(bot.Unavailable, "pyrus names an address of its API that is not safe")
	}
	return strings.TrimRight(said, "/"), nil
}
