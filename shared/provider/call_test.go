package provider_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

const marked = "/bot123:MARKED/sendMessage"

func post(t *testing.T, address string, change func(*provider.Call)) (provider.Answer, error) {
	t.Helper()
	call := provider.Call{Client: &http.Client{}, Address: address + marked, Body: map[string]string{"a": "<&"}}
	if change != nil {
		change(&call)
	}
	t.Cleanup(call.Client.CloseIdleConnections)
	return call.Do(t.Context())
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func TestCallSendsJSON(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := r.Method + " " + r.URL.Path + " " + r.Header.Get("Content-Type") + " " + r.Header.Get("X-Own") + " " + string(body)
		if want := "POST " + marked + " application/json own {\"a\":\"<&\"}\n"; got != want {
			t.Errorf("Do() sends %q, want %q", got, want)
		}
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, `{"ok":true}`)
	})
	own := http.Header{"X-Own": {"own"}}
	got, err := post(t, address, func(c *provider.Call) { c.Header = own })
	if err != nil || got.Status != http.StatusTeapot || string(got.Body) != `{"ok":true}` {
		t.Errorf("Do() = %d %q, %v, want status 418 and its body", got.Status, got.Body, err)
	}
	if got.RetryAfter() != 7*time.Second {
		t.Errorf("RetryAfter() = %v, want 7s", got.RetryAfter())
	}
	if len(own) != 1 {
		t.Errorf("Do() changes the header it was given: %v", own)
	}
}

func TestCallWithoutBody(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := r.Method + " " + r.Header.Get("Content-Type") + string(body)
		if want := "GET "; got != want || r.ContentLength != 0 {
			t.Errorf("Do() sends %q of %d bytes, want %q and no body", got, r.ContentLength, want)
		}
	})
	got, err := post(t, address, func(c *provider.Call) { c.Method, c.Body = http.MethodGet, nil })
	if err != nil || got.Status != http.StatusOK {
		t.Errorf("Do() = %d, %v, want status 200", got.Status, err)
	}
}

func TestCallFollowsNoRedirect(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != marked {
			t.Errorf("Do() follows the redirect to %s", r.URL.Path)
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	if got, err := post(t, address, nil); err != nil || got.Status != http.StatusTemporaryRedirect {
		t.Errorf("Do() = %d, %v, want 307 as it stands", got.Status, err)
	}
}

func TestCallLimitsTheAnswer(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("x", 11)) })
	for _, test := range []struct {
		name  string
		limit int64
		want  bot.ErrorKind
	}{
		{"at the limit", 11, ""},
		{"over it", 10, bot.Unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := post(t, address, func(c *provider.Call) { c.Limit = test.limit })
			if got := bot.KindOf(err); got != test.want {
				t.Errorf("Do() with limit %d = %v, want kind %q", test.limit, err, test.want)
			}
		})
	}
}

// TestCallFails tells failures after which the network may have carried the call out from those after which it cannot.
func TestCallFails(t *testing.T) {
	hangUp := func(before string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			io.ReadAll(r.Body)
			conn, buffered, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			buffered.WriteString(before)
			buffered.Flush()
			conn.Close()
		}
	}
	refused := httptest.NewServer(nil)
	refused.Close()
	for _, test := range []struct {
		name, address string
		kind          bot.ErrorKind
		reason        string
	}{
		{"refused", refused.URL, bot.Unavailable, ""},
		{"no such host", "http://host.invalid", bot.Unavailable, ""},
		{"no TLS", strings.Replace(serve(t, hangUp("")), "http:", "https:", 1), bot.Unavailable, ""},
		{"broken before the answer", serve(t, hangUp("")), bot.Unavailable, bot.ReasonUnknown},
		{
			"broken within the answer", serve(t, hangUp("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")),
			bot.Unavailable, bot.ReasonUnknown,
		},
		{"not HTTP", serve(t, hangUp("SSH-2.0 hello\r\n")), bot.Unavailable, bot.ReasonUnknown},
		{"no answer in time", serve(t, func(_ http.ResponseWriter, r *http.Request) {
			io.ReadAll(r.Body)
			<-r.Context().Done()
		}), bot.Unavailable, bot.ReasonUnknown},
		{"no address", "http://\x7f", bot.Internal, ""},
		{"unknown scheme", "telegram://x", bot.Unavailable, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := post(t, test.address, func(c *provider.Call) { c.Timeout = time.Second })
			if bot.KindOf(err) != test.kind || bot.ReasonOf(err) != test.reason {
				t.Errorf("Do() = %v, kind %q, reason %q, want %q and %q",
					err, bot.KindOf(err), bot.ReasonOf(err), test.kind, test.reason)
			}
			if strings.Contains(err.Error(), "MARKED") {
				t.Errorf("Do() = %q, want an error without the address", err)
			}
		})
	}
}

// dyingConn can be made to take nothing any more.
type dyingConn struct {
	net.Conn
	dead *atomic.Bool
}

func (c dyingConn) Write(b []byte) (int, error) {
	if c.dead.Load() {
		return 0, net.ErrClosed
	}
	return c.Conn.Write(b)
}

// TestCallOnADeadConnection: a kept connection takes nothing, and a new one is refused. Nothing can have been carried
// out.
func TestCallOnADeadConnection(t *testing.T) {
	address := serve(t, func(http.ResponseWriter, *http.Request) {})
	var dead atomic.Bool
	var refused int
	call := provider.Call{Address: address, Body: 1, Client: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, to string) (net.Conn, error) {
			if dead.Load() {
				refused++
				return nil, net.ErrClosed
			}
			conn, err := new(net.Dialer).DialContext(ctx, network, to)
			return dyingConn{conn, &dead}, err
		},
	}}}
	if _, err := call.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	dead.Store(true)
	_, err := call.Do(t.Context())
	if bot.KindOf(err) != bot.Unavailable || bot.ReasonOf(err) != "" || refused != 1 {
		t.Errorf("Do() = %v, reason %q, %d refused, want unavailable, no reason and 1", err, bot.ReasonOf(err), refused)
	}
}

func TestCallThatCannotBeEncoded(t *testing.T) {
	_, err := post(t, "http://127.0.0.1", func(c *provider.Call) { c.Body = json.Number("no number") })
	if bot.KindOf(err) != bot.Internal {
		t.Errorf("Do() = %v, want kind internal", err)
	}
}

func TestRetryAfter(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"": 0, "0": 0, "30": 30 * time.Second, "-1": 0, "x": 0, "99999999999": 0, "Wed, 21 Oct 2026 07:28:00 GMT": 0,
	} {
		if got := (provider.Answer{Header: http.Header{"Retry-After": {header}}}).RetryAfter(); got != want {
			t.Errorf("RetryAfter() of %q = %v, want %v", header, got, want)
		}
	}
}
