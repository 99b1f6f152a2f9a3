package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
)

// methods are those that operations have.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// elsewhere answers what no operation is for: 405 where the address has others, else 404. The mux would do so by itself,
// but not as a problem.
func elsewhere(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range methods {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != "/" {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) == 0 {
			writeProblem(w, newProblem(bot.Errorf(bot.NotFound, "no such address: "+r.Method+" "+r.URL.Path)))
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		writeProblem(w, &problem{
			Title: http.StatusText(http.StatusMethodNotAllowed), Status: http.StatusMethodNotAllowed,
			Detail: r.URL.Path + " takes " + strings.Join(allowed, ", ") + " only",
		})
	}
}

// spelledOut refuses parameters without a value where that means nothing: huma takes them for absent.
func spelledOut(ctx huma.Context, next func(huma.Context)) {
	u := ctx.URL()
	query := u.Query()
	for _, p := range ctx.Operation().Parameters {
		text := p.Schema.Type == huma.TypeString && p.Schema.Format == "" && len(p.Schema.Enum) == 0
		if p.In == "query" && !text && query.Has(p.Name) && query.Get(p.Name) == "" {
			refuse(ctx, invalidParameter("query."+p.Name, "has no value"))
			return
		}
	}
	next(ctx)
}

// invalidParameter is what huma says of a parameter that is not as the document wants it.
func invalidParameter(path, message string) *problem {
	return &problem{
		Title: http.StatusText(http.StatusUnprocessableEntity), Status: http.StatusUnprocessableEntity,
		Detail: "validation failed", Errors: []bot.Problem{{Path: path, Message: message}},
	}
}

// refuse ends a call with a problem.
func refuse(ctx huma.Context, p *problem) {
	ctx.SetHeader("Content-Type", p.ContentType(""))
	if p.retryAfter != "" {
		ctx.SetHeader("Retry-After", p.retryAfter)
	}
	ctx.SetStatus(p.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(p)
}

// schemaName names the schemas of the OpenAPI document: problem beside bot.Problem, which is one of its errors.
func schemaName(t reflect.Type, hint string) string {
	if t == reflect.TypeFor[problem]() {
		return "ProblemDetails"
	}
	return huma.DefaultSchemaNamer(t, hint)
}
