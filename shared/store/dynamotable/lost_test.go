package dynamotable_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"hookline/infra/emulators"
	"hookline/shared/bot"
	"hookline/shared/store"
	"hookline/shared/store/dynamotable"
)

var (
	start = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	key   = store.Key{PK: "p", SK: "s"}
	lost  = map[string]emulators.Fault{
		"answered 500":   emulators.Answer(http.StatusInternalServerError, `{"__type":"com.amazonaws#InternalServerError"}`),
		"connection cut": emulators.Cut,
	}
)

func at(now time.Time) func() time.Time { return func() time.Time { return now } }

func item(body string) store.Item { return store.Item{Key: key, Body: []byte(body)} }

// newTable gives a table at the emulator whose clock stands still, and another at the same items whose wire takes faults.
func newTable(t *testing.T) (plain, faulty *dynamotable.Table, wire *emulators.Wire) {
	t.Helper()
	client := dynamodb.NewFromConfig(emulators.DynamoDB(t))
	wire = &emulators.Wire{}
	options := client.Options()
	name := emulators.CreateTable(t, client)
	options.HTTPClient = wire
	options.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 20 * time.Millisecond })
	return dynamotable.New(client, name, at(start)), dynamotable.New(dynamodb.New(options), name, at(start)), wire
}

func mustPut(t *testing.T, table store.Table, i store.Item, cond store.Condition) int64 {
	t.Helper()
	version, err := table.Put(t.Context(), i, cond)
	if err != nil {
		t.Fatalf("Put(%q, %d) = %v", i.Body, cond, err)
	}
	return version
}

func wantItem(t *testing.T, table store.Table, body string, version int64) {
	t.Helper()
	got, err := table.Get(t.Context(), key)
	if err != nil || string(got.Body) != body || got.Version != version {
		t.Errorf("Get() = %q, version %d, %v, want %q, version %d", got.Body, got.Version, err, body, version)
	}
}

func wantKind(t *testing.T, call string, err error, want bot.ErrorKind) {
	t.Helper()
	if got := bot.KindOf(err); got != want {
		t.Errorf("%s = %v, of kind %q, want %q", call, err, got, want)
	}
	if _, ours := errors.AsType[*bot.Error](err); err != nil && !ours {
		t.Errorf("%s = %v, which is no *bot.Error", call, err)
	}
}

// A write whose answer is lost is sent again and meets itself.
func TestLostAnswer(t *testing.T) {
	for name, fault := range lost {
		t.Run(name, func(t *testing.T) {
			_, table, wire := newTable(t)
			for _, cond := range []store.Condition{store.Absent, store.Always} {
				wire.Inject("PutItem", emulators.Lose(fault, nil))
				wantItem(t, table, "first", mustPut(t, table, item("first"), cond))
			}
			wire.Inject("PutItem", emulators.Lose(fault, nil))
			version := mustPut(t, table, item("second"), store.IfVersion(mustPut(t, table, item("first"), store.Always)))
			wantItem(t, table, "second", version)

			wire.Inject("TransactWriteItems", emulators.Lose(fault, nil), emulators.Lose(fault, nil))
			err := table.Transact(t.Context(), store.Op{Item: item("third"), Cond: store.IfVersion(version)})
			wantKind(t, "Transact", err, "")
			got, err := table.Get(t.Context(), key)
			if err != nil || string(got.Body) != "third" {
				t.Fatalf("Get() = %q, %v, want third", got.Body, err)
			}

			wire.Inject("TransactWriteItems", emulators.Lose(fault, nil))
			wantKind(t, "Delete", table.Delete(t.Context(), key, store.IfVersion(got.Version)), "")
			_, err = table.Get(t.Context(), key)
			wantKind(t, "Get", err, bot.NotFound)
		})
	}
}

// Whoever finds another's write instead of its own has lost, though it may have won first: reading tells.
func TestLostAnswerReplaced(t *testing.T) {
	other, table, wire := newTable(t)
	version := mustPut(t, table, item("old"), store.Absent)
	wire.Inject("PutItem", emulators.Lose(lost["answered 500"], func() {
		mine, err := other.Get(t.Context(), key)
		if err != nil || string(mine.Body) != "mine" {
			t.Errorf("Get() = %q, %v, want mine", mine.Body, err)
		}
		mustPut(t, other, item("other"), store.IfVersion(mine.Version))
	}))
	_, err := table.Put(t.Context(), item("mine"), store.IfVersion(version))
	wantKind(t, "Put", err, bot.Conflict)
}

// Two that write the same bytes at the same moment both make the same version: one of them has lost all the same.
func TestSameVersion(t *testing.T) {
	one, other, _ := newTable(t)
	version := mustPut(t, one, item("old"), store.Absent)
	mustPut(t, one, item("new"), store.IfVersion(version))
	_, err := other.Put(t.Context(), item("new"), store.IfVersion(version))
	wantKind(t, "Put", err, bot.Conflict)
}

// A version goes up even where another process's clock is ahead of ours.
func TestClockBehind(t *testing.T) {
	client := dynamodb.NewFromConfig(emulators.DynamoDB(t))
	name := emulators.CreateTable(t, client)
	ahead := dynamotable.New(client, name, at(start.Add(time.Hour)))
	behind := dynamotable.New(client, name, at(start))
	version := mustPut(t, ahead, item("ahead"), store.Absent)
	next := mustPut(t, behind, item("behind"), store.Always)
	if next <= version {
		t.Errorf("Put(Always) = version %d, want above %d", next, version)
	}
	wantItem(t, behind, "behind", next)

	err := behind.Transact(t.Context(), store.Op{Item: item("transacted"), Cond: store.Always})
	wantKind(t, "Transact", err, "")
	got, err := behind.Get(t.Context(), key)
	if err != nil || string(got.Body) != "transacted" || got.Version <= next {
		t.Errorf("Get() = %q, version %d, %v, want transacted, above %d", got.Body, got.Version, err, next)
	}

	expired := item("expired")
	expired.ExpiresAt = start.Add(-time.Hour)
	version = mustPut(t, ahead, expired, store.Always)
	if next := mustPut(t, behind, item("again"), store.Absent); next <= version {
		t.Errorf("Put(Absent) over an expired item = version %d, want above %d", next, version)
	}
}
