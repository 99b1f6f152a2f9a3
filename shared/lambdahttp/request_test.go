package lambdahttp_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"hookline/shared/lambdahttp"
)

// seen is what a handler saw of a call.
type seen struct {
	Method, Path, Escaped, Query, URI string
	Host, RemoteAddr, Proto           string
	Body                              string
	Length                            int64
	Header                            http.Header
}

// look calls the function, whose handler takes down what it sees.
func look(ctx context.Context, event events.APIGatewayV2HTTPRequest) (got seen, called bool, answer events.APIGatewayV2HTTPResponse, err error) {
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		called = true
		got = seen{
			r.Method, r.URL.Path, r.URL.EscapedPath(), r.URL.RawQuery, r.RequestURI,
			r.Host, r.RemoteAddr, r.Proto, string(body), r.ContentLength, r.Header,
		}
	})
	answer, err = lambdahttp.New(handler).Handle(ctx, event)
	return got, called, answer, err
}

// captured reads an event of testdata.
func captured(t testing.TB, name string) (event events.APIGatewayV2HTTPRequest) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err == nil {
		err = json.Unmarshal(text, &event)
	}
	if err != nil {
		t.Fatal(err)
	}
	return event
}

func TestRequest(t *testing.T) {
	tests := []struct {
		name string
		want seen
	}{
		{"telegram", seen{
			Method: "POST", Path: "/telegram/9f2c7b1e", Escaped: "/telegram/9f2c7b1e", URI: "/telegram/9f2c7b1e",
			Host: "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com", RemoteAddr: "91.108.5.33:0", Proto: "HTTP/1.1",
			Body: `{"update_id":1,"message":{"text":"Grüße \u003c🍕\u003e"}}`, Length: 61,
			Header: http.Header{
				"Accept-Encoding": {"gzip, deflate"}, "Content-Length": {"61"}, "Content-Type": {"application/json"},
				"X-Amzn-Trace-Id": {"Root=1-5e9f0c65-1de4d666d4dd26aced652b6c"}, "X-Forwarded-For": {"91.108.5.33"},
				"X-Forwarded-Port": {"443"}, "X-Forwarded-Proto": {"https"}, "X-Telegram-Bot-Api-Secret-Token": {"s3cret"},
			},
		}},
		{"binary", seen{
			Method: "PUT", Path: "/v1/files/a/b c", Escaped: "/v1/files/a%2Fb%20c", Query: "q=a%20b&q=c&empty=",
			URI:  "/v1/files/a%2Fb%20c?q=a%20b&q=c&empty=",
			Host: "bots.example", RemoteAddr: "[2001:db8::1]:0", Proto: "HTTP/2.0",
			Body: "\x00\x01\xff\xfebots", Length: 8,
			Header: http.Header{
				"Accept": {"text/html,application/json"}, "Content-Type": {"application/octet-stream"},
				"Cookie": {"session=1; theme=dark; light"}, "X-Forwarded-For": {"2001:db8::1"},
			},
		}},
		{"samlocal", seen{
			Method: "GET", Path: "/messenger/my bot", Escaped: "/messenger/my%20bot", Query: "hub.mode=subscribe",
			URI: "/messenger/my%20bot?hub.mode=subscribe", Host: "localhost:3000", RemoteAddr: "127.0.0.1:0", Proto: "HTTP/1.1",
			Header: http.Header{
				"Cookie": {"a=1"}, "X-Hub-Signature-256": {"sha256=00"}, "X-Forwarded-Proto": {"http"},
			},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, _, err := look(t.Context(), captured(t, tt.name))
			if err != nil {
				t.Fatalf("Handle(%s) = %v", tt.name, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Handle(%s) (-want +got):\n%s", tt.name, diff)
			}
		})
	}
}

func TestPath(t *testing.T) {
	tests := []struct{ name, raw, path, escaped string }{
		{"empty", "", "/", "/"},
		{"escaped slash", "/a%2Fb", "/a/b", "/a%2Fb"},
		{"lone percent sign", "/100%", "/100%", "/100%25"},
		{"decoded already", "/ü b", "/ü b", "/%C3%BC%20b"},
		{"question mark inside", "/a?b", "/a?b", "/a%3Fb"},
		{"two slashes", "//evil.example/x", "//evil.example/x", "//evil.example/x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			event := captured(t, "telegram")
			event.RawPath = tt.raw
			got, _, _, err := look(t.Context(), event)
			if err != nil || got.Path != tt.path || got.Escaped != tt.escaped {
				t.Errorf("Handle(rawPath %q) saw %q, escaped %q, error %v, want %q, %q", tt.raw, got.Path, got.Escaped, err, tt.path, tt.escaped)
			}
		})
	}
}

// Where the runtime names a trace, it stands: its parent is this invocation.
func TestTrace(t *testing.T) {
	const trace = "Root=1-5e9f0c65-1de4d666d4dd26aced652b6c;Parent=53995c3f42cd8ad8;Sampled=1"
	//lint:ignore SA1029 the key is aws-lambda-go's
	ctx := context.WithValue(t.Context(), "x-amzn-trace-id", trace)
	got, _, _, err := look(ctx, captured(t, "telegram"))
	if err != nil || got.Header.Get("X-Amzn-Trace-Id") != trace {
		t.Errorf("Handle() saw the trace %q, error %v, want %q", got.Header.Get("X-Amzn-Trace-Id"), err, trace)
	}
}

func TestRefused(t *testing.T) {
	tests := []struct {
		name   string
		change func(*events.APIGatewayV2HTTPRequest)
		status int // 0: an error
	}{
		{"body is not base64", func(e *events.APIGatewayV2HTTPRequest) { e.Body, e.IsBase64Encoded = "{}", true }, 400},
		{"base64 breaks off", func(e *events.APIGatewayV2HTTPRequest) { e.Body, e.IsBase64Encoded = "AAH//mJ", true }, 400},
		{"no method", func(e *events.APIGatewayV2HTTPRequest) { e.RequestContext.HTTP.Method = "GET /" }, 400},
		{"payload format 1.0", func(e *events.APIGatewayV2HTTPRequest) { e.Version = "1.0" }, 0},
		{"another event", func(e *events.APIGatewayV2HTTPRequest) { *e = events.APIGatewayV2HTTPRequest{} }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			event := captured(t, "telegram")
			tt.change(&event)
			_, called, answer, err := look(t.Context(), event)
			if called || answer.StatusCode != tt.status || (err != nil) != (tt.status == 0) {
				t.Errorf("Handle() = %d, %v, handler called: %v, want %d and no call", answer.StatusCode, err, called, tt.status)
			}
		})
	}
}

// Whatever comes, the handler sees a whole request or the caller hears 400.
func FuzzRequest(f *testing.F) {
	for _, name := range []string{"telegram", "binary", "samlocal"} {
		e := captured(f, name)
		f.Add(e.RequestContext.HTTP.Method, e.RawPath, e.RawQueryString, e.Headers["host"], e.Body, e.IsBase64Encoded)
	}
	f.Fuzz(func(t *testing.T, method, path, query, host, body string, encoded bool) {
		event := events.APIGatewayV2HTTPRequest{
			Version: "2.0", RawPath: path, RawQueryString: query, Headers: map[string]string{"host": host}, Body: body, IsBase64Encoded: encoded,
		}
		event.RequestContext.HTTP.Method = method
		mux := http.NewServeMux()
		served := 0
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			served++
			if content, err := io.ReadAll(r.Body); err != nil || int64(len(content)) != r.ContentLength || !encoded && string(content) != body {
				t.Errorf("handler saw %d bytes %q, %v, want %q", r.ContentLength, content, err, body)
			}
		})
		answer, err := lambdahttp.New(mux).Handle(t.Context(), event)
		if err != nil || served == 0 && answer.StatusCode == 200 || answer.StatusCode < 200 || answer.StatusCode >= 500 {
			t.Errorf("Handle() = %d, %v, served %d times", answer.StatusCode, err, served)
		}
	})
}
