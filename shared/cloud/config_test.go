package cloud_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Each service is called at its own address where there is one, at that of all where there is not, with the caller's
// key and session.
func TestOpenEndpoints(t *testing.T) {
	a := newAccount(t, map[string]string{"AWSCURRENT": random("a")})
	var mu sync.Mutex
	tables := map[string]http.Header{} // by operation
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		tables[r.Header.Get("X-Amz-Target")] = r.Header
		a.ServeHTTP(w, r)
	}))
	t.Cleanup(other.Close)
	environment := a.environment()
	environment["AWS_ENDPOINT_URL_DYNAMODB"] = other.URL
	if _, err := open(t, environment); err != nil {
		t.Fatalf("Open() = %v", err)
	}
	const get = "DynamoDB_20120810.GetItem"
	if got := slices.Collect(maps.Keys(tables)); !slices.Equal(got, []string{get}) {
		t.Fatalf("the address of DynamoDB was called with %q, want %s alone", got, get)
	}
	if got := tables[get].Get("Authorization"); !strings.Contains(got, "Credential=the-id/") || !strings.Contains(got, "/eu-central-1/dynamodb/") {
		t.Errorf("Authorization = %q, want the id of the key and the region", got)
	}
	if got := tables[get].Get("X-Amz-Security-Token"); got != "the-session" {
		t.Errorf("X-Amz-Security-Token = %q, want the session", got)
	}
}
