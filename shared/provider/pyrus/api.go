package pyrus

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// answerLimit is how much of an answer is read: the API gives a task whole, with up to 10000 comments.
const answerLimit = 32 << 20

// invoke calls the API and reads its answer into result. A token that has ended is renewed once.
func (p *Pyrus) invoke(ctx context.Context, ch bot.Channel, call provider.Call, result any) error {
	path, stale := call.Address, ""
	for {
		s, err := p.session(ctx, ch, stale)
		if err != nil {
			return err
		}
		call.Client, call.Address, call.Limit = p.client, s.api+path, answerLimit
		call.Header = http.Header{"Authorization": {"Bearer " + s.token}}
		got, err := call.Do(ctx)
		switch {
		case err != nil:
			return err
		case got.Status/100 == 2:
			return decoded(got.Body, result)
		case got.Status != http.StatusUnauthorized || stale != "" || permanent(got):
			return refusal(got)
		}
		stale = s.token
	}
}

func decoded(body []byte, result any) error {
	if err := json.Unmarshal(body, result); err != nil {
		e := bot.Wrap(bot.Unavailable, "pyrus's answer is not as documented", err)
		e.Reason = bot.ReasonUnknown
		return e
	}
	return nil
}

// refused is the cause of an error that Pyrus itself gave. Codes are stable, texts are not.
type refused struct {
	status     int
	code, text string
}

func (r *refused) Error() string {
	return fmt.Sprintf("pyrus status %d %s: %s", r.status, r.code, r.text)
}

const textShown = 300 // bytes of what Pyrus says

// readRefusal reads https://pyrus.com/en/help/api/errors; a page of something between Pyrus and us has neither.
func readRefusal(got provider.Answer) *refused {
	var said struct {
		Error string `json:"error"`
		Code  string `json:"error_code"`
	}
	_ = json.Unmarshal(got.Body, &said)
	short := func(s string) string { return strings.ToValidUTF8(s[:min(len(s), textShown)], "") }
	return &refused{got.Status, short(said.Code), short(said.Error)}
}

// lasting are the codes of status 401 that a new token does not mend.
var lasting = []string{"account_blocked", "invalid_credentials", "invalid_application_id"}

func permanent(got provider.Answer) bool { return slices.Contains(lasting, readRefusal(got).code) }

// outcomes are the codes whose status says too little.
var outcomes = map[string]struct {
	kind   bot.ErrorKind
	reason string
}{
	"access_denied_task":                     {bot.Forbidden, bot.ReasonBlocked},
	"conflict":                               {bot.Conflict, ""},
	"both_text_and_formatted_text_specified": {bot.Invalid, ""},
	"max_text_length_exceeded":               {bot.TooLarge, ""},
	"too_many_comments":                      {bot.Forbidden, bot.ReasonBlocked},
	"too_many_requests":                      {bot.RateLimited, ""},
	"server_error":                           {bot.Unavailable, bot.ReasonUnknown},
}

func refusal(got provider.Answer) *bot.Error {
	cause := readRefusal(got)
	if got.Status == http.StatusUnauthorized {
		return refusedCredentials(cause)
	}
	e := &bot.Error{Kind: bot.Invalid, Message: strings.TrimSuffix("pyrus refuses the call: "+cause.code, ": "), Err: cause}
	switch outcome, known := outcomes[cause.code]; {
	case known:
		e.Kind, e.Reason = outcome.kind, outcome.reason
	case got.Status == http.StatusForbidden:
		e.Kind = bot.Forbidden
	case got.Status == http.StatusNotFound, got.Status == http.StatusGone:
		e.Kind, e.Reason = bot.NotFound, bot.ReasonBlocked
	case got.Status == http.StatusRequestEntityTooLarge:
		e.Kind = bot.TooLarge
	case got.Status == http.StatusTooManyRequests:
		e.Kind = bot.RateLimited
	case got.Status < http.StatusMultipleChoices, got.Status >= http.StatusInternalServerError:
		e.Kind, e.Reason = bot.Unavailable, bot.ReasonUnknown
	case got.Status < http.StatusBadRequest:
		e.Kind = bot.Unavailable
	}
	if e.Kind == bot.RateLimited || e.Kind == bot.Unavailable {
		e.RetryAfter = retryAfter(got)
	}
	return e
}

func refusedCredentials(cause error) *bot.Error {
	return &bot.Error{
		Kind: bot.Unauthorized, Reason: bot.ReasonCredentials, Message: "pyrus refuses the bot's login and security key", Err: cause,
	}
}

// retryAfter reads how long Pyrus wants to be left alone: seconds that remain, not a time.
func retryAfter(got provider.Answer) time.Duration {
	seconds, err := strconv.ParseUint(got.Header.Get("X-RateLimit-Reset"), 10, 16)
	if err != nil {
		return got.RetryAfter()
	}
	return time.Duration(seconds) * time.Second
}
