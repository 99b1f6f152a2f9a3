package lambdahttp_test

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/lambdahttp"
)

// answer gives what the function answers when its handler is h.
func answer(t *testing.T, h http.HandlerFunc) events.APIGatewayV2HTTPResponse {
	t.Helper()
	got, err := lambdahttp.New(h).Handle(t.Context(), captured(t, "telegram"))
	if err != nil {
		t.Fatalf("Handle() = %v", err)
	}
	return got
}

func TestResponse(t *testing.T) {
	text := map[string]string{"Content-Type": "text/plain; charset=utf-8"}
	failed := map[string]string{"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    events.APIGatewayV2HTTPResponse
	}{
		{"nothing written", func(http.ResponseWriter, *http.Request) {},
			events.APIGatewayV2HTTPResponse{StatusCode: 200, Headers: map[string]string{}}},
		{"text", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "Grüße") },
			events.APIGatewayV2HTTPResponse{StatusCode: 200, Headers: text, Body: "Grüße"}},
		{"status, header, body", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusCreated)
			w.WriteHeader(http.StatusConflict)
			w.Header().Set("X-Late", "1")
			io.WriteString(w, "{")
			io.WriteString(w, "}")
		}, events.APIGatewayV2HTTPResponse{StatusCode: 201, Headers: map[string]string{"Content-Type": "application/json"}, Body: "{}"}},
		{"several values", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("Vary", "Origin")
			w.Header().Add("Vary", "Accept")
			w.Header().Add("Set-Cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT")
			w.Header().Add("Set-Cookie", "b=2")
		}, events.APIGatewayV2HTTPResponse{
			StatusCode: 200, Headers: map[string]string{"Vary": "Origin, Accept"},
			Cookies: []string{"a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"},
		}},
		{"early hints", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusAccepted)
		}, events.APIGatewayV2HTTPResponse{StatusCode: 202, Headers: map[string]string{}}},
		{"no body with 204", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
			if _, err := io.WriteString(w, "x"); !errors.Is(err, http.ErrBodyNotAllowed) {
				t.Errorf("Write after 204 = %v, want %v", err, http.ErrBodyNotAllowed)
			}
		}, events.APIGatewayV2HTTPResponse{StatusCode: 204, Headers: map[string]string{}}},
		{"binary", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte{0, 1, 0xff}) },
			events.APIGatewayV2HTTPResponse{
				StatusCode: 200, Headers: map[string]string{"Content-Type": "application/octet-stream"}, Body: "AAH/", IsBase64Encoded: true,
			}},
		{"panic", func(http.ResponseWriter, *http.Request) { panic("broken") },
			events.APIGatewayV2HTTPResponse{StatusCode: 500, Headers: failed, Body: "internal error\n"}},
		{"panic in the middle", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Half", "1")
			io.WriteString(w, "half")
			panic(http.ErrAbortHandler)
		}, events.APIGatewayV2HTTPResponse{StatusCode: 500, Headers: failed, Body: "internal error\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, answer(t, tt.handler)); diff != "" {
				t.Errorf("Handle() (-want +got):\n%s", diff)
			}
		})
	}
}

// Lambda drops an answer of more than 6 MB.
func TestLargeAnswers(t *testing.T) {
	large := strings.Repeat("a line like many others\n", 8<<20/24)
	noise := make([]byte, 5<<20)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, accept string
		body         string
		status       int
		encoding     string
	}{
		{"small", "gzip", large[:1<<20], 200, ""},
		{"large", "br, gzip", large, 200, "gzip"},
		{"large, but not to be compressed", "", large, 413, ""},
		{"large, and not to be compressed further", "gzip", string(noise), 413, ""},
		{"large by what JSON makes of it", "", strings.Repeat("<", 2<<20), 413, ""},
		{"just not too large", "", strings.Repeat("x", 5<<20), 200, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			event := captured(t, "telegram")
			event.Headers["accept-encoding"] = tt.accept
			got, err := lambdahttp.New(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, tt.body) })).Handle(t.Context(), event)
			if err != nil || got.StatusCode != tt.status || got.Headers["Content-Encoding"] != tt.encoding {
				t.Fatalf("Handle() = %d %s, %v, want %d %s", got.StatusCode, got.Headers["Content-Encoding"], err, tt.status, tt.encoding)
			}
			if tt.encoding != "gzip" {
				return
			}
			unpacked, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(got.Body)))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(unpacked)
			if kind := got.Headers["Content-Type"]; err != nil || string(body) != tt.body || kind != "text/plain; charset=utf-8" {
				t.Errorf("Handle() = %d bytes of %s, %v, want the %d that were written", len(body), kind, err, len(tt.body))
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	want := time.Now().Add(3 * time.Second)
	ctx, cancel := context.WithDeadline(t.Context(), want)
	defer cancel()
	var got time.Time
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, _ = r.Context().Deadline() })
	if _, err := lambdahttp.New(handler).Handle(ctx, captured(t, "telegram")); err != nil || !got.Equal(want) {
		t.Errorf("Handle() = %v, the request's deadline is %v, want that of the invocation, %v", err, got, want)
	}
}

// Every byte of a body arrives, and comes back, as JSON carries both.
func TestRoundTrip(t *testing.T) {
	mirror := lambdahttp.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }))
	rapid.Check(t, func(rt *rapid.T) {
		body := rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Map(rapid.String(), func(s string) []byte { return []byte(s) })).Draw(rt, "body")
		event := captured(t, "telegram")
		event.Body, event.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
		got, err := mirror.Handle(t.Context(), event)
		if err != nil {
			rt.Fatalf("Handle() = %v", err)
		}
		text, err := json.Marshal(got)
		if err != nil {
			rt.Fatal(err)
		}
		var read struct {
			Body            string
			IsBase64Encoded bool
		}
		if err := json.Unmarshal(text, &read); err != nil {
			rt.Fatal(err)
		}
		if read.IsBase64Encoded {
			decoded, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, strings.NewReader(read.Body)))
			if err != nil {
				rt.Fatal(err)
			}
			read.Body = string(decoded)
		}
		if read.Body != string(body) {
			rt.Errorf("a body %q came back as %q", body, read.Body)
		}
	})
}
