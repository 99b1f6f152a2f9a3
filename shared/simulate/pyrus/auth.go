package pyrus

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"strings"
)

// tokenLimit is how many tokens of a bot are good: the oldest ends when there is another.
const tokenLimit = 100

// token gives the bot a new token. p.mu is held.
func (p *Pyrus) token(a *account) string {
	token := rand.Text()
	p.tokens[token] = a
	if a.tokens = append(a.tokens, token); len(a.tokens) > tokenLimit {
		delete(p.tokens, a.tokens[0])
		a.tokens = a.tokens[1:]
	}
	return token
}

func (p *Pyrus) logIn(r *http.Request, body []byte) (done, error) {
	var given struct {
		Login string `json:"login"`
		Key   string `json:"security_key"`
	}
	if err := decode(body, &given); err != nil {
		return done{}, err
	}
	if given.Login == "" || given.Key == "" {
		return done{}, badRequest("required_field_missing", "login and security_key are required")
	}
	a, err := p.enter(given.Login, given.Key)
	if err != nil {
		return done{}, err
	}
	if subtle.ConstantTimeCompare([]byte(a.key), []byte(given.Key)) != 1 {
		return done{}, refuse(http.StatusUnauthorized, "invalid_credentials")
	}
	base := address(r)
	return done{answer: map[string]string{
		"access_token": p.token(a), "api_url": base + "/v4/", "files_url": base + "/files/",
	}}, nil
}

// address gives where the caller reached us, with the path below which we are mounted.
func address(r *http.Request) string {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	path, _, _ := strings.Cut(r.RequestURI, "?")
	return scheme + r.Host + strings.TrimSuffix(path, r.URL.Path)
}

// bearer gives the bot whose token a call has. p.mu is held.
func (p *Pyrus) bearer(header string) (*account, error) {
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok || token == "" {
		return nil, refuse(http.StatusUnauthorized, "token_not_specified")
	}
	if a := p.tokens[token]; a != nil {
		return a, nil
	}
	return nil, refuse(http.StatusUnauthorized, "revoked_token")
}

// Expire ends all tokens of a bot.
func (p *Pyrus) Expire(login string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.bots[login]; a != nil {
		p.expire(a)
	}
}

// expire ends all tokens of a bot. p.mu is held.
func (p *Pyrus) expire(a *account) {
	for _, token := range a.tokens {
		delete(p.tokens, token)
	}
	a.tokens, a.lent = nil, ""
}
