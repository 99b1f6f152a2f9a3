package api

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/secret"
	"hookline/shared/store"
)

// authorized lets calls through that bear a token, and says in their context whose it is.
func (a *API) authorized(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		c, err := a.authenticate(r)
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	})
}

func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := newProblem(err)
	switch p.Kind {
	case bot.Unauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="hookline"`)
	case bot.RateLimited:
		w.Header().Set("Retry-After", p.retryAfter)
	default:
		a.Log.ErrorContext(r.Context(), "a token cannot be looked up", "error", err)
	}
	writeProblem(w, p)
}

// adminName is who changed something with the admin token.
const adminName = "admin"

// authenticate finds out whose token a call bears. The admin token's hash is compared in constant time; without a token of
// our own it is nobody's. It is taken even from an address that has to wait: nobody can guess it, and whoever sends wrong
// ones through a proxy shall not lock out its owner, who comes from there too.
func (a *API) authenticate(r *http.Request) (caller, error) {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	given := bot.Secret(strings.TrimSpace(text))
	if given == "" || !strings.EqualFold(scheme, "Bearer") {
		return caller{}, bot.Errorf(bot.Unauthorized, "the token is missing or wrong")
	}
	if subtle.ConstantTimeCompare([]byte(secret.HashToken(given)), []byte(a.TokenHash)) == 1 {
		return caller{account: a.Owner, name: adminName, scopes: store.Scopes()}, nil
	}
	address := network(r.RemoteAddr)
	if wait := a.wrong.wait(address, a.Now()); wait > 0 {
		return caller{}, &bot.Error{Kind: bot.RateLimited, Message: "too many wrong tokens", RetryAfter: wait}
	}
	t, err := a.Store.Authenticate(r.Context(), given)
	if bot.KindOf(err) == bot.Unauthorized && a.wrong.note(address, a.Now()) {
		a.Log.WarnContext(r.Context(), "too many wrong tokens", "address", address)
	}
	return caller{account: t.Account, name: t.Name, token: t.ID, scopes: t.Scopes}, err
}

// caller is whose token a call bears, and what that opens.
type caller struct {
	account string
	name    string // of the token
	token   string // its id, "" for the admin token
	scopes  []store.Scope
}

type callerKey struct{}

// callerOf is nobody for a call that bears no token.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// account is whose things a call sees: nothing is found for a call that bears no token.
func account(ctx context.Context) string { return callerOf(ctx).account }
