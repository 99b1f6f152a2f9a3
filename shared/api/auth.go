package api

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/secret"
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
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller{account: a.Owner})))
	})
}

// caller is whose token a call bears.
type caller struct{ account string }

type callerKey struct{}

// account is whose things a call sees: nothing is found for a call that bears no token.
func account(ctx context.Context) string {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c.account
}
