package api_test

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMethodsOfAnAddress(t *testing.T) {
	w := newWorld(t)
	for call, want := range map[string]string{
		"TRACE /v1/queue":                "GET",
		"POST /v1/bots/pizza/turns":      "GET",
		"PATCH /v1/bots/pizza/dead":      "GET, DELETE",
		"GET /v1/nothing":                "",
		"DELETE /v1/bots/pizza/versions": "GET",
	} {
		method, path, _ := strings.Cut(call, " ")
		resp, text := w.send(method, path, "")
		status := 405
		if want == "" {
			status = 404
		}
		if resp.StatusCode != status || resp.Header.Get("Allow") != want || resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s = %d %s, Allow %q, want %d, %q", call, resp.StatusCode, text, resp.Header.Get("Allow"), status, want)
		}
	}
}

func TestParameterWithoutAValue(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	for path, want := range map[string]int{
		"/v1/bots?limit=": 422, "/v1/bots?cursor=": 200, "/v1/bots/pizza/turns?until=": 422, "/v1/bots/pizza/turns?chat=": 200,
		"/v1/bots/pizza/turns?explain": 422,
	} {
		if resp, text := w.send("GET", path, ""); resp.StatusCode != want {
			t.Errorf("GET %s = %d %s, want %d", path, resp.StatusCode, text, want)
		}
	}
}

func TestTokenOfStrangeScopes(t *testing.T) {
	w := newWorld(t)
	for _, scopes := range []string{`[{}]`, `[[]]`, `["read",{}]`, `[null]`, `null`, `[]`, `{}`} {
		if resp, text := w.send("POST", "/v1/tokens", `{"name":"a","scopes":`+scopes+`}`); resp.StatusCode != 422 {
			t.Errorf("POST /v1/tokens of scopes %s = %d %s, want 422", scopes, resp.StatusCode, text)
		}
	}
}

// The document describes errors and embedded structs as they are sent.
func TestOpenAPIDescribesWhatIsSent(t *testing.T) {
	w := newWorld(t)
	document, err := json.Marshal(w.ask("GET", "/v1/openapi.json", "", 200)["components"])
	if err != nil {
		t.Fatal(err)
	}
	var components struct {
		Schemas map[string]struct{ Properties map[string]any }
	}
	if err := json.Unmarshal(document, &components); err != nil {
		t.Fatal(err)
	}
	for schema, fields := range map[string][]string{
		"ProblemDetails": {"title", "status", "detail", "kind", "reason", "errors"},
		"Problem":        {"path", "line", "message", "warning"},
		"Connection":     {"name", "provider", "id", "address", "mode", "steps"},
		"ChannelHealth":  {"name", "webhook", "asked", "last_event_at"},
	} {
		for _, field := range fields {
			if _, ok := components.Schemas[schema].Properties[field]; !ok {
				t.Errorf("schema %s = %v, want %s among its properties", schema, components.Schemas[schema].Properties, field)
			}
		}
	}
	if strings.Contains(string(document), "ErrorModel") {
		t.Error("the document describes errors that are never sent")
	}
}
