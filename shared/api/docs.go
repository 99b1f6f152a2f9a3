package api

import (
	_ "embed" // docs.html
	"net/http"
)

//go:embed docs.html
var docsPage []byte

// docs serves a page that shows the OpenAPI document to people. It asks for a token, and loads nothing from elsewhere.
func docs(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(docsPage)
}
