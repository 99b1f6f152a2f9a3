// Package lambdahttp serves an http.Handler in a Lambda function behind an API Gateway HTTP API: an event of payload format
// 2.0 becomes a request, what the handler answers becomes the function's response.
package lambdahttp

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"hookline/shared/bot"
)

// Start serves h until the process ends: it never returns.
func Start(h http.Handler) { lambda.Start(New(h).Handle) }

// Function is a Lambda function's handler that asks an http.Handler.
type Function struct{ handler http.Handler }

// New gives the function that asks h.
func New(h http.Handler) Function { return Function{h} }

// Handle answers one call. The request's context ends with the invocation. An event whose body or method is none is
// answered 400; a panic is logged and answered 500. An answer over 1 MB is compressed for whom that suits; one that is
// still more than Lambda takes is answered 413. The error is for an event of another payload format: then the API is
// set up wrongly, and no answer could be right.
func (f Function) Handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	if event.Version != payloadFormat {
		return events.APIGatewayV2HTTPResponse{}, fmt.Errorf("an event of payload format %q, want %s", event.Version, payloadFormat)
	}
	r, err := request(ctx, event)
	if err != nil {
		return failure(http.StatusBadRequest, bot.PublicMessage(err)), nil
	}
	return f.serve(r), nil
}

func (f Function) serve(r *http.Request) (answer events.APIGatewayV2HTTPResponse) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.ErrorContext(r.Context(), "handler panicked", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			answer = failure(http.StatusInternalServerError, "internal error") // nothing of what was written before
		}
	}()
	w := newResponse()
	f.handler.ServeHTTP(w, r)
	if w.body.Len() > compressedFrom && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.compress()
	}
	return fitting(w.event())
}

func failure(status int, message string) events.APIGatewayV2HTTPResponse {
	w := newResponse()
	http.Error(w, message, status)
	return w.event()
}
