package pyrus_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider/pyrus"
)

// options reads them as the bot file does.
func options(t *testing.T, written string) bot.Options {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(written))
	decoder.UseNumber()
	var made bot.Options
	if err := decoder.Decode(&made); err != nil {
		t.Fatal(err)
	}
	return made
}

// TestOptionsSent: what the author wrote, with templates rendered, and what the API gets.
func TestOptionsSent(t *testing.T) {
	for _, test := range []struct{ name, written, want string }{
		{
			"P25 approvals are lists of lists", `{"approvals_added":[[{"id":1},{"email":"a@b.example"}],[{"id":"2"}]]}`,
			`{"approvals_added":[[{"id":1},{"email":"a@b.example"}],[{"id":2}]]}`,
		},
		{
			"P25 all of them", `{"approvals_removed":[[{"id":1}]],"approvals_rerequested":[[{"id":1}]],"approval_choice":"rejected","approval_steps":[1,"2"]}`,
			`{"approval_choice":"rejected","approval_steps":[1,2],"approvals_removed":[[{"id":1}]],"approvals_rerequested":[[{"id":1}]]}`,
		},
		{
			"P26 field by id, code and name",
			`{"field_updates":[{"id":"9007199254740993","value":"a \"b\""},{"code":"u","value":2.50},{"name":"Paid","value":"checked"}]}`,
			`{"field_updates":[{"id":9007199254740993,"value":"a \"b\""},{"code":"u","value":2.50},{"name":"Paid","value":"checked"}]}`,
		},
		{
			"P26 number that a template made", `{"field_updates":[{"code":"sum","number":" 12.50 "},{"id":1,"number":7}]}`,
			`{"field_updates":[{"code":"sum","value":12.50},{"id":1,"value":7}]}`,
		},
		{
			"P26 rows of a table", `{"field_updates":[{"id":7,"value":[{"row_id":"0","cells":[{"id":"71","value":"1"}]},{"row_id":1,"delete":true}]}]}`,
			`{"field_updates":[{"id":7,"value":[{"cells":[{"id":71,"value":"1"}],"row_id":0},{"delete":true,"row_id":1}]}]}`,
		},
		{
			"P26 choice and catalog item", `{"field_updates":[{"id":3,"value":{"choice_ids":["2","3"]}},{"id":4,"value":{"item_id":"9","x":null}}]}`,
			`{"field_updates":[{"id":3,"value":{"choice_ids":[2,3]}},{"id":4,"value":{"item_id":9,"x":null}}]}`,
		},
		{"an id that is none stays", `{"field_updates":[{"id":3,"value":{"item_id":"nine"}}]}`, `{"field_updates":[{"id":3,"value":{"item_id":"nine"}}]}`},
		{
			"task", `{"action":"reopened","reassign_to":{"email":"a@b.example"},"subject":"New","spent_minutes":5,"added_list_ids":["1"],"removed_list_ids":[2]}`,
			`{"action":"reopened","added_list_ids":[1],"reassign_to":{"email":"a@b.example"},"removed_list_ids":[2],"spent_minutes":5,"subject":"New"}`,
		},
		{
			"people", `{"participants_added":[{"id":1}],"participants_removed":[{"id":2}],"subscribers_added":[{"id":3}],"subscribers_removed":[{"id":4}],"subscribers_rerequested":[{"id":5}]}`,
			`{"participants_added":[{"id":1}],"participants_removed":[{"id":2}],"subscribers_added":[{"id":3}],"subscribers_removed":[{"id":4}],"subscribers_rerequested":[{"id":5}]}`,
		},
		{"times", `{"due":"2026-05-31T12:00:00Z","duration":60,"scheduled_date":"2026-05-30"}`, `{"due":"2026-05-31T12:00:00Z","duration":60,"scheduled_date":"2026-05-30"}`},
		{"times that end", `{"cancel_due":true,"cancel_schedule":true}`, `{"cancel_due":true,"cancel_schedule":true}`},
		{
			"delivery", `{"channel":{"type":"telegram","phone":"+1"},"skip_notification":true,"skip_auto_reopen":true,"skip_satisfaction":true,"cancel_due":false}`,
			`{"channel":{"phone":"+1","type":"telegram"},"skip_auto_reopen":true,"skip_notification":true,"skip_satisfaction":true}`,
		},
		{"other networks' and empty ones are left out", `{"keyboard":"reply","subject":"","due_date":null}`, `{}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			set := options(t, test.written)
			if problems := pyrus.New(http.DefaultClient, "", "").CheckOptions(set); len(problems) > 0 {
				t.Errorf("CheckOptions(%s) = %v, want no problem", test.written, problems)
			}
			var float bot.Options // as the outbox gives them back
			if err := json.Unmarshal([]byte(test.written), &float); err != nil {
				t.Fatal(err)
			}
			for form, options := range map[string]bot.Options{"exact": set, "float": float} {
				p, api := play(t, ok(commented200))
				_, err := p.Send(t.Context(), channel(), replyWith(bot.Part{Options: options}))
				want := test.want
				if form == "float" {
					want = strings.NewReplacer(`"value":2.50`, `"value":2.5`).Replace(want)
				}
				if err != nil || api.last() != want {
					t.Errorf("Send() of %s options = %v, comments\n%s, want\n%s", form, err, api.last(), want)
				}
			}
		})
	}
}

func TestCheckOptions(t *testing.T) {
	for _, test := range []struct {
		name, written string
		want          []string
	}{
		{"templates pass", `{"reassign_to":{"id":"{{ event.from.id }}"},"approval_steps":["{{ x }}"],"approval_choice":"approved",` +
			`"field_updates":[{"code":"{{ c }}","number":"{{ n }}"}]}`, nil},
		{"P25 flat list of approvers", `{"approvals_added":[{"id":1}]}`, []string{"approvals_added[0] must be a list"}},
		{"P25 no list", `{"approvals_added":{"id":1}}`, []string{"approvals_added must be a list"}},
		{"person without id", `{"reassign_to":{}}`, []string{"reassign_to must have one of id, email"}},
		{"person with both", `{"reassign_to":{"id":1,"email":"a"}}`, []string{"reassign_to must have one of id, email"}},
		{"person as text", `{"reassign_to":"ada"}`, []string{"reassign_to must have fields"}},
		{"person with more", `{"reassign_to":{"id":1,"name":"a"}}`, []string{"reassign_to.name is no field of this"}},
		{"id that is none", `{"participants_added":[{"id":"x"},{"id":1.5}]}`, []string{
			"participants_added[0].id must be a whole number", "participants_added[1].id must be a whole number",
		}},
		{"empty email", `{"participants_added":[{"email":""}]}`, []string{"participants_added[0].email must be text"}},
		{"P26 field by nothing", `{"field_updates":[{"value":1}]}`, []string{"field_updates[0] must have one of id, code, name"}},
		{"P26 field by two", `{"field_updates":[{"id":1,"code":"a","value":1}]}`, []string{"field_updates[0] must have one of id, code, name"}},
		{"P26 field without value", `{"field_updates":[{"id":1}]}`, []string{"field_updates[0] must have one of value, number"}},
		{"P26 number that is none", `{"field_updates":[{"id":1,"number":"many"}]}`, []string{"field_updates[0].number must be a number"}},
		{"P26 no number of ours", `{"field_updates":[{"id":1,"number":"0x1p4"}]}`, []string{"field_updates[0].number must be a number"}},
		{"lists of numbers", `{"added_list_ids":["a"]}`, []string{"added_list_ids[0] must be a whole number"}},
		{"channel without type", `{"channel":{"phone":"1"}}`, []string{"channel must have one of type"}},
		{"due twice", `{"due":"a","due_date":"b"}`, []string{"due_date does not go with due"}},
		{"due and not", `{"due_date":"a","cancel_due":true}`, []string{"cancel_due does not go with due_date"}},
		{"scheduled twice", `{"scheduled_date":"a","scheduled_datetime_utc":"b"}`, []string{"scheduled_datetime_utc does not go with scheduled_date"}},
		{"duration of nothing", `{"duration":5}`, []string{"duration goes with due only"}},
		{"steps of no choice", `{"approval_steps":[1]}`, []string{"approval_steps goes with approval_choice only"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, problem := range pyrus.New(http.DefaultClient, "", "").CheckOptions(options(t, test.written)) {
				got = append(got, problem.Path+" "+problem.Message)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("CheckOptions(%s) differs (-want +got):\n%s", test.written, diff)
			}
		})
	}
}

// TestRenderedOptionsAreJudged: what a template made of nonsense is refused before anything is sent.
func TestRenderedOptionsAreJudged(t *testing.T) {
	for want, set := range map[string]bot.Options{
		"response.pyrus.field_updates[0].number must be a number": options(t, `{"field_updates":[{"code":"sum","number":"a lot"}]}`),
		"response.pyrus.added_list_ids[0] must be a whole number": {"added_list_ids": []any{1.5}},
		"response.pyrus.added_list_ids[1] must be a whole number": {"added_list_ids": []any{1.0, 1e300}},
	} {
		p, api := play(t, ok(commented200))
		_, err := p.Send(t.Context(), channel(), replyWith(bot.Part{Text: "x", Options: set}))
		if bot.KindOf(err) != bot.Invalid || err.Error() != want || api.loggedIn() > 0 {
			t.Errorf("Send() = %v, want %q and no call", err, want)
		}
	}
}

// TestP24OneText: the format decides which of text and formatted_text there is. Neither can be set beside it.
func TestP24OneText(t *testing.T) {
	d := pyrus.New(http.DefaultClient, "", "").Describe()
	for _, o := range d.Options {
		if o.Name == "text" || o.Name == "formatted_text" {
			t.Errorf("Describe() has an option %s, want the text to come from the message only", o.Name)
		}
	}
	p, api := play(t, ok(commented200))
	set := bot.Options{"text": "b", "formatted_text": "c", "subject": "s"}
	if _, err := p.Send(t.Context(), channel(), replyWith(bot.Part{Text: "a", Options: set})); err != nil || api.last() != `{"subject":"s","text":"a"}` {
		t.Errorf("Send() = %v, comments %s, want one text", err, api.last())
	}
}

func TestCheckChannel(t *testing.T) {
	if got := pyrus.New(http.DefaultClient, "", "").CheckChannel(bot.ChannelSpec{}); got != nil {
		t.Errorf("CheckChannel() = %v, want nothing beyond the description", got)
	}
}
