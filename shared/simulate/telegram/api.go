package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"hookline/shared/simulate"
)

// apiError is an error of the Bot API. Its HTTP status is its code.
type apiError struct {
	Code        int
	Description string
	RetryAfter  int   // seconds
	MovedTo     int64 // the supergroup that a group became
}

func (e *apiError) Error() string { return e.Description }

func badRequest(format string, args ...any) *apiError {
	return &apiError{Code: http.StatusBadRequest, Description: "Bad Request: " + fmt.Sprintf(format, args...)}
}

// answer is what a call that was carried out gives.
type answer struct {
	result      any
	description string
	// told, if set, is called with whether the caller was given the answer.
	told func(bool)
}

// method carries out a call of the Bot API. The error is an *apiError.
type method func(ctx context.Context, a *account, p params) (answer, error)

// methods are by name in small letters: the servers do not mind the case.
var methods = map[string]method{
	"getme":               getMe,
	"setwebhook":          setWebhook,
	"deletewebhook":       deleteWebhook,
	"getwebhookinfo":      getWebhookInfo,
	"getupdates":          getUpdates,
	"sendmessage":         sendMessage,
	"sendchataction":      sendChatAction,
	"answercallbackquery": answerCallbackQuery,
}

// response is the form of every answer of the Bot API.
type response struct {
	OK          bool                `json:"ok"`
	Result      any                 `json:"result,omitempty"`
	Code        int                 `json:"error_code,omitempty"`
	Description string              `json:"description,omitempty"`
	Parameters  *responseParameters `json:"parameters,omitempty"`
}

type responseParameters struct {
	RetryAfter int   `json:"retry_after,omitempty"`
	MovedTo    int64 `json:"migrate_to_chat_id,omitempty"`
}

// serveAPI answers <token>/<method>.
func (t *Telegram) serveAPI(w http.ResponseWriter, r *http.Request, path string) {
	token, name, _ := strings.Cut(path, "/")
	name = strings.ToLower(name)
	account, err := t.account(token)
	if err != nil {
		refuse(w, err)
		return
	}
	run, ok := methods[name]
	if !ok {
		refuse(w, &apiError{Code: http.StatusNotFound, Description: "Not Found: method not found"})
		return
	}
	params, err := readParams(w, r)
	if err != nil {
		refuse(w, err)
		return
	}
	call := simulate.Call{Request: r, Method: name, Refuse: func(status, seconds int) { refuse(w, fault(status, seconds)) }}
	var done answer
	t.Carry(call, func() { done, err = run(r.Context(), account, params) }, func() {
		if err != nil {
			refuse(w, err)
			return
		}
		done.write(w)
	})
}

// fault is the error of a call that goes wrong on demand.
func fault(status, seconds int) *apiError {
	e := &apiError{Code: status, RetryAfter: seconds}
	switch status {
	case http.StatusTooManyRequests:
		e.Description = fmt.Sprintf("Too Many Requests: retry after %d", seconds)
	case http.StatusInternalServerError:
		e.Description = "Internal Server Error: restart"
	default:
		e.Description = http.StatusText(status)
	}
	return e
}

// write gives the answer to the caller. Whoever looks afterwards finds it noted that the caller has it.
func (d answer) write(w http.ResponseWriter) {
	if d.told == nil {
		d.told = func(bool) {}
	}
	d.told(true)
	err := simulate.WriteJSON(w, http.StatusOK, response{OK: true, Result: d.result, Description: d.description})
	if err == nil {
		err = http.NewResponseController(w).Flush()
	}
	if err != nil {
		d.told(false)
	}
}

// refuse answers an *apiError. A client that is gone needs no answer.
func refuse(w http.ResponseWriter, err error) {
	e, ok := errors.AsType[*apiError](err)
	if !ok {
		e = &apiError{Code: http.StatusInternalServerError, Description: "Internal Server Error"}
	}
	body := response{Code: e.Code, Description: e.Description}
	if e.RetryAfter > 0 || e.MovedTo != 0 {
		body.Parameters = &responseParameters{RetryAfter: e.RetryAfter, MovedTo: e.MovedTo}
	}
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(e.RetryAfter))
	}
	_ = simulate.WriteJSON(w, e.Code, body)
}

func getMe(_ context.Context, a *account, _ params) (answer, error) {
	return answer{result: me{
		User: a.user, CanJoinGroups: true, CanReadAll: true,
	}}, nil
}

// me is a User as getMe gives it.
type me struct {
	User
	CanJoinGroups   bool `json:"can_join_groups"`
	CanReadAll      bool `json:"can_read_all_group_messages"`
	SupportsInline  bool `json:"supports_inline_queries"`
	CanConnect      bool `json:"can_connect_to_business"`
	HasMainWebApp   bool `json:"has_main_web_app"`
	HasTopicsInChat bool `json:"has_topics_enabled"`
}
