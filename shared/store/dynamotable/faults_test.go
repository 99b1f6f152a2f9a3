package dynamotable_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"hookline/infra/emulators"
	"hookline/shared/bot"
	"hookline/shared/store"
	"hookline/shared/store/dynamotable"
)

// onWire gives a table that is nothing but faults.
func onWire() (*dynamotable.Table, *emulators.Wire) {
	wire := &emulators.Wire{}
	client := dynamodb.New(dynamodb.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String("http://table.invalid"), HTTPClient: wire,
		Credentials: aws.AnonymousCredentials{},
	})
	return dynamotable.New(client, "table", at(start)), wire
}

func ok(body string) emulators.Fault { return emulators.Answer(http.StatusOK, body) }

func cancelled(codes ...string) emulators.Fault {
	var reasons []string
	for _, code := range codes {
		reasons = append(reasons, `{"Code":"`+code+`"}`)
	}
	return emulators.Answer(http.StatusBadRequest, `{"__type":"com.amazonaws#TransactionCanceledException",
		"CancellationReasons":[`+strings.Join(reasons, ",")+`]}`)
}

const (
	itemA = `{"pk":{"S":"p"},"sk":{"S":"a"},"version":{"N":"1"},"body":{"B":"QQ=="}}`
	itemB = `{"pk":{"S":"p"},"sk":{"S":"b"},"version":{"N":"2"},"body":{"B":"Qg=="}}`
	keyB  = `{"pk":{"S":"p"},"sk":{"S":"b"}}`

	unprocessedKeys = `{"Responses":{"table":[` + itemA + `]},"UnprocessedKeys":{"table":{"ConsistentRead":true,"Keys":[` + keyB + `]}}}`
	unprocessedPut  = `{"UnprocessedItems":{"table":[{"PutRequest":{"Item":` + itemB + `}}]}}`
)

// The calls that faults are tried on.
var calls = map[string]func(context.Context, *dynamotable.Table) error{
	"GetItem": func(ctx context.Context, t *dynamotable.Table) error {
		_, err := t.Get(ctx, key)
		return err
	},
	"BatchGetItem": func(ctx context.Context, t *dynamotable.Table) error {
		items, err := t.BatchGet(ctx, store.Key{PK: "p", SK: "a"}, store.Key{PK: "p", SK: "b"})
		if err == nil && (len(items) != 2 || string(items[0].Body)+string(items[1].Body) != "AB") {
			return fmt.Errorf("BatchGet() = %v, want A and B", items)
		}
		return err
	},
	"Query": func(ctx context.Context, t *dynamotable.Table) error {
		items, err := t.Query(ctx, store.Query{PK: "p"})
		if err == nil && len(items) != 2 {
			return fmt.Errorf("Query() = %v, want A and B", items)
		}
		return err
	},
	"PutItem": func(ctx context.Context, t *dynamotable.Table) error {
		_, err := t.Put(ctx, item("x"), store.Absent)
		return err
	},
	"DeleteItem": func(ctx context.Context, t *dynamotable.Table) error { return t.Delete(ctx, key, store.Always) },
	"BatchWriteItem": func(ctx context.Context, t *dynamotable.Table) error {
		return t.BatchPut(ctx, store.Item{Key: store.Key{PK: "p", SK: "a"}}, store.Item{Key: store.Key{PK: "p", SK: "b"}})
	},
	"TransactWriteItems": func(ctx context.Context, t *dynamotable.Table) error {
		return t.Transact(ctx, store.Op{Item: item("x")}, store.Op{Item: store.Item{Key: store.Key{PK: "p", SK: "b"}}, Cond: 7})
	},
}

func TestFaults(t *testing.T) {
	const always = 20 // faults, more than anybody tries
	throttled := emulators.Refuse("ProvisionedThroughputExceededException")
	conflict := emulators.Refuse("TransactionConflictException")
	broken := emulators.Answer(http.StatusServiceUnavailable, "")
	for _, test := range []struct {
		name, operation string
		faults          []emulators.Fault
		want            bot.ErrorKind
		requests        int // 0: any number
	}{
		{"throttled once", "PutItem", []emulators.Fault{throttled, ok("{}")}, "", 2},
		{"throttled", "PutItem", slices.Repeat([]emulators.Fault{throttled}, always), bot.Unavailable, 0},
		{"read throttled", "GetItem", slices.Repeat([]emulators.Fault{throttled}, always), bot.Unavailable, 0},
		{"5xx once", "GetItem", []emulators.Fault{broken, ok(`{"Item":` + itemA + `}`)}, "", 2},
		{"5xx", "Query", slices.Repeat([]emulators.Fault{broken}, always), bot.Unavailable, 0},
		{"cut", "BatchGetItem", slices.Repeat([]emulators.Fault{emulators.Cut}, always), bot.Unavailable, 0},
		{"no right", "PutItem", []emulators.Fault{emulators.Refuse("AccessDeniedException")}, bot.Unavailable, 1},
		{"no table", "DeleteItem", []emulators.Fault{emulators.Refuse("ResourceNotFoundException")}, bot.Unavailable, 1},
		{"our mistake", "PutItem", []emulators.Fault{emulators.Refuse("ValidationException")}, bot.Internal, 1},

		{"put meets a transaction", "PutItem", []emulators.Fault{conflict, conflict, ok("{}")}, "", 3},
		{"delete meets a transaction", "DeleteItem", []emulators.Fault{conflict, ok("{}")}, "", 2},
		{"put meets transactions", "PutItem", slices.Repeat([]emulators.Fault{conflict}, always), bot.Unavailable, 6},
		{"delete meets transactions", "DeleteItem", slices.Repeat([]emulators.Fault{conflict}, always), bot.Unavailable, 6},
		{"transaction meets another", "TransactWriteItems", []emulators.Fault{cancelled("None", "TransactionConflict"), ok("{}")}, "", 2},
		{"transaction throttled", "TransactWriteItems", []emulators.Fault{cancelled("ThrottlingError", "None"), ok("{}")}, "", 2},
		{"transaction meets others", "TransactWriteItems", slices.Repeat([]emulators.Fault{cancelled("TransactionConflict", "None")}, always), bot.Unavailable, 6},
		{"transaction in progress", "TransactWriteItems", []emulators.Fault{emulators.Refuse("TransactionInProgressException"), ok("{}")}, "", 2},
		{"transaction refused", "TransactWriteItems", []emulators.Fault{cancelled("None", "ValidationError")}, bot.Internal, 1},
		{"a condition fails beside a conflict", "TransactWriteItems", []emulators.Fault{cancelled("TransactionConflict", "ConditionalCheckFailed")}, bot.Conflict, 1},

		{"unprocessed keys", "BatchGetItem", []emulators.Fault{ok(unprocessedKeys), ok(`{"Responses":{"table":[` + itemB + `]}}`)}, "", 2},
		{"keys never processed", "BatchGetItem", slices.Repeat([]emulators.Fault{ok(unprocessedKeys)}, always), bot.Unavailable, 6},
		{"unprocessed items", "BatchWriteItem", []emulators.Fault{ok(unprocessedPut), ok("{}")}, "", 2},
		{"items never processed", "BatchWriteItem", slices.Repeat([]emulators.Fault{ok(unprocessedPut)}, always), bot.Unavailable, 6},
		{
			"empty page", "Query",
			[]emulators.Fault{ok(`{"Items":[],"LastEvaluatedKey":` + keyB + `}`), ok(`{"Items":[` + itemA + `,` + itemB + `]}`)}, "", 2,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				table, wire := onWire()
				wire.Inject(test.operation, test.faults...)
				wantKind(t, test.operation, calls[test.operation](t.Context(), table), test.want)
				if got := len(wire.Calls()); test.requests != 0 && got != test.requests {
					t.Errorf("%d requests, want %d", got, test.requests)
				}
			})
		})
	}
}

// Only what was left unprocessed is asked for again.
func TestUnprocessedOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, wire := onWire()
		wire.Inject("BatchGetItem", ok(unprocessedKeys), ok(`{"Responses":{"table":[`+itemB+`]}}`))
		wire.Inject("BatchWriteItem", ok(unprocessedPut), ok("{}"))
		for _, operation := range []string{"BatchGetItem", "BatchWriteItem"} {
			wantKind(t, operation, calls[operation](t.Context(), table), "")
		}
		for _, n := range []int{1, 3} {
			again := wire.Calls()[n]
			if strings.Contains(again.Body, `{"S":"a"}`) || !strings.Contains(again.Body, `{"S":"b"}`) {
				t.Errorf("second %s asks for %s, want b only", again.Operation, again.Body)
			}
		}
	})
}

// A context that ends while we wait ends the wait.
func TestCancelledWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, wire := onWire()
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		wire.Inject("PutItem", func(func() (*http.Response, error)) (*http.Response, error) {
			cancel()
			return emulators.Refuse("TransactionConflictException")(nil)
		}, ok("{}"))
		wantKind(t, "PutItem", calls["PutItem"](ctx, table), bot.Unavailable)
		if waited := time.Since(began); len(wire.Calls()) != 1 || waited != 0 {
			t.Errorf("%d requests, the last wait took %v, want 1 and no wait", len(wire.Calls()), waited)
		}
	})
}

// An item that somebody else put into the table is an error, not a panic.
func TestForeignItems(t *testing.T) {
	for _, test := range []struct{ name, item string }{
		{"no body", `{"pk":{"S":"p"},"sk":{"S":"s"},"version":{"N":"1"}}`},
		{"no version", `{"pk":{"S":"p"},"sk":{"S":"s"},"body":{"B":""}}`},
		{"version no integer", `{"pk":{"S":"p"},"sk":{"S":"s"},"body":{"B":""},"version":{"N":"1.5"}}`},
		{"expiry a text", `{"pk":{"S":"p"},"sk":{"S":"s"},"body":{"B":""},"version":{"N":"1"},"expires_at":{"S":"1"}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			table, wire := onWire()
			wire.Inject("GetItem", ok(`{"Item":`+test.item+`}`))
			wantKind(t, "GetItem", calls["GetItem"](t.Context(), table), bot.Internal)
			wire.Inject("PutItem", emulators.Answer(http.StatusBadRequest,
				`{"__type":"com.amazonaws#ConditionalCheckFailedException","Item":`+test.item+`}`))
			wantKind(t, "PutItem", calls["PutItem"](t.Context(), table), bot.Internal)
		})
	}
}

// A long row of expired items does not cost a request each.
func TestQueryBehindExpired(t *testing.T) {
	const expired = 500
	plain, table, wire := newTable(t)
	var items []store.Item
	for n := range expired {
		items = append(items, store.Item{Key: store.Key{PK: "p", SK: fmt.Sprintf("%04d", n)}, ExpiresAt: start})
	}
	for batch := range slices.Chunk(items, store.BatchLimit) {
		if err := plain.BatchPut(t.Context(), batch...); err != nil {
			t.Fatalf("BatchPut() = %v", err)
		}
	}
	mustPut(t, plain, item("live"), store.Absent)
	got, err := table.Query(t.Context(), store.Query{PK: "p", Limit: 1})
	if err != nil || len(got) != 1 || string(got[0].Body) != "live" {
		t.Errorf("Query() = %v, %v, want the live item", got, err)
	}
	if requests := len(wire.Calls()); requests > 6 {
		t.Errorf("%d requests, want at most 6", requests)
	}
}

// The last of several items with one key is written, in whatever request it goes.
func TestBatchPutTwice(t *testing.T) {
	table, _, _ := newTable(t)
	var items []store.Item
	for n := range 60 {
		items = append(items, item(fmt.Sprint(n)), store.Item{Key: store.Key{PK: "p", SK: fmt.Sprint(n)}})
	}
	if err := table.BatchPut(t.Context(), items[:store.BatchLimit]...); err != nil {
		t.Fatalf("BatchPut() = %v", err)
	}
	got, err := table.Get(t.Context(), key)
	if err != nil || string(got.Body) != "49" {
		t.Errorf("Get() = %q, %v, want the last, 49", got.Body, err)
	}
	if got, err := table.BatchGet(t.Context(), key, key); err != nil || len(got) != 1 {
		t.Errorf("BatchGet(one key twice) = %v, %v, want one item", got, err)
	}
}
