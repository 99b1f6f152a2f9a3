package dynamotable

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"hookline/shared/bot"
)

var (
	errNotFound = bot.Errorf(bot.NotFound, "no such item")
	errConflict = bot.Errorf(bot.Conflict, "the item was changed by another")
	errBusy     = bot.Errorf(bot.Unavailable, "the table is busy")
)

// coded is an answer of DynamoDB that is an error, whether the SDK has a type for it or not.
type coded interface {
	error
	ErrorCode() string
}

// failure gives the kind of an error that is none of a condition. What DynamoDB calls invalid is our mistake; all else
// passes, or is mended without a new program: throttling, 5xx, a missing right, a context that has ended.
func failure(err error) error {
	if e, ok := errors.AsType[coded](err); ok && e.ErrorCode() == "ValidationException" {
		return refused(err)
	}
	return bot.Wrap(bot.Unavailable, "the table is unavailable", err)
}

func refused(err error) error { return bot.Wrap(bot.Internal, "the table refused a request", err) }

// conflicting tells of a single write that met a transaction. The client does not send such a one again.
func conflicting(err error) bool {
	_, ok := errors.AsType[*types.TransactionConflictException](err)
	return ok
}

// failedCondition gives what lay in the table when a condition did not hold.
func failedCondition(err error) (found stored, failed bool, malformed error) {
	e, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	if !ok {
		return stored{}, false, nil
	}
	found, malformed = before(e.Item)
	return found, true, malformed
}

// before decodes the old item that a failed condition shows; none was there if it shows none.
func before(old attributes) (stored, error) {
	if len(old) == 0 {
		return stored{}, nil
	}
	return decode(old)
}

// The pauses between attempts are random below 50 ms, 100 ms and so on; all of them together stay below 2 s.
const (
	maxAttempts = 6
	firstPause  = 50 * time.Millisecond
)

// attempts counts those that are worth making, and waits before each but the first. It ends with ctx.
func attempts(ctx context.Context) iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := range maxAttempts {
			if n > 0 && !pause(ctx, rand.N(firstPause<<(n-1))) {
				return
			}
			if !yield(n) {
				return
			}
		}
	}
}

func pause(ctx context.Context, d time.Duration) (whole bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
