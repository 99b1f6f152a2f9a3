package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// answer is how every method answers: https://core.telegram.org/bots/api#making-requests.
type answer struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	ErrorCode   int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int64 `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// refusal is the cause of an error that Telegram itself gave.
type refusal struct {
	code        int
	description string // lower case
	migrateTo   int64
}

func (r *refusal) Error() string { return fmt.Sprintf("telegram error %d: %s", r.code, r.description) }

// invoke calls a method and reads its result into result, unless that is nil.
func (t *Telegram) invoke(ctx context.Context, ch bot.Channel, method string, parameters, result any) error {
	return t.invokeWithin(ctx, ch, provider.Call{Address: method, Body: parameters}, result)
}

// invokeWithin calls the method that stands in call's Address.
func (t *Telegram) invokeWithin(ctx context.Context, ch bot.Channel, call provider.Call, result any) error {
	token := ch.Secret(tokenField).Reveal()
	if !validToken(token) {
		return credentialsError(errors.New("token is not of the form 123456:ABC-DEF"))
	}
	call.Client, call.Address = t.client, t.base+"/bot"+token+"/"+call.Address
	got, err := call.Do(ctx)
	if err != nil {
		return err
	}
	var a answer
	if err := json.Unmarshal(got.Body, &a); err != nil {
		return notJSON(got.Status)
	}
	if !a.OK {
		return a.err(got)
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(a.Result, result); err != nil {
		return undocumented(err)
	}
	return nil
}

func undocumented(err error) error {
	e := bot.Wrap(bot.Unavailable, "telegram's answer is not as documented", err)
	e.Reason = bot.ReasonUnknown
	return e
}

// validToken keeps a token from being anything but one segment of a path.
func validToken(token string) bool {
	id, key, ok := strings.Cut(token, ":")
	return ok && id != "" && key != "" && strings.Trim(id, "0123456789") == "" &&
		!strings.ContainsFunc(key, func(r rune) bool {
			return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
		})
}

func credentialsError(err error) error {
	return &bot.Error{
		Kind: bot.Unauthorized, Reason: bot.ReasonCredentials, Message: "telegram refuses the bot's token", Err: err,
	}
}

// notJSON is the answer of something between Telegram and us, after which a server error or a success may stand for
// anything.
func notJSON(status int) error {
	e := bot.Wrap(bot.Unavailable, "telegram's answer is not JSON", fmt.Errorf("status %d", status))
	if status < http.StatusMultipleChoices || status >= http.StatusInternalServerError {
		e.Reason = bot.ReasonUnknown
	}
	return e
}

// refusals tell the errors of code 400 and 403 apart. Descriptions are not stable, and the server maps most others to
// 400, so that parts of the lower-case text are looked for, the first one found.
var refusals = []struct {
	part   string
	kind   bot.ErrorKind
	reason string
}{
	{"upgraded to a supergroup", bot.NotFound, bot.ReasonMoved},
	{"can't parse entities", bot.Invalid, bot.ReasonBadFormat},
	{"chat not found", bot.NotFound, bot.ReasonBlocked},
	{"user not found", bot.NotFound, bot.ReasonBlocked},
	{"peer_id_invalid", bot.NotFound, bot.ReasonBlocked},
	{"group chat was deactivated", bot.Forbidden, bot.ReasonBlocked},
	{"user_is_blocked", bot.Forbidden, bot.ReasonBlocked},
	{"user_is_deactivated", bot.Forbidden, bot.ReasonBlocked},
	{"chat_write_forbidden", bot.Forbidden, bot.ReasonBlocked},
	{"chat_restricted", bot.Forbidden, bot.ReasonBlocked},
	{"no rights to send", bot.Forbidden, bot.ReasonBlocked},
	{"not enough rights to send", bot.Forbidden, bot.ReasonBlocked},
}

const descriptionLimit = 300 // bytes shown of what Telegram says

func (a *answer) err(got provider.Answer) error {
	code := a.ErrorCode
	if code == 0 {
		code = got.Status
	}
	description := strings.ToValidUTF8(a.Description[:min(len(a.Description), descriptionLimit)], "")
	cause := &refusal{code, strings.ToLower(description), a.Parameters.MigrateTo}
	e := &bot.Error{Kind: bot.Invalid, Message: "telegram: " + description, Err: cause}
	switch {
	case code == http.StatusUnauthorized, code == http.StatusNotFound: // 404 is a token of no bot
		return credentialsError(cause)
	case code == http.StatusTooManyRequests:
		e.Kind, e.RetryAfter = bot.RateLimited, max(got.RetryAfter(), seconds(a.Parameters.RetryAfter))
	case code >= http.StatusInternalServerError:
		e.Kind, e.Reason, e.RetryAfter = bot.Unavailable, bot.ReasonUnknown, got.RetryAfter()
	case code == http.StatusConflict:
		e.Kind = bot.Conflict
	case code == http.StatusRequestEntityTooLarge:
		e.Kind = bot.TooLarge
	case code == http.StatusForbidden:
		e.Kind, e.Reason = bot.Forbidden, bot.ReasonBlocked
	case code == http.StatusBadRequest:
		cause.classify(e)
	default:
		e.Kind = bot.Unavailable
	}
	return e
}

func (r *refusal) classify(e *bot.Error) {
	for _, row := range refusals {
		if strings.Contains(r.description, row.part) {
			e.Kind, e.Reason = row.kind, row.reason
			return
		}
	}
}

func seconds(n int64) time.Duration { return time.Duration(max(0, min(n, 24*60*60))) * time.Second }
