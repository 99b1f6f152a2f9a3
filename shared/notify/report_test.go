package notify_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// report asks for the report of a call.
func (d *door) report(call, query string, header map[string]string) (int, store.Report) {
	d.Helper()
	w := d.call(http.MethodGet, "/hook/"+d.id+"/calls/"+call+query, "", header)
	var report store.Report
	if w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), &report); err != nil {
			d.Fatal(err)
		}
	}
	return w.Code, report
}

func TestReport(t *testing.T) {
	d := newDoor(t)
	id := d.accepted("{}", nil)
	status, report := d.report(id, "", nil)
	want := store.Report{Call: id, AcceptedAt: noon, Recipients: []store.ReportedDelivery{}}
	if diff := cmp.Diff(want, report); diff != "" || status != 200 {
		t.Errorf("report of a call that has just been made = %d (-want +got):\n%s", status, diff)
	}
	call, err := d.store.Call(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	call.Queued, call.Paged = 150, true
	if _, err := d.store.SaveCall(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	for i := range 150 {
		delivery := bot.Delivery{
			Channel: d.head.Channels["telegram"], Address: bot.Address{Chat: fmt.Sprintf("%03d", i)}, Outcome: bot.DeliverySent,
		}
		if _, err := d.store.PutDelivery(t.Context(), id, delivery, store.Absent); err != nil {
			t.Fatal(err)
		}
	}
	_, first := d.report(id, "", nil)
	_, rest := d.report(id, "?cursor="+first.Next[:26]+"%23"+first.Next[27:], nil)
	if len(first.Recipients) != 100 || len(rest.Recipients) != 50 || rest.Next != "" || rest.Recipients[0].Chat != "100" {
		t.Errorf("pages of %d and %d recipients, next %q, want 100 and 50", len(first.Recipients), len(rest.Recipients), rest.Next)
	}
	if diff := cmp.Diff(store.Counts{Sent: 150}, rest.Counts); diff != "" || !rest.Done {
		t.Errorf("counts, done %v (-want +got):\n%s", rest.Done, diff)
	}
	if got := rest.Recipients[0].Channel; got != "telegram" {
		t.Errorf("channel = %q, want its name", got)
	}
}

func TestReportAnswers(t *testing.T) {
	for _, test := range []struct {
		name   string
		query  string
		header map[string]string
		before func(d *door, call *string)
		status int
	}{
		{name: "right", status: 200},
		{name: "no token", header: map[string]string{"Authorization": ""}, status: 401},
		{name: "unknown call", before: func(_ *door, call *string) { *call = "abc" }, status: 404},
		{name: "call that can be none", before: func(_ *door, call *string) { *call = "%ff" }, status: 404},
		{name: "call of another hook", before: func(d *door, call *string) {
			other, err := d.store.PutCall(d.Context(), bot.Call{Hook: d.head.Hooks["other"]}, []byte("{}"), "")
			if err != nil {
				d.Fatal(err)
			}
			*call = other.ID
		}, status: 404},
		{name: "after a week", before: func(d *door, _ *string) { d.now = d.now.Add(bot.CallKept) }, status: 404},
		{name: "disabled hook", before: func(d *door, _ *string) { d.publish(bot.Hook{Name: "courier", Disabled: true}) }, status: 404},
		{name: "not a cursor", query: "?cursor=%ff", status: 400},
		{name: "the store fails", before: func(d *door, _ *string) { d.table.getErr = bot.Errorf(bot.Unavailable, "down") }, status: 503},
		{name: "unsigned, of a hook with a key", before: func(d *door, _ *string) { _, _ = d.store.RotateKey(d.Context(), d.id, false) }, status: 401},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDoor(t)
			call := d.accepted("{}", nil)
			if test.before != nil {
				test.before(d, &call)
			}
			if got, _ := d.report(call, test.query, test.header); got != test.status {
				t.Errorf("GET = %d, want %d", got, test.status)
			}
		})
	}
}

func TestReportOfAHookWithAKey(t *testing.T) {
	d := newDoor(t)
	id := d.accepted("{}", nil)
	key, err := d.store.RotateKey(t.Context(), d.id, false)
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := d.report(id, "", sign(key, noon, "")); status != 200 {
		t.Errorf("GET signed over the empty body = %d, want 200", status)
	}
}
