package provider

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"hookline/shared/bot"
)

// What a Call allows where it does not say otherwise.
const (
	CallTimeout = 8 * time.Second
	CallLimit   = 1 << 20
)

// Call is one call of a network's API, in JSON. Addresses may hold credentials: no error shows one.
type Call struct {
	Client  *http.Client
	Method  string // POST if empty
	Address string
	Header  http.Header // beside Content-Type
	Body    any         // encoded as JSON; nil: none
	Timeout time.Duration
	Limit   int64 // bytes of the answer
}

// Answer is what the network said, whatever its status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do makes the call. It follows no redirect. Every error is of kind unavailable, or internal for a call that cannot be
// made at all; bot.ReasonUnknown tells those after which the network may have carried the call out.
func (c Call) Do(ctx context.Context) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.Timeout, CallTimeout))
	defer cancel()
	var written atomic.Bool
	request, err := c.request(httptrace.WithClientTrace(ctx, traceWriting(&written)))
	if err != nil {
		return Answer{}, err
	}
	client := *c.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if err != nil {
		return Answer{}, unavailable("network cannot be reached", err, written.Load())
	}
	defer response.Body.Close()
	limit := cmp.Or(c.Limit, CallLimit)
	body, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return Answer{}, unavailable("network's answer broke off", err, true)
	}
	if int64(len(body)) > limit {
		return Answer{}, unavailable("network's answer is too long", fmt.Errorf("more than %d bytes", limit), true)
	}
	return Answer{response.StatusCode, response.Header, body}, nil
}

func (c Call) request(ctx context.Context) (*http.Request, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // networks count the bytes of what they get
	if c.Body != nil {
		if err := encoder.Encode(c.Body); err != nil {
			return nil, bot.Wrap(bot.Internal, "call cannot be encoded", err)
		}
	}
	request, err := http.NewRequestWithContext(ctx, cmp.Or(c.Method, http.MethodPost), c.Address, &body)
	if err != nil {
		return nil, bot.Wrap(bot.Internal, "network's address is not valid", withoutAddress(err))
	}
	if c.Header != nil {
		request.Header = c.Header.Clone()
	}
	if c.Body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

// traceWriting notes whether the request may have reached the network. A connection that proves dead before anything
// was written is replaced by another, so that getting one starts anew.
func traceWriting(written *atomic.Bool) *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { written.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { written.Store(true) },
	}
}

func unavailable(message string, err error, written bool) error {
	e := bot.Wrap(bot.Unavailable, message, withoutAddress(err))
	if written {
		e.Reason = bot.ReasonUnknown
	}
	return e
}

func withoutAddress(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// RetryAfter gives the header Retry-After, if it counts seconds; 0 if not.
func (a Answer) RetryAfter() time.Duration {
	seconds, err := strconv.ParseUint(a.Header.Get("Retry-After"), 10, 16)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
