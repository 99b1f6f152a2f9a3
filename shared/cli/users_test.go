package cli_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExportUser(t *testing.T) {
	const export = "GET /v1/bots/pizza/channels/telegram/users/a%2Fb/export?cursor="
	s := newServer(t, map[string]answer{
		export: {200, `{"bot":"pizza","channel":"telegram","user":"a/b","conversations":[{"c":1}],"recipients":[],"deliveries":[],"dead_letters":[],
			"turns":[{"id":"t1"}],"next":"x y"}`},
		export + "x+y": {200, `{"conversations":[{"c":2}],"recipients":[{"r":1}],"deliveries":[{"d":1}],"dead_letters":[{"l":1}],"turns":[{"id":"t2"}]}`},
	})
	want := `{"bot":"pizza","channel":"telegram","user":"a/b","conversations":[{"c":1},{"c":2}],"recipients":[{"r":1}],` +
		`"deliveries":[{"d":1}],"dead_letters":[{"l":1}],"turns":[{"id":"t1"},{"id":"t2"}]}` + "\n"
	got := run(t, nil, "", "export-user", "pizza", "telegram", "a/b", "-o", "json", "--server", s.URL)
	if diff := cmp.Diff(want, got.stdout); diff != "" || got.code != 0 {
		t.Errorf("export-user = %d (-want +got):\n%s", got.code, diff)
	}
	run(t, nil, "", "export-user", "pizza", "telegram", "a/b", "--server", s.URL).want(t, 0, "  \"turns\": [\n    {\n      \"id\": \"t1\"\n", "")
	run(t, nil, "", "export-user", "pizza", "kik", "7", "--server", s.URL).want(t, 1, "", "no such address")
}

func TestErase(t *testing.T) {
	const erase = "DELETE /v1/bots/pizza/channels/telegram/users/7?cursor="
	s := newServer(t, map[string]answer{
		erase:           {200, `{"conversations":1,"recipients":2,"deliveries":3,"dead_letters":4,"turns":5,"audited_as":"XYZ","next":"dead "}`},
		erase + "dead+": {200, `{"conversations":10,"recipients":20,"deliveries":30,"dead_letters":40,"turns":50,"audited_as":"XYZ"}`},
	})
	args := []string{"erase", "pizza", "telegram", "7", "--server", s.URL}
	run(t, nil, "", args...).want(t, 0, "erased: 11 conversations, 55 turns, 44 dead letters, 33 deliveries, 22 subscriptions\nthe audit says so of user=XYZ\n", "")
	run(t, nil, "", append(args, "-o", "json")...).want(t, 0,
		`{"conversations":11,"recipients":22,"deliveries":33,"dead_letters":44,"turns":55,"audited_as":"XYZ"}`+"\n", "")
	run(t, nil, "", "erase", "pizza", "kik", "7", "--server", s.URL).want(t, 1, "", "no such address")
}
