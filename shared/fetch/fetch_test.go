package fetch_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/fetch"
)

// shop is an author's API on loopback, opened by name.
func shop(t *testing.T, handler http.HandlerFunc) (*fetch.Client, string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return fetch.New([]string{strings.TrimPrefix(server.URL, "http://")}), server.URL
}

func TestDo(t *testing.T) {
	type call struct{ Method, Path, Header, Body string }
	var got call
	c, address := shop(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = call{r.Method, r.URL.RequestURI(), r.Header.Get("X-Key"), string(body)}
		w.Header().Set("X-Answer", "yes")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"id": 10000000000000001, "price": 1.0}`)
	})
	response, err := c.Do(t.Context(), fetch.Request{
		Method: "POST", URL: " " + address + "/orders?a=b%20c#fragment ", Header: http.Header{"x-key": {"secret"}}, Body: []byte(`{"a":1}`),
	})
	if err != nil || response.Status != http.StatusCreated || response.Header.Get("X-Answer") != "yes" || response.Err != "" {
		t.Errorf("Do() = %+v, %v, want 201 with its header", response, err)
	}
	if want := (call{"POST", "/orders?a=b%20c", "secret", `{"a":1}`}); got != want {
		t.Errorf("the server got %+v, want %+v", got, want)
	}
	want := map[string]any{"id": json.Number("10000000000000001"), "price": json.Number("1.0")}
	if diff := cmp.Diff(want, response.Data()); diff != "" {
		t.Errorf("Data() (-want +got):\n%s", diff)
	}
}

func TestData(t *testing.T) {
	empty := map[string]any{}
	for _, test := range []struct {
		name, body string
		want       any
	}{
		{"F25 object", `{"a":[null,true]}`, map[string]any{"a": []any{nil, true}}},
		{"F25 list", `[1]`, []any{json.Number("1")}}, {"F25 text", `"a"`, "a"}, {"F25 null", `null`, nil},
		{"F25 empty", ``, empty}, {"F25 HTML", `<html>`, empty}, {"F25 two values", `{} {}`, empty}, {"F25 cut off", `{"a":`, empty},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, fetch.Response{Body: []byte(test.body)}.Data()); diff != "" {
				t.Errorf("Data(%s) (-want +got):\n%s", test.body, diff)
			}
		})
	}
}

func TestMethods(t *testing.T) {
	c, address := shop(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%q", r.Method) })
	for _, method := range []string{"", "GET", "POST", "PUT", "PATCH", "DELETE"} {
		want := method
		if want == "" {
			want = "GET"
		}
		if response, err := c.Do(t.Context(), fetch.Request{Method: method, URL: address}); err != nil || response.Data() != want {
			t.Errorf("F22 Do(%s) = %v, %v, want the server to see %s", method, response.Data(), err, want)
		}
	}
	if _, err := c.Do(t.Context(), fetch.Request{Method: "GET /\r\n", URL: address}); bot.KindOf(err) != bot.Invalid {
		t.Errorf("F22 Do() with a method that is none = %v, want invalid", err)
	}
}

// An answer that is an error is an answer.
func TestStatus(t *testing.T) {
	c, address := shop(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"why":"none left"}`, http.StatusConflict)
	})
	response, err := c.Do(t.Context(), fetch.Request{URL: address})
	if err != nil || response.Status != http.StatusConflict || response.Data().(map[string]any)["why"] != "none left" {
		t.Errorf("F25 Do() = %+v, %v, want 409 with its body", response, err)
	}
}

func TestRetry(t *testing.T) {
	for _, test := range []struct {
		method string
		want   int32
	}{{"GET", 2}, {"PUT", 2}, {"DELETE", 2}, {"POST", 1}, {"PATCH", 1}} {
		t.Run("F26 "+test.method, func(t *testing.T) {
			var calls atomic.Int32
			c, address := shop(t, func(http.ResponseWriter, *http.Request) {
				calls.Add(1)
				panic(http.ErrAbortHandler)
			})
			response, err := c.Do(t.Context(), fetch.Request{Method: test.method, URL: address})
			// net/http repeats a call of its own accord only on a connection that was used before.
			if err != nil || response.Status != 0 || response.Err == "" || strings.Contains(response.Err, "127.0.0.1") || calls.Load() != test.want {
				t.Errorf("Do() = %+v, %v after %d calls, want an error without the address, %d calls", response, err, calls.Load(), test.want)
			}
		})
	}
	var calls atomic.Int32
	c, address := shop(t, func(http.ResponseWriter, *http.Request) {
		if calls.Add(1) == 1 {
			panic(http.ErrAbortHandler)
		}
	})
	if response, err := c.Do(t.Context(), fetch.Request{URL: address}); err != nil || response.Status != http.StatusOK {
		t.Errorf("F26 Do() whose second try is answered = %+v, %v, want 200", response, err)
	}
}

func TestB10Bounds(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
				return
			}
		}
	}
	bomb := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write(make([]byte, 64<<20))
		_ = z.Close()
	}
	slow := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "{")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		timeout time.Duration
		want    string
	}{
		{"endless body", endless, 0, "the answer is over 1048576 bytes"},
		{"gzip bomb", bomb, 0, "the answer is over 1048576 bytes"},
		{"as long as may be", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, fetch.MaxAnswer)) }, 0, ""},
		{"slow body", slow, 50 * time.Millisecond, "no answer within 50ms"},
		{"no answer", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 50 * time.Millisecond, "no answer within 50ms"},
		{"huge header", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Big", strings.Repeat("x", 1<<20)) }, 0, "response headers exceeded 65536 bytes"},
		{"redirects without end", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) }, 0, "more than 3 redirects"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, address := shop(t, test.handler)
			response, err := c.Do(t.Context(), fetch.Request{Method: "POST", URL: address, Timeout: test.timeout})
			if err != nil || !strings.Contains(response.Err, test.want) || (response.Status == 0) != (test.want != "") {
				t.Errorf("Do() = %d, %q, %v, want %q", response.Status, response.Err, err, test.want)
			}
		})
	}
}

func TestB10Redirects(t *testing.T) {
	var header http.Header
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { header = r.Header }))
	defer other.Close()
	for _, test := range []struct {
		name, to string
		want     map[string]string
	}{
		{"to the same host", "/second", map[string]string{"Authorization": "Bearer x", "X-Api-Key": "y", "Accept": "a/b"}},
		{"to another host", other.URL, map[string]string{"Authorization": "", "X-Api-Key": "", "Accept": "a/b"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if header = r.Header; r.URL.Path == "/" {
					http.Redirect(w, r, test.to, http.StatusTemporaryRedirect)
				}
			}))
			defer server.Close()
			c := fetch.New([]string{"127.0.0.1"})
			response, err := c.Do(t.Context(), fetch.Request{URL: server.URL, Header: http.Header{"Authorization": {"Bearer x"}, "X-Api-Key": {"y"}, "Accept": {"a/b"}}})
			if err != nil || response.Status != http.StatusOK {
				t.Fatalf("Do() = %+v, %v, want 200", response, err)
			}
			for name, want := range test.want {
				if got := header.Get(name); got != want {
					t.Errorf("header %s after the redirect = %q, want %q", name, got, want)
				}
			}
		})
	}
}

func FuzzURL(f *testing.F) {
	for _, spelling := range spellings {
		f.Add(spelling)
	}
	for _, address := range forbidden {
		f.Add(literal(address))
	}
	c := fetch.New(nil)
	c.Resolve(zone{}.resolver())
	f.Fuzz(func(t *testing.T, address string) {
		// Nothing has a name here, so only a literal can be reached: a public one is nobody's to call in a test.
		if response, _ := c.Do(t.Context(), fetch.Request{URL: address, Timeout: time.Millisecond}); response.Status != 0 {
			t.Errorf("Do(%q) = %d, want it refused", address, response.Status)
		}
	})
}
