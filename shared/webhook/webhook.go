// Package webhook is the door through which networks call: an http.Handler that turns a call into events on the queue and
// answers 200 once they are there. How long a caller may take, and how many may call at once, is up to the http.Server.
package webhook

import (
	"cmp"
	"context"
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
	"hookline/shared/provider"
	"hookline/shared/queue"
)

// MaxBodyBytes is how large a call may be. Lambda takes 6 MB, encoded in base64.
const MaxBodyBytes = 4 << 20

// retryAfter is what a caller is told to wait when the queue or the store fails.
const retryAfter = 5 * time.Second

// ChannelSource reads channels; kind not_found for one that does not exist.
type ChannelSource interface {
	Channel(ctx context.Context, id string) (bot.Channel, error)
	// Sibling reads the channel of the same app as ch that is the account.
	Sibling(ctx context.Context, ch bot.Channel, account string) (bot.Channel, error)
}

// Webhook takes the calls of one network. Mount it at its Pattern. It answers 200 with an empty body when every event of
// the call is queued durably, or when the channel is disabled; 405, 404 for a channel that is not this network's, 413, 401
// and 400, in this order; 503 when our configuration, store or queue fails; 500 when the provider panics. A network that is
// a provider.Greeter is answered to GET, 403 if it does not ask for the channel.
type Webhook struct {
	Log     *slog.Logger     // slog.Default() if nil
	Now     func() time.Time // time.Now if nil
	Metrics *metrics.Set     // may be nil

	provider provider.Provider
	name     string
	queue    queue.Sender
	channels channels
}

// New makes the Webhook of a network.
func New(p provider.Provider, source ChannelSource, q queue.Sender) *Webhook {
	return &Webhook{provider: p, name: p.Describe().Name, queue: q, channels: newChannels(source)}
}

// Pattern is the webhook's place in an http.ServeMux.
func (h *Webhook) Pattern() string { return "/" + h.name + "/{id}" }

func (h *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if cause := recover(); cause != nil {
			h.log(r).ErrorContext(r.Context(), "webhook panicked", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			h.Metrics.Count(metrics.Refused(bot.Internal), h.name, 1)
			http.Error(w, "internal error", http.StatusInternalServerError)
		}
	}()
	greeter, greets := h.provider.(provider.Greeter)
	var err error
	switch {
	case r.Method == http.MethodPost:
		err = h.accept(w, r)
	case r.Method == http.MethodGet && greets:
		err = h.greet(w, r, greeter)
	default:
		h.refuseMethod(w, greets)
	}
	if err != nil {
		h.refuse(w, r, err)
	}
}

func (h *Webhook) refuseMethod(w http.ResponseWriter, greets bool) {
	allowed := http.MethodPost
	if greets {
		allowed = http.MethodGet + ", " + http.MethodPost
	}
	h.Metrics.Count(metrics.Refused(bot.Unsupported), h.name, 1)
	w.Header().Set("Allow", allowed)
	http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
}

// greet answers a network that wants to know whether the address is ours. What it says is never taken for HTML.
func (h *Webhook) greet(w http.ResponseWriter, r *http.Request, greeter provider.Greeter) error {
	ch, err := h.ours(h.channels.get(r.Context(), r.PathValue("id"), h.now()))
	if err != nil {
		return err
	}
	answer, err := greeter.Greet(ch, r.URL.Query())
	if err != nil {
		if ch, err = h.ours(h.channels.reread(r.Context(), ch.ID, h.now())); err != nil {
			return err
		}
		if answer, err = greeter.Greet(ch, r.URL.Query()); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, err = io.WriteString(w, answer)
	if err != nil {
		h.log(r).DebugContext(r.Context(), "caller is gone", "error", err)
	}
	return nil
}

// accept returns nil once nothing of the call can be lost any more.
func (h *Webhook) accept(w http.ResponseWriter, r *http.Request) error {
	ch, err := h.ours(h.channels.get(r.Context(), r.PathValue("id"), h.now()))
	if err != nil {
		return err
	}
	body, err := read(w, r)
	if err != nil {
		return err
	}
	if ch, err = h.verified(ch, r, body); err != nil {
		return err
	}
	if ch.Disabled && ch.Setting(bot.AccountField) == "" {
		h.Metrics.Count(metrics.Skipped, h.name, 1)
		return nil // the network would send it again and again
	}
	events, err := h.parse(ch, r, body)
	if err != nil {
		return err
	}
	return h.enqueue(r, ch, events)
}

// ours judges a channel that was read: another network's is as good as none.
func (h *Webhook) ours(ch bot.Channel, err error) (bot.Channel, error) {
	if bot.KindOf(err) == bot.NotFound || err == nil && ch.Provider != h.name {
		return ch, bot.Errorf(bot.NotFound, "no such channel")
	}
	if err != nil {
		return ch, tryAgain("channel cannot be read", err)
	}
	return ch, nil
}

var errTooLarge = bot.Errorf(bot.TooLarge, fmt.Sprintf("a call has at most %d bytes", MaxBodyBytes))

func read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > MaxBodyBytes {
		return nil, errTooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBodyBytes))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, bot.Wrap(bot.Invalid, "body cannot be read", err)
	}
	return body, nil
}

// verified gives the channel as which the call is genuine: the one in hand may be older than its secret.
func (h *Webhook) verified(ch bot.Channel, r *http.Request, body []byte) (bot.Channel, error) {
	if h.provider.Verify(ch, r.Header, body) == nil {
		return ch, nil
	}
	ch, err := h.ours(h.channels.reread(r.Context(), ch.ID, h.now()))
	if err != nil {
		return ch, err
	}
	err = h.provider.Verify(ch, r.Header, body)
	if err != nil && bot.KindOf(err) != bot.Unavailable {
		err = bot.Wrap(bot.Unauthorized, "call is not genuine", err)
	}
	return ch, err
}

func (h *Webhook) parse(ch bot.Channel, r *http.Request, body []byte) ([]bot.Event, error) {
	events, err := h.provider.Parse(ch, body)
	if len(events) == 0 && bot.KindOf(err) == bot.Invalid {
		return nil, err
	}
	if err != nil {
		h.log(r).WarnContext(r.Context(), "parts of a call were skipped", "taken", len(events), "error", err)
	}
	return events, nil
}

func (h *Webhook) enqueue(r *http.Request, ch bot.Channel, events []bot.Event) error {
	jobs, err := h.jobs(r, ch, events)
	if err != nil || len(jobs) == 0 {
		return err
	}
	cause := queue.Trace(r.Header)
	for i := range jobs {
		jobs[i].Trace = cause
	}
	if err := h.queue.Send(r.Context(), jobs...); err != nil {
		return tryAgain("call cannot be queued", err)
	}
	h.Metrics.Count(metrics.Received, h.name, len(jobs))
	return nil
}

// jobs makes the jobs of a call's events, each for the channel that its account is.
func (h *Webhook) jobs(r *http.Request, ch bot.Channel, events []bot.Event) ([]bot.Job, error) {
	jobs := make([]bot.Job, 0, len(events))
	for _, e := range events {
		owner, err := h.addressed(r.Context(), ch, e)
		if bot.KindOf(err) == bot.NotFound {
			h.log(r).WarnContext(r.Context(), "an event was skipped", "account", e.Account, "error", err)
			continue
		}
		if err != nil {
			return nil, tryAgain("channel cannot be read", err)
		}
		if owner.Disabled {
			h.Metrics.Count(metrics.Skipped, h.name, 1)
			continue
		}
		jobs = append(jobs, queue.Jobs(owner, []bot.Event{e}, h.now())...)
	}
	return jobs, nil
}

// addressed gives the channel that an event is for: one webhook may serve several accounts of an app.
func (h *Webhook) addressed(ctx context.Context, ch bot.Channel, e bot.Event) (bot.Channel, error) {
	own := ch.Setting(bot.AccountField)
	if own == "" || e.Account == "" || e.Account == own {
		return ch, nil
	}
	return h.channels.sibling(ctx, ch, e.Account, h.now())
}

// tryAgain is an error of ours: whatever its kind, the network is to call again.
func tryAgain(message string, err error) error {
	return &bot.Error{
		Kind: bot.Unavailable, Message: message, Err: err, RetryAfter: cmp.Or(bot.RetryAfterOf(err), retryAfter),
	}
}

func (h *Webhook) refuse(w http.ResponseWriter, r *http.Request, err error) {
	kind := bot.KindOf(err)
	level := slog.LevelWarn
	switch {
	case kind == bot.NotFound:
		level = slog.LevelDebug // anybody can guess addresses
	case kind.HTTPStatus() >= http.StatusInternalServerError:
		level = slog.LevelError
	}
	h.log(r).Log(r.Context(), level, "call refused", "kind", kind, "error", err)
	h.Metrics.Count(metrics.Refused(kind), h.name, 1)
	if wait := bot.RetryAfterOf(err); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((wait + time.Second - 1).Seconds())))
	}
	http.Error(w, bot.PublicMessage(err), kind.HTTPStatus())
}

func (h *Webhook) log(r *http.Request) *slog.Logger {
	return cmp.Or(h.Log, slog.Default()).With("provider", h.name, "channel", r.PathValue("id"))
}

func (h *Webhook) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}
