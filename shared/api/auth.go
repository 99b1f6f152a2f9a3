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

// authorized lets calls through that bear the admin token. Hashes are compared, in constant time; without a token of our
// own nothing gets through.
func (a *API) authorized(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		given := secret.HashToken(bot.Secret(strings.TrimSpace(token)))
		same := subtle.ConstantTimeCompare([]byte(given), []byte(a.TokenHash)) == 1
		if !same || !strings.EqualFold(scheme, "Bearer") {
			w.Header().Set("WWW-Authenticate", `Bearer realm="hookline"`)
			writeProblem(w, newProblem(bot.Errorf(bot.Unauthorized, "the admin token is missing or wrong")))
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller{a.Owner, store.Scopes()})))
	})
}

// caller is whose token a call bears, and what that opens.
type caller struct {
	account string
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
