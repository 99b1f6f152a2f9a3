package api_test

import (
	"slices"
	"strings"
	"testing"
)

func TestEveryOperationNamesItsScope(t *testing.T) {
	w := newWorld(t)
	document := w.ask("GET", "/v1/openapi.json", "", 200)
	for path, item := range document["paths"].(map[string]any) {
		for method, operation := range item.(map[string]any) {
			security, _ := operation.(map[string]any)["security"].([]any)
			if len(security) != 1 {
				t.Errorf("%s %s has the security %v, want one scope", strings.ToUpper(method), path, security)
				continue
			}
			scopes, _ := security[0].(map[string]any)["token"].([]any)
			if len(scopes) != 1 || !slices.Contains([]any{"read", "write", "send", "admin"}, scopes[0]) {
				t.Errorf("%s %s needs the scopes %v, want one of ours", strings.ToUpper(method), path, scopes)
			}
		}
	}
}
