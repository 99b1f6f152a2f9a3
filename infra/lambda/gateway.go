package lambda

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// maxBody is how large a call may be, in bytes.
const maxBody = 10 << 20

// Gateway is an API Gateway HTTP API: calls become events of payload format 2.0, as
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html has it.
type Gateway struct{ mux *http.ServeMux }

// NewGateway gives an API without routes.
func NewGateway() *Gateway {
	g := &Gateway{http.NewServeMux()}
	g.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusNotFound, "Not Found") })
	return g
}

// Route sends the calls of a route, as "POST /telegram/{id}", to a function. A function that fails answers 500.
func (g *Gateway) Route(route string, invoke func(context.Context, []byte) ([]byte, error)) {
	g.mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
			return
		}
		payload, err := json.Marshal(event(route, r, body))
		if err != nil {
			panic(err) // it consists of texts
		}
		var response events.APIGatewayV2HTTPResponse
		answer, err := invoke(r.Context(), payload)
		if err == nil {
			err = json.Unmarshal(answer, &response)
		}
		if err != nil {
			slog.Debug("function failed", "route", route, "error", err)
			refuse(w, http.StatusInternalServerError, "Internal Server Error")
			return
		}
		write(w, response)
	})
}

// ServeHTTP implements http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

// event is a call as a function sees it.
func event(route string, r *http.Request, body []byte) events.APIGatewayV2HTTPRequest {
	source, _, _ := net.SplitHostPort(r.RemoteAddr)
	now := time.Now().UTC()
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: route, RawPath: r.URL.Path, RawQueryString: r.URL.RawQuery,
		Headers: headers(r), QueryStringParameters: map[string]string{}, PathParameters: parameters(route, r),
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: route, AccountID: "123456789012", Stage: "$default", RequestID: rand.Text(), APIID: "api",
			DomainName: "api.execute-api.eu-central-1.amazonaws.com", DomainPrefix: "api",
			Time: now.Format("02/Jan/2006:15:04:05 -0700"), TimeEpoch: now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: source, UserAgent: r.UserAgent(),
			},
		},
	}
	for _, cookie := range r.Header["Cookie"] {
		e.Cookies = append(e.Cookies, strings.Split(cookie, "; ")...)
	}
	for name, values := range r.URL.Query() {
		e.QueryStringParameters[name] = strings.Join(values, ",")
	}
	e.Body, e.IsBase64Encoded = string(body), !isText(r.Header.Get("Content-Type"))
	if e.IsBase64Encoded {
		e.Body = base64.StdEncoding.EncodeToString(body)
	}
	return e
}

// headers gives names in lower case, and equal ones joined; cookies are apart.
func headers(r *http.Request) map[string]string {
	joined := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		if name != "Cookie" {
			joined[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	return joined
}

// parameters gives what the braces of a route stand for.
func parameters(route string, r *http.Request) map[string]string {
	values := map[string]string{}
	for _, part := range strings.Split(route, "/") {
		name, ok := strings.CutPrefix(part, "{")
		name, _ = strings.CutSuffix(name, "}")
		if name, _ = strings.CutSuffix(name, "..."); ok {
			values[name] = r.PathValue(name)
		}
	}
	return values
}

// isText tells whether a body of a content type is passed on as it is.
func isText(contentType string) bool {
	kind, _, _ := mime.ParseMediaType(contentType)
	return strings.HasPrefix(kind, "text/") ||
		slices.Contains([]string{"application/json", "application/javascript", "application/xml"}, kind)
}

// write answers as a function said.
func write(w http.ResponseWriter, response events.APIGatewayV2HTTPResponse) {
	body := []byte(response.Body)
	if response.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(response.Body); err != nil {
			refuse(w, http.StatusInternalServerError, "Internal Server Error")
			return
		}
	}
	for _, name := range slices.Sorted(maps.Keys(response.Headers)) {
		w.Header().Set(name, response.Headers[name])
	}
	for name, values := range response.MultiValueHeaders {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	for _, cookie := range response.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
	w.WriteHeader(cmp.Or(response.StatusCode, http.StatusOK))
	_, _ = w.Write(body)
}

// refuse answers as the gateway itself does.
func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"message":"`+message+`"}`)
}
