package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hookline/infra/lambda"
)

func TestGatewayMakesEvents(t *testing.T) {
	tests := []struct {
		name, contentType, body string
		want                    string
		encoded                 bool
	}{
		{"JSON goes as it is", "application/json", `{"a":"ä"}`, `{"a":"ä"}`, false},
		{"JSON with a character set too", "application/json; charset=utf-8", `{}`, `{}`, false},
		{"text goes as it is", "text/plain", "a", "a", false},
		{"a form is encoded", "application/x-www-form-urlencoded", "a=b", "YT1i", true},
		{"a body of no type is encoded", "", "\xff\x00", "/wA=", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got events.APIGatewayV2HTTPRequest
			g := lambda.NewGateway()
			g.Route("POST /telegram/{id}", func(_ context.Context, payload []byte) ([]byte, error) {
				return []byte(`{"statusCode":204}`), json.Unmarshal(payload, &got)
			})
			r := httptest.NewRequest(http.MethodPost, "http://example.com/telegram/a%20b?x=1&x=2", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.contentType)
			r.Header.Add("X-Two", "1")
			r.Header.Add("X-Two", "2")
			r.Header.Set("Cookie", "a=b; c=d")
			w := httptest.NewRecorder()
			g.ServeHTTP(w, r)
			if w.Code != http.StatusNoContent {
				t.Errorf("the answer is %d, want 204", w.Code)
			}
			want := events.APIGatewayV2HTTPRequest{
				Version: "2.0", RouteKey: "POST /telegram/{id}", RawPath: "/telegram/a b", RawQueryString: "x=1&x=2",
				Cookies:               []string{"a=b", "c=d"},
				Headers:               map[string]string{"host": "example.com", "content-type": tt.contentType, "x-two": "1,2"},
				QueryStringParameters: map[string]string{"x": "1,2"}, PathParameters: map[string]string{"id": "a b"},
				Body: tt.want, IsBase64Encoded: tt.encoded,
			}
			ignore := cmpopts.IgnoreFields(events.APIGatewayV2HTTPRequest{}, "RequestContext")
			if diff := cmp.Diff(want, got, ignore); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
			wantHTTP := events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: "POST", Path: "/telegram/a b", Protocol: "HTTP/1.1", SourceIP: "192.0.2.1",
			}
			if diff := cmp.Diff(wantHTTP, got.RequestContext.HTTP); diff != "" {
				t.Errorf("requestContext.http (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGatewayAnswers(t *testing.T) {
	tests := []struct {
		name, path, answer string
		err                error
		status             int
		body, cookies      string
	}{
		{"as the function says", "/a", `{"statusCode":401,"headers":{"x":"y"},"cookies":["a=b","c=d"],"body":"no"}`, nil, 401, "no", "a=b c=d"},
		{"bytes", "/a", `{"statusCode":200,"body":"/wA=","isBase64Encoded":true}`, nil, 200, "\xff\x00", ""},
		{"bytes that are none", "/a", `{"statusCode":200,"body":"!","isBase64Encoded":true}`, nil, 500, `{"message":"Internal Server Error"}`, ""},
		{"a function that fails", "/a", `{}`, errors.New("oh"), 500, `{"message":"Internal Server Error"}`, ""},
		{"an answer that is none", "/a", `<`, nil, 500, `{"message":"Internal Server Error"}`, ""},
		{"no route", "/b", ``, nil, 404, `{"message":"Not Found"}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := lambda.NewGateway()
			g.Route("GET /a", func(context.Context, []byte) ([]byte, error) { return []byte(tt.answer), tt.err })
			w := httptest.NewRecorder()
			g.ServeHTTP(w, httptest.NewRequest(http.MethodGet, tt.path, nil))
			body, _ := io.ReadAll(w.Result().Body)
			cookies := strings.Join(w.Result().Header["Set-Cookie"], " ")
			if w.Code != tt.status || string(body) != tt.body || cookies != tt.cookies {
				t.Errorf("GET %s = %d %q, cookies %q, want %d %q %q", tt.path, w.Code, body, cookies, tt.status, tt.body, tt.cookies)
			}
		})
	}
}

func TestGatewayRefusesLargeCalls(t *testing.T) {
	g := lambda.NewGateway()
	g.Route("POST /a", func(context.Context, []byte) ([]byte, error) { return []byte(`{"statusCode":200}`), nil })
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/a", strings.NewReader(strings.Repeat("a", 10<<20+1))))
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("POST of 10 MB and a byte = %d, want 413", w.Code)
	}
}
