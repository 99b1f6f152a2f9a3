package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/store"
)

const (
	// idempotencyHeader is that of draft-ietf-httpapi-idempotency-key-header. The key is taken as it stands, quotes and all.
	idempotencyHeader = "Idempotency-Key"
	maxIdempotencyKey = 255 // characters
	// settling is how long an answer may take to be kept once its call is done: whoever called may have gone.
	settling = 5 * time.Second
)

// repeatable has each POST take an idempotency key, but those that know what to do with one themselves.
func (a *API) repeatable(_ *huma.OpenAPI, o *huma.Operation) {
	own := func(p *huma.Param) bool { return p.Name == idempotencyHeader }
	if o.Method != http.MethodPost || slices.ContainsFunc(o.Parameters, own) {
		return
	}
	o.Parameters = append(o.Parameters, &huma.Param{
		Name: idempotencyHeader, In: "header",
		Description: "names the request, so that it may be made again: for 24 hours it is carried out once, and answered as it was. " +
			"409: it is being carried out. 422: the key was used for another request. After an answer of 403, 404, 408, 409, 412, 429 or 5xx it is free again",
		Schema: &huma.Schema{Type: huma.TypeString, MaxLength: new(maxIdempotencyKey)},
	})
	o.Middlewares = append(o.Middlewares, a.once)
}

// once carries out a request with an idempotency key, or gives the answer that it has got already.
func (a *API) once(ctx huma.Context, next func(huma.Context)) {
	key := ctx.Header(idempotencyHeader)
	if key == "" {
		next(ctx)
		return
	}
	if utf8.RuneCountInString(key) > maxIdempotencyKey {
		refuse(ctx, invalidParameter("header."+idempotencyHeader, fmt.Sprintf("has more than %d characters", maxIdempotencyKey)))
		return
	}
	body, p := readBody(ctx)
	if p != nil {
		refuse(ctx, p)
		return
	}
	claim, answer, err := a.Store.ClaimKey(ctx.Context(), account(ctx.Context()), key, fingerprint(ctx, body))
	if err != nil {
		refuse(ctx, a.problemOf(ctx.Context(), err))
		return
	}
	if answer == nil {
		r := &recording{outer: ctx, request: bytes.NewReader(body), header: http.Header{}}
		next(r)
		answer = r.answer()
		a.settle(ctx.Context(), claim, *answer)
	}
	give(ctx, *answer)
}

// readBody reads as much of a body as huma will: where that is too much, huma says so.
func readBody(ctx huma.Context) ([]byte, *problem) {
	o := ctx.Operation()
	_ = ctx.SetReadDeadline(time.Now().Add(o.BodyReadTimeout)) // a body that is in memory has none
	body, err := io.ReadAll(io.LimitReader(ctx.BodyReader(), o.MaxBodyBytes))
	if err == nil {
		return body, nil
	}
	status := http.StatusBadRequest
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
		status = http.StatusRequestTimeout
	}
	return nil, &problem{Title: http.StatusText(status), Status: status, Detail: "the body cannot be read"}
}

// fingerprint is the same for the same request. Neither an address nor a method has a line break.
func fingerprint(ctx huma.Context, body []byte) string {
	u, sum := ctx.URL(), sha256.New()
	fmt.Fprintf(sum, "%s %s\n", ctx.Method(), u.RequestURI())
	sum.Write(body)
	return hex.EncodeToString(sum.Sum(nil))
}

// settle keeps the answer to a claimed request, or gives the key back after one that may be another next time. That it
// cannot be kept is no reason to take back what was done.
func (a *API) settle(ctx context.Context, claim store.ClaimedKey, answer store.Answer) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settling)
	defer cancel()
	var err error
	if final(answer.Status) {
		err = a.Store.KeepAnswer(ctx, claim, answer)
	} else {
		err = a.Store.ReleaseKey(ctx, claim)
	}
	if err != nil {
		a.Log.ErrorContext(ctx, "how a request with an idempotency key ended is not kept", "status", answer.Status, "error", err)
	}
}

// final tells whether the same request would be answered so again, or has done what it shall not do twice.
func final(status int) bool {
	switch status {
	case http.StatusForbidden, http.StatusNotFound, // a limit may be raised, a bot made
		http.StatusConflict, http.StatusPreconditionFailed, http.StatusTooManyRequests:
		return false
	}
	return status < http.StatusInternalServerError
}

// give answers a call.
func give(ctx huma.Context, answer store.Answer) {
	for _, name := range slices.Sorted(maps.Keys(answer.Header)) {
		for _, value := range answer.Header[name] {
			ctx.AppendHeader(name, value)
		}
	}
	ctx.SetStatus(answer.Status)
	_, _ = ctx.BodyWriter().Write(answer.Body)
}

// outer is the context of the call itself: one that is embedded under its own name would hide its method Context.
type outer = huma.Context

// recording is the context of a call whose body was read already and whose answer is held back until it is kept.
type recording struct {
	outer
	request io.Reader
	status  int
	header  http.Header
	body    bytes.Buffer
}

var _ huma.Context = (*recording)(nil)

func (r *recording) BodyReader() io.Reader           { return r.request }
func (r *recording) SetStatus(code int)              { r.status = code }
func (r *recording) Status() int                     { return r.status }
func (r *recording) SetHeader(name, value string)    { r.header.Set(name, value) }
func (r *recording) AppendHeader(name, value string) { r.header.Add(name, value) }
func (r *recording) BodyWriter() io.Writer           { return &r.body }

func (r *recording) answer() *store.Answer {
	return &store.Answer{Status: r.status, Header: r.header, Body: r.body.Bytes()}
}
