package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
)

// front stands where a proxy would: what the network sends to the public address goes to the server that runs now.
type front struct {
	// copies is how often each call is made, at once. The network is told of a success only if all succeeded.
	copies    int
	transport http.RoundTripper

	mu    sync.Mutex
	base  string
	taken []delivery // what the server answered with 200
}

// delivery is a call of the network's.
type delivery struct {
	path   string
	header http.Header
	body   []byte
}

func newFront() *front {
	return &front{copies: 1, transport: &http.Transport{MaxIdleConnsPerHost: 100}}
}

// pass leads calls to the server at an address.
func (f *front) pass(base string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.base = base
}

// accepted gives what the server has taken so far.
func (f *front) accepted() []delivery {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.taken)
}

// RoundTrip implements http.RoundTripper.
func (f *front) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet { // a question whether the address is ours
		return f.do(r.Context(), r.Method, delivery{path: r.URL.RequestURI()})
	}
	d := delivery{r.URL.Path, r.Header, readBody(r)}
	answers := make([]*http.Response, f.copies)
	failures := make([]error, f.copies)
	var calls sync.WaitGroup
	for i := range f.copies {
		calls.Go(func() { answers[i], failures[i] = f.post(r.Context(), d) })
	}
	calls.Wait()
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	failed := slices.IndexFunc(answers, func(a *http.Response) bool { return a.StatusCode != http.StatusOK })
	if failed >= 0 {
		return answers[failed], nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.taken = append(f.taken, d)
	return answers[0], nil
}

// post makes a call once. The body of the answer is read already.
func (f *front) post(ctx context.Context, d delivery) (*http.Response, error) {
	return f.do(ctx, http.MethodPost, d)
}

func (f *front) do(ctx context.Context, method string, d delivery) (*http.Response, error) {
	f.mu.Lock()
	base := f.base
	f.mu.Unlock()
	r, err := http.NewRequestWithContext(ctx, method, base+d.path, bytes.NewReader(d.body))
	if err != nil {
		return nil, err
	}
	if d.header != nil {
		r.Header = d.header.Clone()
	}
	answer, err := f.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	answer.Body = io.NopCloser(bytes.NewReader(text))
	return answer, err
}

// readBody reads a request's body and puts it back.
func readBody(r *http.Request) []byte {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the caller is gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body
}
