package messenger

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// graphError is how the Graph API refuses: https://developers.facebook.com/docs/graph-api/guides/error-handling.
type graphError struct {
	Message string `json:"message"`
	Type    string `json:"type"`
	Code    int    `json:"code"`
	Subcode int    `json:"error_subcode"`
	TraceID string `json:"fbtrace_id"`
}

func (e *graphError) Error() string {
	return fmt.Sprintf("graph error %d/%d: %s (trace %s)", e.Code, e.Subcode, e.Message, e.TraceID)
}

// actor is who makes a call: the page of a channel by its token, or the app itself.
type actor struct {
	channel bot.Channel
	token   string
}

// invoke makes the call to the path that stands in its Address, as the channel's page.
func (m *Messenger) invoke(ctx context.Context, ch bot.Channel, call provider.Call, result any) error {
	token := ch.Secret(pageTokenField).Reveal()
	if token == "" {
		return credentialsError(errors.New("page_token is not set"))
	}
	return m.invokeAs(ctx, actor{ch, token}, call, result)
}

func (m *Messenger) invokeAs(ctx context.Context, who actor, call provider.Call, result any) error {
	version := cmp.Or(who.channel.Setting(versionField), currentVersion)
	path, query, _ := strings.Cut(call.Address, "?")
	if query != "" {
		query = "&" + query
	}
	call.Client, call.Address = m.client, m.base+"/"+url.PathEscape(version)+path+"?"+who.proof()+query
	answer, err := call.Do(ctx)
	if err != nil {
		return err
	}
	var said struct {
		Error *graphError `json:"error"`
	}
	err = json.Unmarshal(answer.Body, &said)
	switch {
	case err == nil && said.Error != nil:
		said.Error.scrub(who)
		return said.Error.judge(answer)
	case err != nil || answer.Status != http.StatusOK:
		return notGraph(answer.Status)
	case result == nil:
		return nil
	}
	if err := json.Unmarshal(answer.Body, result); err != nil {
		return &bot.Error{Kind: bot.Unavailable, Reason: bot.ReasonUnknown, Message: "messenger's answer is not as documented", Err: err}
	}
	return nil
}

// proof is the token, and the proof that whoever has it has the app's secret, too:
// https://developers.facebook.com/docs/graph-api/guides/secure-requests#appsecret_proof.
func (who actor) proof() string {
	query := url.Values{"access_token": {who.token}}
	if secret := who.channel.Secret(bot.AppSecretField).Reveal(); secret != "" {
		query.Set("appsecret_proof", hex.EncodeToString(sum(sha256.New, secret, []byte(who.token))))
	}
	return query.Encode()
}

// notGraph is the answer of something between Meta and us, after which a server error or a success may stand for anything.
func notGraph(status int) error {
	e := bot.Wrap(bot.Unavailable, "messenger's answer is not JSON", fmt.Errorf("status %d", status))
	if status < http.StatusMultipleChoices || status >= http.StatusInternalServerError {
		e.Reason = bot.ReasonUnknown
	}
	return e
}

func credentialsError(err error) error {
	return &bot.Error{
		Kind: bot.Unauthorized, Reason: bot.ReasonCredentials, Message: "messenger refuses the page's token", Err: err,
	}
}

// judgement is what becomes of a call that was refused.
type judgement struct {
	codes, subcodes []int // subcodes nil: any
	kind            bot.ErrorKind
	reason          string
}

// judgements are tried in order: https://developers.facebook.com/docs/messenger-platform/error-codes. Several subcodes are
// known from those who met them.
var judgements = []judgement{
	{[]int{10}, []int{2018278, 2018065, 2534022}, bot.Forbidden, bot.ReasonWindow},
	{[]int{9, 4}, []int{2018352, 2018354}, bot.Forbidden, bot.ReasonWindow}, // how often marketing may write
	{[]int{10}, []int{2018108}, bot.Forbidden, bot.ReasonBlocked},
	{[]int{10}, []int{1893063}, bot.RateLimited, ""}, // the page is restricted for a time
	{[]int{200}, []int{1545041}, bot.Forbidden, bot.ReasonBlocked},
	{[]int{551}, nil, bot.Forbidden, bot.ReasonBlocked},
	{[]int{100}, []int{2018001, 33}, bot.NotFound, bot.ReasonBlocked},
	{[]int{190, 194, 803}, nil, bot.Unauthorized, bot.ReasonCredentials},
	{[]int{10, 200}, []int{2018028, 2018027}, bot.Unauthorized, bot.ReasonCredentials}, // a permission, or the app is not live
	{[]int{10, 200}, []int{2018300, 2018321}, bot.Forbidden, ""},
	{[]int{100}, []int{2018109}, bot.TooLarge, ""},
	{[]int{100}, []int{2018008, 2018047, 2018294}, bot.Conflict, ""}, // a file could not be fetched: a few tries, not a day of them
	{[]int{4, 17, 32, 613, 80006}, nil, bot.RateLimited, ""},
	{[]int{1, 2, 1200}, nil, bot.Unavailable, bot.ReasonUnknown},
	{[]int{100, 10303}, nil, bot.Invalid, ""},
	{[]int{10, 200}, nil, bot.Forbidden, ""},
}

// How long to leave a page alone that says it was called too often. Meta does not say how long: those who wait do so for
// different times.
const (
	shortestPause = 5 * time.Second
	pauseSpread   = 10 * time.Second
)

const messageLimit = 300 // bytes shown of what Meta says

// scrub takes out of what Meta says what nobody may read: of a token that it cannot read it says the token.
func (e *graphError) scrub(who actor) {
	secrets := []string{who.token}
	for _, secret := range who.channel.Secrets(bot.AppSecretField) {
		secrets = append(secrets, secret.Reveal())
	}
	for _, text := range []*string{&e.Message, &e.Type, &e.TraceID} {
		for _, secret := range secrets {
			if secret != "" {
				*text = strings.ReplaceAll(*text, secret, "…")
			}
		}
		*text = strings.ToValidUTF8((*text)[:min(len(*text), messageLimit)], "")
	}
}

func (e *graphError) judge(answer provider.Answer) error {
	made := &bot.Error{Kind: bot.Invalid, Message: "messenger: " + e.Message, Err: e, RetryAfter: answer.RetryAfter()}
	at := slices.IndexFunc(judgements, func(j judgement) bool {
		return slices.Contains(j.codes, e.Code) && (j.subcodes == nil || slices.Contains(j.subcodes, e.Subcode))
	})
	switch {
	case at >= 0:
		made.Kind, made.Reason = judgements[at].kind, judgements[at].reason
	case answer.Status == http.StatusTooManyRequests:
		made.Kind = bot.RateLimited
	case answer.Status >= http.StatusInternalServerError:
		made.Kind, made.Reason = bot.Unavailable, bot.ReasonUnknown
	}
	switch {
	case made.Kind != bot.RateLimited:
	case made.RetryAfter == 0:
		made.RetryAfter = shortestPause + rand.N(pauseSpread)
	default: // not all at once
		made.RetryAfter += rand.N(made.RetryAfter)
	}
	if made.Reason == bot.ReasonCredentials {
		made.Message = "messenger refuses the page's token or permission: " + e.Message
	}
	return made
}
