package lambdahttp

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"hookline/shared/bot"
)

// payloadFormat is the version of events that is understood: "Working with AWS Lambda proxy integrations for HTTP APIs" in
// the API Gateway developer guide.
const payloadFormat = "2.0"

// traceHeader names the X-Ray trace that a call belongs to, see "Tracing header" in the X-Ray developer guide.
const traceHeader = "X-Amzn-Trace-Id"

// request gives the call as net/http would have read it; kind invalid if it is none.
func request(ctx context.Context, event events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	body := []byte(event.Body)
	if event.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(event.Body); err != nil {
			return nil, bot.Wrap(bot.Invalid, "the body is not base64", err)
		}
	}
	call := event.RequestContext.HTTP
	r, err := http.NewRequestWithContext(ctx, call.Method, "/", bytes.NewReader(body))
	if err != nil {
		return nil, bot.Wrap(bot.Invalid, "the method is none", err)
	}
	if major, minor, ok := http.ParseHTTPVersion(call.Protocol); ok {
		r.Proto, r.ProtoMajor, r.ProtoMinor = call.Protocol, major, minor
	}
	r.URL = address(event)
	r.RequestURI = r.URL.RequestURI()
	r.Header = header(ctx, event)
	r.Host = cmp.Or(r.Header.Get("Host"), event.RequestContext.DomainName)
	r.Header.Del("Host") // as in any request that a server reads
	r.RemoteAddr = net.JoinHostPort(call.SourceIP, "0")
	return r, nil
}

// address is where the call went. The gateway has decoded the path, and has left the query as it was.
func address(event events.APIGatewayV2HTTPRequest) *url.URL {
	return &url.URL{Path: cmp.Or(event.RawPath, "/"), RawQuery: event.RawQueryString}
}

// header gives the headers under their canonical names: API Gateway sends lower-case ones, sam local those of the caller.
func header(ctx context.Context, event events.APIGatewayV2HTTPRequest) http.Header {
	h := make(http.Header, len(event.Headers)+1)
	for _, name := range slices.Sorted(maps.Keys(event.Headers)) {
		h.Add(name, event.Headers[name])
	}
	if len(event.Cookies) > 0 {
		h.Set("Cookie", strings.Join(event.Cookies, "; ")) // sam local leaves them among the headers, too
	}
	// The runtime's own header has this invocation as the parent. Under this key aws-lambda-go keeps it.
	if trace, _ := ctx.Value("x-amzn-trace-id").(string); trace != "" {
		h.Set(traceHeader, trace)
	}
	return h
}
