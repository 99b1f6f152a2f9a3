package api_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// The page that shows the API to people is there without a token, loads nothing from elsewhere and makes no HTML of data.
func TestF53DocsPage(t *testing.T) {
	w := newWorld(t)
	resp, err := http.Get(w.server.URL + "/docs")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("GET /docs = %d %s, %v", resp.StatusCode, resp.Header.Get("Content-Type"), err)
	}
	policy := resp.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy of the page is %q, want %s in it", policy, want)
		}
	}
	if found := regexp.MustCompile(`(?i)https?://|//[a-z]|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|src=`).FindAll(page, -1); found != nil {
		t.Errorf("the page has %q", found)
	}
	for _, want := range []string{`fetch("/v1/openapi.json"`, "api.info.description", "Authorization: Bearer", "admin-token"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page has no %s: it reads the OpenAPI document, and says how to begin", want)
		}
	}
}
