package api

import (
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// tokenScheme is what the OpenAPI document calls our tokens. The roles beside it are the scopes that an operation needs.
const tokenScheme = "token"

// needs is the Security of an operation.
func needs(scope store.Scope) []map[string][]string {
	return []map[string][]string{{tokenScheme: {string(scope)}}}
}

// scopeOf is what operations of a method need unless they say otherwise.
func scopeOf(method string) store.Scope {
	if method == http.MethodGet {
		return store.ScopeRead
	}
	return store.ScopeWrite
}

// permitted lets calls through whose token has the scope of the operation. An operation that names none is for nobody.
func permitted(ctx huma.Context, next func(huma.Context)) {
	scope := neededBy(ctx.Operation())
	if slices.Contains(callerOf(ctx.Context()).scopes, scope) {
		next(ctx)
		return
	}
	refuse(ctx, newProblem(bot.Errorf(bot.Forbidden, "the token lacks the scope "+string(scope))))
}

func neededBy(o *huma.Operation) store.Scope {
	for _, way := range o.Security {
		for _, scope := range way[tokenScheme] {
			return store.Scope(scope)
		}
	}
	return ""
}
