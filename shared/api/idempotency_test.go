package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// reply is what a call got.
type reply struct {
	Status int
	Header http.Header
	Body   string
}

// keyed makes a POST with an idempotency key.
func (w *world) keyed(token bot.Secret, key, path, body string) reply {
	w.Helper()
	req := httptest.NewRequestWithContext(w.Context(), http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	req.Header.Set("Idempotency-Key", key)
	return w.serve(req)
}

func (w *world) serve(req *http.Request) reply {
	w.Helper()
	recorder := httptest.NewRecorder()
	w.server.Config.Handler.ServeHTTP(recorder, req)
	return reply{recorder.Code, recorder.Header(), recorder.Body.String()}
}

// Each POST is carried out once, whatever it makes, and answered byte for byte as it was.
func TestRepeatedPOSTsAreAnsweredAlike(t *testing.T) {
	for _, o := range newWorld(t).operations() {
		if o.method != http.MethodPost || o.ID == "send" { // which has a test of its own
			continue
		}
		t.Run(o.ID, func(t *testing.T) {
			w := newWalked(t)
			w.now = w.now.Add(time.Second)
			before := len(w.belongings().Audit)
			first := w.keyed(adminToken, "key", w.address(o), bodies[o.ID])
			if first.Status/100 != 2 {
				t.Fatalf("POST %s = %d %s", o.path, first.Status, first.Body)
			}
			made, calls, jobs := w.belongings(), slices.Clone(w.network.calls), len(*w.queue)+len(*w.notices)
			w.now = w.now.Add(23 * time.Hour)
			if diff := cmp.Diff(first, w.keyed(adminToken, "key", w.address(o), bodies[o.ID])); diff != "" {
				t.Errorf("POST %s again (-first +again):\n%s", o.path, diff)
			}
			if diff := cmp.Diff(made, w.belongings()); diff != "" || len(made.Audit) != before+1 {
				t.Errorf("POST %s twice is %d times in the audit, and changes (-first +again):\n%s", o.path, len(made.Audit)-before, diff)
			}
			if diff := cmp.Diff(calls, w.network.calls); diff != "" || len(*w.queue)+len(*w.notices) != jobs {
				t.Errorf("POST %s again calls the network and sends jobs (-first +again):\n%s", o.path, diff)
			}
		})
	}
}

func TestEveryPOSTTakesAnIdempotencyKey(t *testing.T) {
	for _, o := range newWorld(t).operations() {
		var headers int
		for _, p := range o.Parameters {
			if p.Name == "Idempotency-Key" && p.In == "header" {
				headers++
			}
		}
		if (headers == 1) != (o.method == http.MethodPost) || headers > 1 {
			t.Errorf("the document has the parameter Idempotency-Key %d times for %s %s", headers, o.method, o.path)
		}
	}
}

func TestIdempotencyKeyNamesOneRequest(t *testing.T) {
	const path, body = "/v1/bots/pizza/handlers", `{"name":"bye","pattern":"bye"}`
	tests := []struct {
		name, key, path, body string
		status                int
		detail                string
	}{
		{"again", "key", path, body, 201, ""},
		{"another body", "key", path, `{"name":"bye","pattern":"by"}`, 422, "the idempotency key was used for another request: give each request a key of its own"},
		{"another path", "key", "/v1/bots/pizza/hooks", body, 422, "the idempotency key was used for another request: give each request a key of its own"},
		{"another query", "key", path + "?before=start", body, 422, "the idempotency key was used for another request: give each request a key of its own"},
		{"another key", "kez", path, body, 409, "bot pizza has a handler bye already"},
		{"no key", "", path, body, 409, "bot pizza has a handler bye already"},
		{"the longest", strings.Repeat("é", 255), path, `{"name":"long"}`, 201, ""},
		{"too long", strings.Repeat("k", 256), path, `{"name":"more"}`, 422, "validation failed"},
		{"no text", "\xff\x80", path, `{"name":"odd"}`, 201, ""},
		{"too large", "large", path, strings.Repeat(" ", 8<<20), 413, "request body is too large limit=8388608 bytes"},
	}
	w := newWorld(t)
	w.publish(pizza)
	if made := w.keyed(adminToken, "key", path, body); made.Status != 201 || made.Header.Get("ETag") != w.tag() {
		t.Fatalf("POST with a key = %+v, want 201 and the ETag %s", made, w.tag())
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := w.keyed(adminToken, test.key, test.path, test.body)
			if got.Status != test.status || !strings.Contains(got.Body, fmt.Sprintf(`"detail":%q`, test.detail)) && test.detail != "" {
				t.Errorf("POST %s = %d %s, want %d %q", test.path, got.Status, got.Body, test.status, test.detail)
			}
			if test.status >= 400 && got.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("POST %s is answered as %q", test.path, got.Header.Get("Content-Type"))
			}
		})
	}
	if version := w.head().Version; version != 4 {
		t.Errorf("the bot has version %d, want 4: bye, long and odd were made", version)
	}
}

func TestAccountsShareNoIdempotencyKeys(t *testing.T) {
	w := newWorld(t)
	const body = `{"name":"deploy","scopes":["read"]}`
	ours := w.keyed(adminToken, "key", "/v1/tokens", body)
	theirs := w.keyed(w.newToken("acme", store.Scopes()...), "key", "/v1/tokens", body)
	if ours.Status != 201 || theirs.Status != 201 || !strings.Contains(theirs.Body, `"account":"acme"`) || !strings.Contains(ours.Body, `"account":"admin"`) {
		t.Errorf("POST with one key of two accounts = %+v\n%+v, want a token for each", ours, theirs)
	}
	// The answer shows a token: who may not make one does not get it by its key.
	if got := w.keyed(w.newToken("admin", store.ScopeWrite), "key", "/v1/tokens", body); got.Status != 403 {
		t.Errorf("POST again without the scope admin = %+v, want 403", got)
	}
}

func TestAnswersThatMayChangeFreeTheirKey(t *testing.T) {
	const connect = "/v1/bots/pizza/channels/telegram/connect"
	for _, test := range []struct {
		name   string
		fail   error
		status int
		again  int
	}{
		{"unavailable", bot.Errorf(bot.Unavailable, "the network is down"), 503, 200},
		{"rate limited", bot.Errorf(bot.RateLimited, "too fast"), 429, 200},
		{"conflict", bot.Errorf(bot.Conflict, "somebody else's address is registered"), 409, 200},
		{"internal", errors.New("a mistake of ours"), 500, 200},
		{"invalid", bot.Errorf(bot.Invalid, "the token is wrong"), 400, 400},
		{"unsupported", bot.Errorf(bot.Unsupported, "not by us"), 422, 422},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(pizza)
			w.network.fail["connect"] = test.fail
			first := w.keyed(adminToken, "key", connect, "")
			delete(w.network.fail, "connect")
			again := w.keyed(adminToken, "key", connect, "")
			if first.Status != test.status || again.Status != test.again {
				t.Errorf("POST, and again = %d, %d, want %d, %d", first.Status, again.Status, test.status, test.again)
			}
			if diff := cmp.Diff(first, again); (diff == "") != (test.again == test.status) {
				t.Errorf("POST again (-first +again):\n%s", diff)
			}
		})
	}
}

func TestPreconditionsFreeTheirKey(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	live := w.tag()
	for _, test := range []struct {
		ifMatch string
		status  int
	}{{`"7"`, 412}, {live, 201}, {live, 201}} {
		req := httptest.NewRequestWithContext(t.Context(), "POST", "/v1/bots/pizza/handlers", strings.NewReader(`{"name":"bye"}`))
		req.Header.Set("Authorization", "Bearer "+adminToken)
		req.Header.Set("Idempotency-Key", "key")
		req.Header.Set("If-Match", test.ifMatch)
		if got := w.serve(req); got.Status != test.status {
			t.Errorf("POST with If-Match %s = %d %s, want %d", test.ifMatch, got.Status, got.Body, test.status)
		}
	}
}

// What was refused because something was missing, or was too much, is done once that is mended.
func TestMendedCausesFreeTheirKey(t *testing.T) {
	w := newWorld(t)
	acme := bot.Secret(w.ask("POST", "/v1/accounts", `{"account":"acme","limits":{"handlers":2}}`, 201)["token"].(string))
	add := func(want int) {
		t.Helper()
		if got := w.keyed(acme, "key", "/v1/bots/pizza/handlers", `{"name":"bye"}`); got.Status != want {
			t.Errorf("POST = %d %s, want %d", got.Status, got.Body, want)
		}
	}
	add(404)
	if resp, text := w.sendAs(acme, "PUT", "/v1/bots/pizza", pizza); resp.StatusCode != 200 {
		t.Fatalf("PUT = %d %s", resp.StatusCode, text)
	}
	add(403)
	w.ask("PATCH", "/v1/accounts/acme", `{"limits":{"handlers":3}}`, 200)
	add(201)
	add(201)
}

// While a request is carried out its key opens nothing else; a minute later whoever carried it out is held for dead, and
// what is said is what the creation itself says.
func TestKeyOfARequestThatIsBeingCarriedOut(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	again := func() reply { return w.keyed(adminToken, "key", "/v1/bots/pizza/handlers", `{"name":"bye"}`) }
	first, published, goOn := make(chan reply), make(chan struct{}), make(chan struct{})
	w.api.OnChange = func() { close(published); <-goOn }
	go func() { first <- again() }()
	<-published
	w.api.OnChange = func() {}
	if got := again(); got.Status != 409 || got.Header.Get("Retry-After") != "1" || !strings.Contains(got.Body, "is being carried out") {
		t.Errorf("POST meanwhile = %+v, want 409 that says so", got)
	}
	w.now = w.now.Add(time.Minute)
	if got := again(); got.Status != 409 || !strings.Contains(got.Body, "bot pizza has a handler bye already") {
		t.Errorf("POST a minute later = %+v, want 409 of the creation", got)
	}
	close(goOn)
	if got := <-first; got.Status != 201 {
		t.Errorf("the first POST = %+v, want 201", got)
	}
	if w.head().Version != 2 || !strings.Contains(w.log.String(), "how a request with an idempotency key ended is not kept") {
		t.Errorf("version %d, log %s, want version 2, and the late answer logged", w.head().Version, w.log)
	}
}

func TestOneOfManyPOSTsIsCarriedOut(t *testing.T) {
	w := newWorld(t)
	replies := make([]reply, 8)
	var all sync.WaitGroup
	for i := range replies {
		all.Go(func() { replies[i] = w.keyed(adminToken, "key", "/v1/tokens", `{"name":"x","scopes":["read"]}`) })
	}
	all.Wait()
	tokens := w.ask("GET", "/v1/tokens", "", 200)["tokens"].([]any)
	if len(tokens) != 1 {
		t.Fatalf("%d tokens after 8 POSTs at once with one key, want 1", len(tokens))
	}
	id := tokens[0].(map[string]any)["id"].(string)
	for _, got := range replies {
		if !(got.Status == 201 && strings.Contains(got.Body, id) || got.Status == 409 && strings.Contains(got.Body, "is being carried out")) {
			t.Errorf("POST at once = %+v, want the one token, or 409", got)
		}
	}
}

func TestAnswerIsKeptWhenTheCallerHasGone(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	ctx, hangUp := context.WithCancel(t.Context())
	w.api.OnChange = hangUp
	req := httptest.NewRequestWithContext(ctx, "POST", "/v1/bots/pizza/handlers", strings.NewReader(`{"name":"bye"}`))
	req.Header.Set("Authorization", "Bearer "+adminToken)
	req.Header.Set("Idempotency-Key", "key")
	first := w.serve(req)
	if ctx.Err() == nil || first.Status != 201 {
		t.Fatalf("POST of a caller that has gone = %+v, %v", first, ctx.Err())
	}
	if diff := cmp.Diff(first, w.keyed(adminToken, "key", "/v1/bots/pizza/handlers", `{"name":"bye"}`)); diff != "" {
		t.Errorf("POST again (-first +again):\n%s", diff)
	}
	if entries := w.audit("?bot=pizza"); len(entries) != 2 {
		t.Errorf("the audit has %v, want the publication and the new handler once", entries)
	}
}

func TestAnswersThatAreTooLargeAreNotGivenAgain(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	for i := range 200 {
		w.bury(fmt.Sprint(i, strings.Repeat("x", 900)))
	}
	const path = "/v1/bots/pizza/dead/redrive?limit=200"
	first := w.keyed(adminToken, "key", path, "")
	if first.Status != 200 || len(*w.queue) != 200 || len(first.Body) < 300_000 {
		t.Fatalf("POST = %d with %d bytes and %d jobs, want a large answer", first.Status, len(first.Body), len(*w.queue))
	}
	again := w.keyed(adminToken, "key", path, "")
	if again.Status != 409 || !strings.Contains(again.Body, "too large to be kept") || len(*w.queue) != 200 {
		t.Errorf("POST again = %d %.300s with %d jobs, want 409 that says why, and nothing done", again.Status, again.Body, len(*w.queue))
	}
}

func TestBodiesThatBreakOffClaimNothing(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		name   string
		err    error
		status int
	}{{"slow", os.ErrDeadlineExceeded, 408}, {"cut", io.ErrUnexpectedEOF, 400}} {
		body := io.MultiReader(strings.NewReader(`{"name":"x",`), iotest.ErrReader(test.err))
		req := httptest.NewRequestWithContext(t.Context(), "POST", "/v1/tokens", body)
		req.Header.Set("Authorization", "Bearer "+adminToken)
		req.Header.Set("Idempotency-Key", test.name)
		if got := w.serve(req); got.Status != test.status || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: POST = %+v, want %d", test.name, got, test.status)
		}
		if got := w.keyed(adminToken, test.name, "/v1/tokens", `{"name":"x","scopes":["read"]}`); got.Status != 201 {
			t.Errorf("%s: POST with the key of a body that broke off = %+v, want 201", test.name, got)
		}
	}
}
