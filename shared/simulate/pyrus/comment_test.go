package pyrus_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"hookline/shared/simulate"
	"hookline/shared/simulate/pyrus"
)

// form is a task made of a form, handed to the bot for approval.
const form = `{"from":{"id":7},"message":{"form_id":77,"current_step":1,"text":"Order",
	"fields":[{"id":1,"type":"text","name":"Address","code":"addr","value":"x"},{"id":2,"type":"money","name":"Sum"},
		{"id":3,"type":"table","name":"Lines"},{"id":4,"type":"catalog","name":"Shop"},{"id":5,"type":"hologram","name":"H"}],
	"approvals":[[{"person":{"id":%d}},{"person":{"id":8}}]],"attachments":[{"id":17,"name":"a.png"}]}}`

func withForm(t *testing.T) *world {
	t.Helper()
	w := started(t)
	if status, body := w.do("POST", "/chat/"+login+"/5/task", fmt.Sprintf(form, w.botID())); status != 200 {
		t.Fatalf("making the task = %d %s", status, body)
	}
	w.next()
	return w
}

func (w *world) botID() int64 {
	w.t.Helper()
	_, body := w.do("GET", "/v4/profile", "")
	var profile struct {
		ID int64 `json:"person_id"`
	}
	if err := json.Unmarshal([]byte(body), &profile); err != nil || profile.ID == 0 {
		w.t.Fatalf("GET profile = %s, %v", body, err)
	}
	return profile.ID
}

// TestStrictness has a row for each thing that is refused, and its neighbour that is taken.
func TestStrictness(t *testing.T) {
	w := withForm(t)
	people := func(n int) string { return strings.Repeat(`{"url":"https://a.example","name":"a"},`, n) }
	for _, test := range []struct{ name, body, want string }{
		{"text", `{"text":"a"}`, ""},
		{"formatted", `{"formatted_text":"<b>a</b>"}`, ""},
		{"both texts", `{"text":"a","formatted_text":"b"}`, "403 both_text_and_formatted_text_specified"},
		{"long text", `{"text":"` + strings.Repeat("é", 100_000) + `"}`, ""},
		{"longer text", `{"text":"` + strings.Repeat("é", 100_001) + `"}`, "400 max_text_length_exceeded"},
		{"nothing", `{}`, "400 text_missing"},
		{"empty", ``, "400 empty_body"},
		{"no JSON", `{`, "400 invalid_json"},
		{"array", `[]`, "400 invalid_json"},
		{"unknown field", `{"text":"a","colour":"red"}`, "400 invalid_json"},
		{"approval", `{"approval_choice":"approved"}`, ""},
		{"approval of no kind", `{"approval_choice":"waiting"}`, "400 invalid_json"},
		{"action of no kind", `{"action":"paused"}`, "400 invalid_json"},
		{"approvers", `{"approvals_added":[[{"id":1},{"email":"a@b.example"}],[{"id":2}]]}`, ""},
		{"flat approvers", `{"approvals_added":[{"id":1}]}`, "400 invalid_json"},
		{"approver without id", `{"approvals_removed":[[{}]]}`, "400 required_field_missing"},
		{"people", `{"participants_added":[{"id":1}],"reassign_to":{"email":"a@b.example"}}`, ""},
		{"person by both", `{"participants_added":[{"id":1,"email":"a@b.example"}]}`, "400 required_field_missing"},
		{"person of no address", `{"reassign_to":{"email":"ada"}}`, "400 required_field_missing"},
		{"person by text", `{"reassign_to":{"id":"1"}}`, "400 invalid_json"},
		{"due", `{"due":"2026-05-31T12:00:00Z","duration":5}`, ""},
		{"due day", `{"due_date":"2026-05-31"}`, ""},
		{"due twice", `{"due":"2026-05-31T12:00:00Z","due_date":"2026-05-31"}`, "400 invalid_json"},
		{"duration alone", `{"duration":5}`, "400 required_field_missing"},
		{"day of another form", `{"due_date":"31.05.2026"}`, "400 invalid_json"},
		{"time of another form", `{"scheduled_datetime_utc":"2026-05-31T12:00:00+02:00"}`, "400 invalid_json"},
		{"lists", `{"added_list_ids":[1],"removed_list_ids":[2]}`, ""},
		{"lists by text", `{"added_list_ids":["1"]}`, "400 invalid_json"},
		{"channel", `{"text":"a","channel":{"type":"email"}}`, ""},
		{"channel without type", `{"text":"a","channel":{}}`, "400 required_field_missing"},
		{"file by address", `{"attachments":[{"url":"https://a.example/a.png","name":"a.png"}]}`, ""},
		{"file without a name", `{"attachments":[{"url":"https://a.example/a.png"}]}`, "400 unrecognized_attachment_id"},
		{"file that is there", `{"attachments":[{"attachment_id":17}]}`, ""},
		{"file that is not", `{"attachments":[{"attachment_id":18}]}`, "400 unrecognized_attachment_id"},
		{"file that was not uploaded", `{"attachments":[{"guid":"x"}]}`, "400 unrecognized_attachment_id"},
		{"100 files", `{"attachments":[` + people(99) + `{"attachment_id":17}]}`, ""},
		{"101 files", `{"attachments":[` + people(100) + `{"attachment_id":17}]}`, "400 too_many_attachments"},
		{"field by id", `{"field_updates":[{"id":1,"value":"a"}]}`, ""},
		{"field by code", `{"field_updates":[{"code":"addr","value":"a"}]}`, ""},
		{"field by name", `{"field_updates":[{"name":"Sum","value":2.50}]}`, ""},
		{"field by two", `{"field_updates":[{"id":1,"code":"addr","value":"a"}]}`, "400 required_field_missing"},
		{"field by nothing", `{"field_updates":[{"value":"a"}]}`, "400 required_field_missing"},
		{"no such field", `{"field_updates":[{"id":9,"value":"a"}]}`, "400 invalid_field_id"},
		{"money as text", `{"field_updates":[{"id":2,"value":"2.50"}]}`, "400 invalid_field_value"},
		{"text as number", `{"field_updates":[{"id":1,"value":2}]}`, "400 invalid_field_value"},
		{"rows", `{"field_updates":[{"id":3,"value":[{"row_id":0,"cells":[{"id":1,"value":"a"}]}]}]}`, ""},
		{"no rows", `{"field_updates":[{"id":3,"value":{}}]}`, "400 invalid_field_value"},
		{"item", `{"field_updates":[{"id":4,"value":{"item_id":1}}]}`, ""},
		{"no item", `{"field_updates":[{"id":4,"value":1}]}`, "400 invalid_field_value"},
		{"unknown type", `{"field_updates":[{"id":5,"value":[1]}]}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, body := w.do("POST", "/v4/tasks/5/comments", test.body)
			var said struct {
				Code string `json:"error_code"`
			}
			_ = json.Unmarshal([]byte(body), &said)
			if got := fmt.Sprint(status, " ", said.Code); got != test.want && (test.want != "" || status != 200) {
				t.Errorf("comment %.200s = %d %.200s, want %q", test.body, status, body, test.want)
			}
		})
	}
}

func TestTasksAreTheirBots(t *testing.T) {
	w := withForm(t)
	w.must(w.Block(in("6")))
	for path, want := range map[string]int{
		"GET /v4/tasks/5": 200, "GET /v4/tasks/99": 403, "GET /v4/tasks/x": 400, "GET /v4/tasks/6": 403,
		"POST /v4/tasks/99/comments": 403, "GET /v4/forms": 404, "GET /v4/profile": 200,
	} {
		method, path, _ := strings.Cut(path, " ")
		if got, body := w.do(method, path, `{"text":"a"}`); got != want {
			t.Errorf("%s %s = %d %s, want %d", method, path, got, body, want)
		}
	}
	if _, err := w.Say(in("6"), "hi"); err == nil {
		t.Error("Say() in a task that the bot is not in is taken")
	}
	w.do("POST", "/chat/"+login+"/6/task", `{"from":{"id":7},"message":{"subject":"s"}}`)
	w.must(w.Unblock(in("6")))
	_, err := w.Say(in("6"), "first that the bot is told of")
	w.must(err)
	if _, newest := w.next().newest(t); newest == nil {
		t.Error("the bot is called for a task that it is not in")
	}
	if got, _ := w.do("GET", "/v4/tasks/6", ""); got != 200 {
		t.Errorf("GET of a task that the bot was put back into = %d, want 200", got)
	}
}

func TestCommentsAreBounded(t *testing.T) {
	w := started(t)
	w.must(w.SetProfile(login, pyrus.Profile{}))
	for range 10_000 {
		_, err := w.Say(in("5"), "x")
		w.must(err)
	}
	if status, body := w.do("POST", "/v4/tasks/5/comments", `{"text":"a"}`); status != 400 || !strings.Contains(body, "too_many_comments") {
		t.Errorf("comment 10001 = %d %s, want it refused", status, body)
	}
}

// TestEffects: what a comment does to its task.
func TestEffects(t *testing.T) {
	w := withForm(t)
	for _, step := range []struct{ name, body, holds, lacks string }{
		{"fields", `{"field_updates":[{"code":"addr","value":"1 Main St"},{"id":2,"value":2.50}]}`, `"value":2.50`, "xxx"},
		{"approval", `{"approval_choice":"approved"}`, `{"approval_choice":"approved","person"`, "xxx"},
		{"others' approval", `{"approval_choice":"approved"}`, `{"person":{"id":8}}`, "xxx"},
		{"subject", `{"subject":"New"}`, `"subject":"New"`, "xxx"},
		{"closed", `{"action":"finished"}`, `"is_closed":true`, "xxx"},
		{"P32 stays closed", `{"text":"a","skip_auto_reopen":true}`, `"is_closed":true`, "xxx"},
		{"opened by a comment", `{"text":"b"}`, `"text":"b"`, "is_closed"},
		{"opened", `{"action":"finished"}`, `"is_closed":true`, "xxx"},
		{"opened by hand", `{"action":"reopened"}`, `"action":"reopened"`, `"is_closed"`},
	} {
		t.Run(step.name, func(t *testing.T) {
			if status, body := w.do("POST", "/v4/tasks/5/comments", step.body); status != 200 {
				t.Fatalf("comment %s = %d %s", step.body, status, body)
			}
			_, task := w.do("GET", "/v4/tasks/5", "")
			if !strings.Contains(task, step.holds) || strings.Contains(task, step.lacks) {
				t.Errorf("after %s the task is %s, want %s in it and not %s", step.body, task, step.holds, step.lacks)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	w := withForm(t)
	comments := func() int {
		_, task := w.do("GET", "/v4/tasks/5", "")
		return strings.Count(task, `"text":"a"`)
	}
	for _, test := range []struct {
		fault  simulate.Fault
		status int
		added  int
	}{
		{simulate.TooManyRequests, 429, 0},
		{simulate.ServerError, 500, 0},
		{simulate.BadGateway, 502, 1},
		{simulate.ResetBefore, 0, 0},
		{simulate.ResetAfter, 0, 1},
	} {
		t.Run(string(test.fault), func(t *testing.T) {
			w.must(w.SetFaults(simulate.Faults{Rates: map[simulate.Fault]float64{test.fault: 1}, Methods: []string{"comment"}, RetryAfter: 9}))
			before := comments()
			status, _ := w.do("POST", "/v4/tasks/5/comments", `{"text":"a"}`)
			if added := comments() - before; status != test.status || added != test.added {
				t.Errorf("comment = %d, %d added, want %d and %d", status, added, test.status, test.added)
			}
		})
	}
}
