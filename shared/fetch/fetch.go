// Package fetch makes HTTP calls to addresses that authors of bots choose: guarded, limited, timed. Whatever goes wrong on
// the way is part of the answer, so that the author can say something about it.
package fetch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hookline/shared/bot"
)

// Limits of a call.
const (
	// MaxTime is how long a call may take in all: redirects, a second try and the reading of the answer included.
	MaxTime = 8 * time.Second
	// MaxAnswer is how long an answer may be, in bytes, once it is decompressed.
	MaxAnswer    = 1 << 20
	maxRedirects = 3
	maxHeader    = 64 << 10
	// retryReserve is how much time must be left for a second try.
	retryReserve = time.Second
)

// Request is a call to make.
type Request struct {
	Method  string // GET if empty
	URL     string
	Header  http.Header
	Body    []byte
	Timeout time.Duration // MaxTime at most, and if 0
}

// Response is an answer. A call that was not answered has Status 0 and says why in Err, without the address.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	Err    string
}

// Data gives the answer's JSON, its numbers as they were written (json.Number); an empty object if it is none.
func (r Response) Data() any {
	decoder := json.NewDecoder(bytes.NewReader(r.Body))
	decoder.UseNumber()
	var data any
	if err := decoder.Decode(&data); err != nil {
		return map[string]any{}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return map[string]any{}
	}
	return data
}

// Client makes calls. It is safe for concurrent use.
type Client struct {
	http  http.Client
	guard *guard
}

// New makes a Client that reaches public addresses, and the hosts given: "host" or "host:port", whatever their addresses
// but those of cloud metadata.
func New(allowed []string) *Client {
	guard := newGuard(allowed)
	transport := &http.Transport{
		// No proxy: it would be dialled in place of the address that is checked.
		DialContext:            guard.dial,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    10,
		IdleConnTimeout:        time.Minute,
		TLSHandshakeTimeout:    dialTime,
		MaxResponseHeaderBytes: maxHeader,
	}
	return &Client{http.Client{CheckRedirect: checkRedirect, Transport: transport}, guard}
}

// Do makes the call, twice if the first try is not answered, may be repeated, and time is left. An error is of kind
// invalid: the request cannot be made at all.
func (c *Client) Do(ctx context.Context, r Request) (Response, error) {
	address, err := checkURL(r.URL)
	if err != nil {
		return Response{}, err
	}
	r.URL, r.Method = address, cmp.Or(r.Method, http.MethodGet)
	if _, err := http.NewRequest(r.Method, r.URL, nil); err != nil {
		return Response{}, bot.Errorf(bot.Invalid, fmt.Sprintf("%q is no method", r.Method))
	}
	limit := MaxTime
	if r.Timeout > 0 {
		limit = min(limit, r.Timeout)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	response, err := c.try(ctx, r)
	if err != nil && repeatable(r.Method, err) && left(ctx) > retryReserve {
		response, err = c.try(ctx, r)
	}
	if err != nil {
		return Response{Err: reason(ctx, err, limit)}, nil
	}
	return response, nil
}

func left(ctx context.Context) time.Duration {
	deadline, _ := ctx.Deadline()
	return time.Until(deadline)
}

var idempotent = []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions}

// repeatable tells whether another try may help, and does no harm.
func repeatable(method string, err error) bool {
	return slices.Contains(idempotent, method) && !errors.Is(err, errRefused) && !errors.Is(err, errTooLong) && !errors.Is(err, errRedirects)
}

var errTooLong = fmt.Errorf("the answer is over %d bytes", MaxAnswer)

func (c *Client) try(ctx context.Context, r Request) (Response, error) {
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return Response{}, err
	}
	for name, values := range r.Header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return Response{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, MaxAnswer+1))
	if err != nil {
		return Response{}, err
	}
	if len(body) > MaxAnswer {
		return Response{}, errTooLong
	}
	return Response{Status: answer.StatusCode, Header: answer.Header, Body: body}, nil
}

// reason says why there is no answer. An address may hold credentials, and is left out.
func reason(ctx context.Context, err error, limit time.Duration) string {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Sprintf("no answer within %s", limit)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "the host is not found"
	}
	if wrapped, ok := errors.AsType[*net.OpError](err); ok {
		return wrapped.Err.Error()
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if strings.Contains(err.Error(), "Location header") { // net/http repeats it
		return "redirected to what is no address"
	}
	return err.Error()
}

// checkURL gives the address without what only browsers use.
func checkURL(address string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	switch {
	case err != nil:
		return "", bot.Errorf(bot.Invalid, "the address of the request cannot be read")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", bot.Errorf(bot.Invalid, "the address of a request begins with http:// or https://")
	case u.Hostname() == "":
		return "", bot.Errorf(bot.Invalid, "the address of the request names no host")
	case u.User != nil:
		return "", bot.Errorf(bot.Invalid, "the address of a request holds no user and password: use a header")
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String(), nil
}

var errRedirects = fmt.Errorf("more than %d redirects", maxRedirects)

// kept are the headers that go along to another host: none of them is a credential.
var kept = []string{"Accept", "Accept-Language", "Content-Type", "Referer", "User-Agent"}

// checkRedirect lets a call follow a few redirects. What is dialled is checked again; headers of the author's, any of
// which may be a credential, stay with the host that they were meant for.
func checkRedirect(next *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return errRedirects
	}
	if _, err := checkURL(next.URL.String()); err != nil {
		return fmt.Errorf("%w: redirected to where %s", errRefused, bot.PublicMessage(err))
	}
	if next.URL.Host == via[0].URL.Host && next.URL.Scheme == via[0].URL.Scheme {
		return nil
	}
	for name := range next.Header {
		if !slices.Contains(kept, name) {
			delete(next.Header, name)
		}
	}
	return nil
}
