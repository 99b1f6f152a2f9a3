package lambdahttp

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// response is an http.ResponseWriter that keeps what is written.
type response struct {
	header http.Header // that the handler changes
	sent   http.Header // as it was when the status was written; nil before
	status int
	body   bytes.Buffer
}

func newResponse() *response { return &response{header: http.Header{}} }

// Header implements http.ResponseWriter.
func (w *response) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter. The first status stands; there is nobody to tell an informational one.
func (w *response) WriteHeader(status int) {
	if w.sent != nil || status < http.StatusOK {
		return
	}
	w.status, w.sent = status, w.header.Clone()
}

// Write implements http.ResponseWriter.
func (w *response) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.status == http.StatusNoContent || w.status == http.StatusNotModified {
		return 0, http.ErrBodyNotAllowed
	}
	return w.body.Write(p)
}

// event gives the answer as payload format 2.0 has it: several values of a header are one, but cookies are apart, and
// bytes that are no text are in base64.
func (w *response) event() events.APIGatewayV2HTTPResponse {
	w.WriteHeader(http.StatusOK)
	if w.body.Len() > 0 && len(w.sent.Values("Content-Type")) == 0 {
		w.sent.Set("Content-Type", http.DetectContentType(w.body.Bytes()))
	}
	answer := events.APIGatewayV2HTTPResponse{StatusCode: w.status, Headers: map[string]string{}}
	for name, values := range w.sent {
		if name == "Set-Cookie" {
			answer.Cookies = values
			continue
		}
		answer.Headers[name] = strings.Join(values, ", ")
	}
	if body := w.body.Bytes(); utf8.Valid(body) {
		answer.Body = string(body)
	} else {
		answer.Body, answer.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return answer
}

const (
	// compressedFrom is how large a body is that is worth the time.
	compressedFrom = 1 << 20
	// maxPayload is what Lambda takes of an answer, as JSON, with room for all but the body:
	// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
	maxPayload = 6<<20 - 64<<10
)

// compress makes the body gzip, unless the handler has encoded it in a way of its own.
func (w *response) compress() {
	if w.sent.Get("Content-Encoding") != "" {
		return
	}
	if w.sent.Get("Content-Type") == "" {
		w.sent.Set("Content-Type", http.DetectContentType(w.body.Bytes()))
	}
	var compressed bytes.Buffer
	z := gzip.NewWriter(&compressed)
	_, _ = z.Write(w.body.Bytes()) // a buffer takes everything
	_ = z.Close()
	w.sent.Set("Content-Encoding", "gzip")
	w.sent.Add("Vary", "Accept-Encoding")
	w.sent.Del("Content-Length")
	w.body = compressed
}

// fitting puts a refusal in the place of an answer that Lambda would drop.
func fitting(answer events.APIGatewayV2HTTPResponse) events.APIGatewayV2HTTPResponse {
	if len(answer.Body) <= maxPayload/6 { // a byte has six in JSON at most
		return answer
	}
	if encoded, err := json.Marshal(answer.Body); err == nil && len(encoded) > maxPayload {
		return failure(http.StatusRequestEntityTooLarge, fmt.Sprintf(
			"the answer has %d bytes, more than a function on AWS can give: ask for less, with a smaller limit", len(encoded)))
	}
	return answer
}
