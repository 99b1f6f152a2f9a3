package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

func TestErrorKinds(t *testing.T) {
	tests := []struct {
		name   bot.ErrorKind
		status int
		fate   bot.Fate
	}{
		{"invalid", 400, bot.Bury},
		{"unauthorized", 401, bot.Bury},
		{"forbidden", 403, bot.Bury},
		{"not_found", 404, bot.Bury},
		{"unsupported", 422, bot.Bury},
		{"too_large", 413, bot.Bury},
		{"rate_limited", 429, bot.Later},
		{"unavailable", 503, bot.Later},
		{"conflict", 409, bot.Retry},
		{"internal", 500, bot.Retry},
	}
	var names []bot.ErrorKind
	for _, test := range tests {
		names = append(names, test.name)
		t.Run(string(test.name), func(t *testing.T) {
			if status, fate := test.name.HTTPStatus(), test.name.Fate(); status != test.status || fate != test.fate {
				t.Errorf("%s: HTTPStatus() = %d, Fate() = %d, want %d, %d", test.name, status, fate, test.status, test.fate)
			}
		})
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(names)), slices.Sorted(slices.Values(bot.ErrorKinds()))); diff != "" {
		t.Errorf("ErrorKinds(): (-want +got)\n%s", diff)
	}
}

func TestUnknownErrorKind(t *testing.T) {
	for _, kind := range []bot.ErrorKind{"", "Invalid", "teapot"} {
		if status, fate := kind.HTTPStatus(), kind.Fate(); status != 500 || fate != bot.Retry {
			t.Errorf("%q: HTTPStatus() = %d, Fate() = %d, want those of internal", kind, status, fate)
		}
	}
}

func TestError(t *testing.T) {
	cause := errors.New("dial tcp 10.0.0.1: refused")
	full := &bot.Error{
		Kind: bot.Forbidden, Reason: bot.ReasonBlocked, Message: "the user left", Err: cause, RetryAfter: 3 * time.Second,
	}
	for _, test := range []struct {
		name   string
		err    error
		kind   bot.ErrorKind
		reason string
		wait   time.Duration
		public string
		text   string
	}{
		{"every field", full, bot.Forbidden, "blocked", 3 * time.Second, "the user left", "the user left: " + cause.Error()},
		{
			"wrapped by others", fmt.Errorf("send: %w", fmt.Errorf("part 1: %w", full)),
			bot.Forbidden, "blocked", 3 * time.Second, "the user left", "send: part 1: the user left: " + cause.Error(),
		},
		{
			"joined with others", errors.Join(cause, full),
			bot.Forbidden, "blocked", 3 * time.Second, "the user left", cause.Error() + "\nthe user left: " + cause.Error(),
		},
		{
			"the outer one counts", bot.Wrap(bot.Unavailable, "try again", full),
			bot.Unavailable, "", 0, "try again", "try again: the user left: " + cause.Error(),
		},
		{"without cause", bot.Errorf(bot.NotFound, "no such bot"), bot.NotFound, "", 0, "no such bot", "no such bot"},
		{"without message", bot.Wrap(bot.Conflict, "", cause), bot.Conflict, "", 0, "internal error", cause.Error()},
		{"without kind", &bot.Error{Message: "hm"}, bot.Internal, "", 0, "hm", "hm"},
		{"of others", cause, bot.Internal, "", 0, "internal error", cause.Error()},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := bot.KindOf(test.err); got != test.kind {
				t.Errorf("KindOf(%v) = %q, want %q", test.err, got, test.kind)
			}
			if got := bot.ReasonOf(test.err); got != test.reason {
				t.Errorf("ReasonOf(%v) = %q, want %q", test.err, got, test.reason)
			}
			if got := bot.RetryAfterOf(test.err); got != test.wait {
				t.Errorf("RetryAfterOf(%v) = %v, want %v", test.err, got, test.wait)
			}
			if got := bot.PublicMessage(test.err); got != test.public {
				t.Errorf("PublicMessage(%v) = %q, want %q", test.err, got, test.public)
			}
			if got := test.err.Error(); got != test.text {
				t.Errorf("Error() = %q, want %q", got, test.text)
			}
		})
	}
}

func TestErrorKeepsItsCause(t *testing.T) {
	cause := errors.New("disk full")
	if err := fmt.Errorf("put: %w", bot.Wrap(bot.Unavailable, "try again", cause)); !errors.Is(err, cause) {
		t.Errorf("errors.Is(%v, %v) = false, want true", err, cause)
	}
}

func TestNoError(t *testing.T) {
	kind, reason, wait := bot.KindOf(nil), bot.ReasonOf(nil), bot.RetryAfterOf(nil)
	if kind != "" || reason != "" || wait != 0 {
		t.Errorf("KindOf, ReasonOf, RetryAfterOf(nil) = %q, %q, %v, want nothing", kind, reason, wait)
	}
}
