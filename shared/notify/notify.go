// Package notify is the door through which the owners' applications call: an http.Handler that keeps what is posted to a
// hook, puts it on its way to the hook's recipients and answers 202 once it cannot be lost, and that reports later what
// became of it.
package notify

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"hookline/shared/bot"
	"hookline/shared/metrics"
	"hookline/shared/queue"
	"hookline/shared/store"
)

// MaxBodyBytes is how large a call may be: it is kept in one item.
const MaxBodyBytes = 200 << 10

// Pattern is where hooks are in an http.ServeMux, and ReportPattern where the reports of their calls are.
const (
	Pattern       = "/hook/{hook}"
	ReportPattern = "/hook/{hook}/calls/{call}"
)

const (
	// HeaderIdempotency names a call, so that it may be posted again: within 24 hours it is one call.
	HeaderIdempotency = "Idempotency-Key"
	maxIdempotency    = 255 // bytes
	// retryAfter is what a caller is told to wait when the queue or the store fails.
	retryAfter = 5 * time.Second
	// name stands for hooks where metrics name the network.
	name = "hook"
)

// Notify takes calls of hooks. A call is answered 202 with its id, and the address of its report, once it is stored and
// queued; 405, 404 for a hook that does not exist or is disabled, 413, 401 and 400 in this order; 422 for an idempotency
// key of another body; 503 when our store or queue fails: whether the call was taken is unknown then, and only with an
// idempotency key may it be posted again without coming twice.
type Notify struct {
	Log     *slog.Logger     // slog.Default() if nil
	Now     func() time.Time // time.Now if nil
	Metrics *metrics.Set     // may be nil

	store *store.Store
	queue queue.Sender
}

// New makes the handler of all hooks; q is the queue of notifications.
func New(st *store.Store, q queue.Sender) *Notify { return &Notify{store: st, queue: q} }

// Handler serves Pattern and ReportPattern.
func (n *Notify) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(Pattern, n.answering(http.MethodPost, n.take))
	mux.Handle(ReportPattern, n.answering(http.MethodGet, n.report))
	return mux
}

// answering serves one method and answers with the errors of its handler.
func (n *Notify) answering(method string, handle func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				n.log(r).ErrorContext(r.Context(), "a hook's call panicked", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
				n.refuse(w, r, bot.Errorf(bot.Internal, "internal error"))
			}
		}()
		if r.Method != method {
			w.Header().Set("Allow", method)
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		if err := handle(w, r); err != nil {
			n.refuse(w, r, err)
		}
	})
}

// take answers a call once nothing of it can be lost any more.
func (n *Notify) take(w http.ResponseWriter, r *http.Request) error {
	hook, body, err := n.admit(w, r)
	if err != nil {
		return err
	}
	if err := check(body); err != nil {
		return err
	}
	key := r.Header.Get(HeaderIdempotency)
	if len(key) > maxIdempotency {
		return bot.Errorf(bot.Invalid, fmt.Sprintf("%s has at most %d bytes", HeaderIdempotency, maxIdempotency))
	}
	call := bot.Call{Hook: hook.ID, Bot: hook.Bot, Trace: queue.Trace(r.Header)}
	call, err = n.store.PutCall(r.Context(), call, body, key)
	if bot.KindOf(err) == bot.Unsupported {
		return err
	}
	if err != nil {
		return tryAgain("call cannot be stored", err)
	}
	if !call.Paged {
		if err := n.queue.Send(r.Context(), bot.NewPageJob(call, n.now())); err != nil {
			return tryAgain("call cannot be queued", err)
		}
	}
	n.Metrics.Count(metrics.Received, name, 1)
	w.Header().Set("Location", "/hook/"+hook.ID+"/calls/"+call.ID)
	return write(w, http.StatusAccepted, struct {
		Call string `json:"call"`
	}{call.ID})
}

// admit gives the hook of a call and its body, if the caller may make it.
func (n *Notify) admit(w http.ResponseWriter, r *http.Request) (store.Hook, []byte, error) {
	hook, err := n.hook(r)
	if err != nil {
		return hook, nil, err
	}
	body, err := read(w, r)
	if err != nil {
		return hook, nil, err
	}
	return hook, body, authorize(hook, r.Header, body, n.now())
}

func (n *Notify) hook(r *http.Request) (store.Hook, error) {
	hook, err := n.store.Hook(r.Context(), r.PathValue("hook"))
	if absent(err) || err == nil && hook.Disabled {
		return hook, errNoHook
	}
	if err != nil {
		return hook, tryAgain("hook cannot be read", err)
	}
	return hook, nil
}

// absent tells whether an error of the store says that there is nothing under an id, or that it can be none.
func absent(err error) bool {
	kind := bot.KindOf(err)
	return kind == bot.NotFound || kind == bot.Invalid || kind == bot.TooLarge
}

var (
	errNoHook   = bot.Errorf(bot.NotFound, "no such hook")
	errTooLarge = bot.Errorf(bot.TooLarge, fmt.Sprintf("a call has at most %d bytes", MaxBodyBytes))
)

func read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBodyBytes))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, bot.Wrap(bot.Invalid, "body cannot be read", err)
	}
	return body, nil
}

// check tells whether a body is what templates can read: a JSON object or list.
func check(body []byte) error {
	var value json.RawMessage
	if err := json.Unmarshal(body, &value); err != nil {
		return bot.Errorf(bot.Invalid, "JSON parse error: "+err.Error())
	}
	if start := bytes.TrimLeft(body, " \t\r\n")[0]; start != '{' && start != '[' {
		return bot.Errorf(bot.Invalid, "JSON parse error: neither an object nor a list")
	}
	return nil
}

// tryAgain is an error of ours: whatever its kind, the caller is to call again.
func tryAgain(message string, err error) error {
	return &bot.Error{
		Kind: bot.Unavailable, Message: message, Err: err, RetryAfter: cmp.Or(bot.RetryAfterOf(err), retryAfter),
	}
}

func write(w http.ResponseWriter, status int, answer any) error {
	encoded, err := json.Marshal(answer)
	if err != nil {
		return bot.Wrap(bot.Internal, "answer cannot be encoded", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encoded) // a caller who is gone can ask again
	return nil
}

func (n *Notify) refuse(w http.ResponseWriter, r *http.Request, err error) {
	kind := bot.KindOf(err)
	level := slog.LevelWarn
	switch {
	case kind == bot.NotFound:
		level = slog.LevelDebug // anybody can guess addresses
	case kind.HTTPStatus() >= http.StatusInternalServerError:
		level = slog.LevelError
	}
	n.log(r).Log(r.Context(), level, "call refused", "kind", kind, "error", err)
	n.Metrics.Count(metrics.Refused(kind), name, 1)
	if kind == bot.Unauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="hookline"`)
	}
	if wait := bot.RetryAfterOf(err); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((wait + time.Second - 1).Seconds())))
	}
	http.Error(w, bot.PublicMessage(err), kind.HTTPStatus())
}

func (n *Notify) log(r *http.Request) *slog.Logger {
	return cmp.Or(n.Log, slog.Default()).With("hook", r.PathValue("hook"))
}

func (n *Notify) now() time.Time {
	if n.Now == nil {
		return time.Now()
	}
	return n.Now()
}
