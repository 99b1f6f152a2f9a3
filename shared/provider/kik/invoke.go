package kik

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// refusal is the cause of an error that Kik itself gave.
type refusal struct {
	status  int
	message string
}

func (r *refusal) Error() string { return fmt.Sprintf("kik status %d: %s", r.status, r.message) }

// invoke makes the call to the path that stands in its Address. Every answer 2xx is a success here.
func (k *Kik) invoke(ctx context.Context, ch bot.Channel, call provider.Call) (provider.Answer, error) {
	key := ch.Secret(apiKeyField).Reveal()
	if key == "" {
		return provider.Answer{}, credentialsError(errors.New("api_key is not set"))
	}
	login := base64.StdEncoding.EncodeToString([]byte(ch.Setting(usernameField) + ":" + key))
	call.Client, call.Address = k.client, k.base+call.Address
	call.Header = http.Header{"Authorization": {"Basic " + login}}
	answer, err := call.Do(ctx)
	if err != nil {
		return answer, err
	}
	if answer.Status < http.StatusOK || answer.Status >= http.StatusMultipleChoices {
		return answer, refused(answer)
	}
	return answer, nil
}

func credentialsError(err error) error {
	return &bot.Error{
		Kind: bot.Unauthorized, Reason: bot.ReasonCredentials, Err: err,
		Message: "Kik Error. Check username/api_key or try later.", // as the ancestor's users know it
	}
}

const messageLimit = 300 // bytes shown of what Kik says

func refused(answer provider.Answer) error {
	var said struct {
		Error   string `json:"error"`
		Message string `json:"message"`
	}
	if json.Unmarshal(answer.Body, &said) != nil || said.Message == "" {
		said.Message = http.StatusText(answer.Status)
	}
	said.Message = strings.ToValidUTF8(said.Message[:min(len(said.Message), messageLimit)], "")
	cause := &refusal{answer.Status, said.Message}
	e := &bot.Error{Kind: bot.Unavailable, Message: "kik: " + said.Message, Err: cause, RetryAfter: answer.RetryAfter()}
	switch status := answer.Status; {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return credentialsError(cause)
	case status == http.StatusBadRequest:
		e.Kind = bot.Invalid
	case status == http.StatusNotFound:
		e.Kind, e.Reason = bot.NotFound, bot.ReasonBlocked
	case status == http.StatusRequestEntityTooLarge:
		e.Kind = bot.TooLarge
	case status == http.StatusTooManyRequests:
		e.Kind = bot.RateLimited
	case status >= http.StatusInternalServerError:
		e.Reason = bot.ReasonUnknown
	}
	return e
}
