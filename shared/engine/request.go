package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"hookline/shared/bot"
	"hookline/shared/fetch"
	"hookline/shared/template"
)

// Fetcher makes the requests of handlers.
type Fetcher interface {
	Do(ctx context.Context, r fetch.Request) (fetch.Response, error)
}

// keptAnswerBytes is how much of an answer is kept with its turn, and with its conversation.
const keptAnswerBytes = 64 << 10

// ask makes a handler's request, unless this turn has made the very same before it lost a race.
func (t *turn) ask(ctx context.Context, h *bot.Handler, scope template.Scope) (fetch.Response, error) {
	defer t.clock("request")()
	request, err := t.live.request(h.Request, scope)
	if err != nil {
		return fetch.Response{}, err
	}
	if request.Header.Get(idempotencyKey) == "" {
		request.Header.Set(idempotencyKey, strings.Join([]string{
			url.QueryEscape(t.job.Channel), url.QueryEscape(t.job.Event.ID), url.QueryEscape(h.Name),
		}, ":"))
	}
	key := h.Name + "\x00" + fingerprint(request)
	response, asked := t.answers[key]
	started := time.Now()
	if !asked {
		if response, err = t.fetch.Do(ctx, request); err != nil {
			return response, err
		}
		if t.answers == nil {
			t.answers = map[string]fetch.Response{}
		}
		t.answers[key] = response
	}
	t.decision.Requests = append(t.decision.Requests, t.live.exchange(h.Name, request, response, milliseconds(time.Since(started))))
	return response, nil
}

const idempotencyKey = "Idempotency-Key"

func fingerprint(r fetch.Request) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", r.Method, r.URL, r.Header, r.Body))
	return string(sum[:])
}

// request renders a request. Whatever a value holds, it stays within its place: parameters, forms and JSON are encoded.
func (live *liveBot) request(r *bot.Request, scope template.Scope) (fetch.Request, error) {
	made := fetch.Request{Method: strings.ToUpper(cmp.Or(r.Method, http.MethodGet)), Header: http.Header{}}
	made.Timeout, _ = time.ParseDuration(r.Timeout) // checked when the bot was published; 0 if not set
	address, err := live.text(r.URL, scope, bot.FormatPlain)
	if err != nil {
		return made, fmt.Errorf("url: %w", err)
	}
	// As permabots had it: a template over several lines may hold spaces that are no part of the address.
	made.URL = strings.Join(strings.Fields(address), "")
	query, err := live.pairs(r.Query, scope, "query")
	if err != nil {
		return made, err
	}
	if len(query) > 0 {
		made.URL = withQuery(made.URL, query.Encode())
	}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		value, err := live.text(r.Headers[name], scope, bot.FormatPlain)
		if err != nil {
			return made, fmt.Errorf("headers.%s: %w", name, err)
		}
		made.Header.Set(name, strings.Join(strings.FieldsFunc(value, isLineEnd), " "))
	}
	contentType := ""
	if made.Body, contentType, err = live.body(r, scope); err != nil {
		return made, err
	}
	if contentType != "" && made.Header.Get("Content-Type") == "" {
		made.Header.Set("Content-Type", contentType)
	}
	return made, nil
}

func isLineEnd(r rune) bool { return r == '\r' || r == '\n' || r == 0 }

func withQuery(address, query string) string {
	address, fragment, _ := strings.Cut(address, "#")
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	if fragment != "" {
		fragment = "#" + fragment
	}
	return address + separator + query + fragment
}

func (live *liveBot) pairs(templates map[string]string, scope template.Scope, name string) (url.Values, error) {
	values := url.Values{}
	for key, source := range templates {
		value, err := live.text(source, scope, bot.FormatPlain)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", name, key, err)
		}
		values.Set(key, value)
	}
	return values, nil
}

func (live *liveBot) body(r *bot.Request, scope template.Scope) (body []byte, contentType string, err error) {
	switch {
	case r.JSON != nil:
		tree, err := live.jsonTree(r.JSON, scope)
		if err != nil {
			return nil, "", fmt.Errorf("json%w", err)
		}
		if body, err = json.Marshal(tree); err != nil {
			return nil, "", bot.Wrap(bot.Internal, "the body cannot be encoded", err)
		}
		return body, "application/json", nil
	case r.Form != nil:
		values, err := live.pairs(r.Form, scope, "form")
		return []byte(values.Encode()), "application/x-www-form-urlencoded", err
	case r.Body != "":
		text, err := live.text(r.Body, scope, bot.FormatPlain)
		if err != nil {
			return nil, "", fmt.Errorf("body: %w", err)
		}
		return []byte(text), "text/plain; charset=utf-8", nil
	}
	return nil, "", nil
}

// wholeJSON is a template that is one value as JSON: in a body it stands for the value, not for a text that shows it.
var wholeJSON = regexp.MustCompile(`^\s*\{\{[^{}]*\|\s*tojson\s*\}\}\s*$`)

// jsonTree gives a value with each text in it rendered.
func (live *liveBot) jsonTree(value any, scope template.Scope) (any, error) {
	switch value := value.(type) {
	case string:
		text, err := live.text(value, scope, bot.FormatPlain)
		if err != nil {
			return nil, fmt.Errorf(": %w", err)
		}
		if wholeJSON.MatchString(value) && json.Valid([]byte(text)) {
			return json.RawMessage(text), nil
		}
		return text, nil
	case []any:
		rendered := make([]any, len(value))
		for i, item := range value {
			inner, err := live.jsonTree(item, scope)
			if err != nil {
				return nil, fmt.Errorf("[%d]%w", i, err)
			}
			rendered[i] = inner
		}
		return rendered, nil
	case map[string]any:
		rendered := make(map[string]any, len(value))
		for name, item := range value {
			inner, err := live.jsonTree(item, scope)
			if err != nil {
				return nil, fmt.Errorf(".%s%w", name, err)
			}
			rendered[name] = inner
		}
		return rendered, nil
	}
	return value, nil
}

// responseScope is what templates see of an answer: headers by their lower-case names.
func responseScope(r fetch.Response) map[string]any {
	headers := make(map[string]any, len(r.Header))
	for name := range r.Header {
		headers[strings.ToLower(name)] = r.Header.Get(name)
	}
	seen := map[string]any{"status": json.Number(fmt.Sprint(r.Status)), "data": r.Data(), "headers": headers}
	if r.Err != "" {
		seen["error"] = r.Err
	}
	return seen
}

// keptAnswer is what a conversation remembers of an answer.
func keptAnswer(r fetch.Response) *bot.StateResponse {
	kept := &bot.StateResponse{Status: r.Status}
	if data, err := json.Marshal(r.Data()); err == nil && len(data) <= keptAnswerBytes {
		kept.Data = data
	}
	return kept
}

// exchange is what the turn shows of a request and its answer, secrets masked.
func (live *liveBot) exchange(handler string, request fetch.Request, response fetch.Response, ms float64) bot.Exchange {
	shown := bot.Exchange{
		Handler: handler, Method: request.Method, URL: live.mask(request.URL), Body: live.mask(string(request.Body)),
		Status: response.Status, Error: live.mask(response.Err), MS: ms,
		Header: live.maskedHeader(request.Header), AnswerHeader: live.maskedHeader(response.Header),
	}
	answer := live.mask(string(response.Body))
	if len(answer) > keptAnswerBytes {
		answer, shown.Truncated = strings.ToValidUTF8(answer[:keptAnswerBytes], ""), true
	}
	shown.Answer = answer
	return shown
}

func (live *liveBot) maskedHeader(header http.Header) map[string]string {
	masked := make(map[string]string, len(header))
	for name := range header {
		masked[name] = live.mask(header.Get(name))
	}
	return masked
}
