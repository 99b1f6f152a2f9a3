package notify_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/metrics"
	"hookline/shared/notify"
	"hookline/shared/secret"
	"hookline/shared/sqlitefile"
	"hookline/shared/store"
	"hookline/shared/store/sqlitetable"
)

// tray is a queue that keeps what it took.
type tray struct {
	jobs []bot.Job
	err  error
}

func (q *tray) Send(_ context.Context, jobs ...bot.Job) error {
	if q.err == nil {
		q.jobs = append(q.jobs, jobs...)
	}
	return q.err
}

// faultyTable is a table whose calls a test can make fail.
type faultyTable struct {
	store.Table
	getErr, transactErr error
	panics              bool
}

func (f *faultyTable) Get(ctx context.Context, key store.Key) (store.Item, error) {
	if f.panics {
		panic("get")
	}
	if f.getErr != nil {
		return store.Item{}, f.getErr
	}
	return f.Table.Get(ctx, key)
}

func (f *faultyTable) Transact(ctx context.Context, ops ...store.Op) error {
	return cmp.Or(f.transactErr, f.Table.Transact(ctx, ops...))
}

// noon is when every test begins.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// door is the handler over a real store, with a hook in it.
type door struct {
	*testing.T
	now     time.Time
	table   *faultyTable
	store   *store.Store
	queue   *tray
	log     *bytes.Buffer
	counts  metrics.Set
	handler http.Handler
	head    bot.Head
	id      string // of the hook
	token   bot.Secret
}

func newDoor(t *testing.T) *door {
	t.Helper()
	d := &door{T: t, now: noon, queue: &tray{}, log: &bytes.Buffer{}}
	now := func() time.Time { return d.now }
	file, err := sqlitefile.Open(filepath.Join(t.TempDir(), "hookline.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	table, err := sqlitetable.New(file, now)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secret.New(bytes.Repeat([]byte("k"), secret.KeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	d.table = &faultyTable{Table: table}
	d.store = store.New(d.table, keys, now)
	p := d.publish(bot.Hook{Name: "courier"})
	d.head, d.id, d.token = p.Head, p.Hooks[0].ID, p.Hooks[0].Token
	n := notify.New(d.store, d.queue)
	n.Now, n.Metrics = now, &d.counts
	n.Log = slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	d.handler = n.Handler()
	return d
}

// publish publishes the bot with the hook, and another.
func (d *door) publish(hook bot.Hook) store.Publication {
	d.Helper()
	p, err := d.store.Publish(d.Context(), "main", bot.Definition{
		Bot: "pizza", Hooks: []bot.Hook{hook, {Name: "other"}},
		Channels: map[string]bot.ChannelSpec{"telegram": {Provider: "telegram"}},
	})
	if err != nil {
		d.Fatal(err)
	}
	return p
}

// call makes a call with the hook's token unless header says otherwise.
func (d *door) call(method, path, body string, header map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(d.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+d.token.Reveal())
	for name, value := range header {
		r.Header.Del(name)
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w
}

func (d *door) post(body string, header map[string]string) *httptest.ResponseRecorder {
	return d.call(http.MethodPost, "/hook/"+d.id, body, header)
}

// accepted posts what must be taken and gives the call's id.
func (d *door) accepted(body string, header map[string]string) string {
	d.Helper()
	w := d.post(body, header)
	var answer struct{ Call string }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusAccepted {
		d.Fatalf("POST %s = %d %s, %v, want 202 and a call", body, w.Code, w.Body, err)
	}
	if location := w.Header().Get("Location"); location != "/hook/"+d.id+"/calls/"+answer.Call {
		d.Errorf("Location = %q, want the report of call %s", location, answer.Call)
	}
	return answer.Call
}

func TestF41Answers(t *testing.T) {
	down := bot.Errorf(bot.Unavailable, "down")
	deep := strings.Repeat("[", 20_000)
	for _, test := range []struct {
		name         string
		method, path string // POST to the hook if empty
		body         string
		header       map[string]string
		before       func(d *door)
		status       int
		text         string
	}{
		{name: "an object", body: `{"a":1}`, status: 202, text: `{"call":"`},
		{name: "a list", body: " \n[1]", status: 202},
		{name: "an empty object", body: "{}", status: 202},
		{name: "as large as it may be", body: `["` + strings.Repeat("<", notify.MaxBodyBytes-4) + `"]`, status: 202},
		{name: "GET", method: "GET", status: 405},
		{name: "PUT", method: "PUT", body: "{}", status: 405},
		{name: "HEAD", method: "HEAD", status: 405},
		{name: "another method for a report", method: "POST", path: "/hook/x/calls/y", status: 405},
		{name: "unknown hook", path: "/hook/abc", body: "{}", status: 404, text: "no such hook\n"},
		{name: "id that no key takes", path: "/hook/" + strings.Repeat("a", 3000), body: "{}", status: 404},
		{name: "id that is not UTF-8", path: "/hook/%ff", body: "{}", status: 404},
		{name: "unknown hook with everything wrong", path: "/hook/abc", body: deep, header: map[string]string{"Authorization": ""}, status: 404},
		{name: "no hook", path: "/hook/", body: "{}", status: 404},
		{name: "more than an id", path: "/hook/abc/def", body: "{}", status: 404},
		{name: "disabled", body: "{}", before: func(d *door) { d.publish(bot.Hook{Name: "courier", Disabled: true}) }, status: 404},
		{name: "no longer disabled", body: "{}", before: func(d *door) {
			d.publish(bot.Hook{Name: "courier", Disabled: true})
			d.publish(bot.Hook{Name: "courier"})
		}, status: 202},
		{name: "too large", body: `["` + strings.Repeat("x", notify.MaxBodyBytes-3) + `"]`, status: 413},
		{name: "too large, without a token", body: strings.Repeat("x", notify.MaxBodyBytes+1), header: map[string]string{"Authorization": ""}, status: 413},
		{name: "no token", body: "{}", header: map[string]string{"Authorization": ""}, status: 401},
		{name: "empty token", body: "{}", header: map[string]string{"Authorization": "Bearer "}, status: 401},
		{name: "wrong token", body: "{}", header: map[string]string{"Authorization": "Bearer hook_AAAAAAAAAAAAAAAAAAAAAAAAAA"}, status: 401},
		{name: "no token, no JSON", body: "{", header: map[string]string{"Authorization": ""}, status: 401},
		{name: "no JSON", body: `{"a":`, status: 400, text: "JSON parse error: unexpected end of JSON input\n"},
		{name: "empty body", body: "", status: 400, text: "JSON parse error"},
		{name: "white space", body: " \n", status: 400, text: "JSON parse error"},
		{name: "two values", body: "{}{}", status: 400, text: "JSON parse error"},
		{name: "a form", body: "a=1", status: 400, text: "JSON parse error"},
		{name: "a text", body: `"a"`, status: 400, text: "JSON parse error: neither an object nor a list\n"},
		{name: "a number", body: "1", status: 400, text: "JSON parse error: neither"},
		{name: "null", body: "null", status: 400, text: "JSON parse error: neither"},
		{name: "too deep", body: deep, status: 400, text: "JSON parse error"},
		{name: "idempotency key", body: "{}", header: map[string]string{"Idempotency-Key": strings.Repeat("k", 255)}, status: 202},
		{name: "idempotency key too long", body: "{}", header: map[string]string{"Idempotency-Key": strings.Repeat("k", 256)}, status: 400},
		{name: "hook cannot be read", body: "{}", before: func(d *door) { d.table.getErr = down }, status: 503},
		{name: "call cannot be stored", body: "{}", before: func(d *door) { d.table.transactErr = down }, status: 503},
		{name: "call cannot be queued", body: "{}", before: func(d *door) { d.queue.err = down }, status: 503},
		{name: "a fault of ours", body: "{}", before: func(d *door) { d.table.panics = true }, status: 500, text: "internal error\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDoor(t)
			if test.before != nil {
				test.before(d)
			}
			w := d.call(cmp.Or(test.method, http.MethodPost), cmp.Or(test.path, "/hook/"+d.id), test.body, test.header)
			if w.Code != test.status || !strings.HasPrefix(w.Body.String(), test.text) {
				t.Errorf("%s %.40s = %d %.60q, want %d %q", test.method, test.path, w.Code, w.Body, test.status, test.text)
			}
			if wantJobs := map[bool]int{true: 1}[test.status == 202]; len(d.queue.jobs) != wantJobs {
				t.Errorf("%d jobs are queued, want %d", len(d.queue.jobs), wantJobs)
			}
			if waits := w.Header().Get("Retry-After") != ""; waits != (test.status == 503) {
				t.Errorf("Retry-After is set: %v, want it at 503 only", waits)
			}
			if strings.Contains(d.log.String(), d.token.Reveal()) || strings.Contains(d.log.String(), "hook_") {
				t.Errorf("the log shows a token: %s", d.log)
			}
		})
	}
}

func TestCallIsStoredAndItsFirstPageQueued(t *testing.T) {
	d := newDoor(t)
	const trace = "Root=1-5759e988-bd862e3fe1be46a994272793"
	id := d.accepted(`{"status": "baked"}`, map[string]string{"X-Amzn-Trace-Id": "x;" + trace})
	job := d.queue.jobs[0]
	want := bot.CallShare{Call: id, Hook: d.id}
	if job.Kind != bot.PageJob || job.Bot != d.head.ID || *job.Call != want || job.Trace != trace || !job.AcceptedAt.Equal(noon) {
		t.Errorf("job = %+v of %+v, want the first page of the call", job, *job.Call)
	}
	scene, err := d.store.DeliveryScene(t.Context(), bot.NewDeliveryJob(bot.Call{ID: id}, "c", bot.Address{Chat: "1"}, noon))
	if err != nil || string(scene.Body) != `{"status": "baked"}` {
		t.Errorf("stored body = %q, %v, want it as it was posted", scene.Body, err)
	}
	var text strings.Builder
	metrics.NewEMF(&d.counts, &text, "f").Flush()
	if !strings.Contains(text.String(), `"received":1`) {
		t.Errorf("metrics = %s, want one call received", text.String())
	}
}

func TestIdempotencyKey(t *testing.T) {
	d := newDoor(t)
	key := map[string]string{"Idempotency-Key": "order 7"}
	first := d.accepted(`{"a":1}`, key)
	if again := d.accepted(`{"a":1}`, key); again != first {
		t.Errorf("the same call = %s, want %s", again, first)
	}
	if len(d.queue.jobs) != 2 || d.queue.jobs[0].DedupeKey() != d.queue.jobs[1].DedupeKey() {
		t.Errorf("%d jobs, want two that the queue takes for one", len(d.queue.jobs))
	}
	if w := d.post(`{"a":2}`, key); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("another body with the key = %d, want 422", w.Code)
	}
	if other := d.accepted(`{"a":1}`, map[string]string{"Idempotency-Key": "order 8"}); other == first {
		t.Error("another key gives the same call")
	}
}

// A call that was stored and not queued is queued when it is posted again.
func TestIdempotencyKeyAfterAFailure(t *testing.T) {
	d := newDoor(t)
	key := map[string]string{"Idempotency-Key": "order 7"}
	d.queue.err = bot.Errorf(bot.Unavailable, "down")
	if w := d.post("{}", key); w.Code != http.StatusServiceUnavailable {
		t.Fatalf("POST while the queue is down = %d, want 503", w.Code)
	}
	d.queue.err = nil
	id := d.accepted("{}", key)
	if len(d.queue.jobs) != 1 || d.queue.jobs[0].Call.Call != id {
		t.Errorf("jobs = %+v, want the first page of call %s", d.queue.jobs, id)
	}
	calls, _, err := d.store.Calls(t.Context(), d.id, "", 10)
	if err != nil || len(calls) != 1 {
		t.Errorf("%d calls are stored, %v, want one", len(calls), err)
	}
}

func TestIdempotencyKeyOfACallThatIsOnItsWay(t *testing.T) {
	d := newDoor(t)
	key := map[string]string{"Idempotency-Key": "order 7"}
	id := d.accepted("{}", key)
	call, err := d.store.Call(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	call.Paged = true
	if _, err := d.store.SaveCall(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if again := d.accepted("{}", key); again != id || len(d.queue.jobs) != 1 {
		t.Errorf("the same call = %s, %d jobs, want %s, and no other job", again, len(d.queue.jobs), id)
	}
}
