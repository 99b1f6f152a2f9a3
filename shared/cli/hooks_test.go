package cli_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHooks(t *testing.T) {
	const rotate = "POST /v1/bots/pizza/hooks/courier/rotate"
	tests := []struct {
		name   string
		args   []string
		code   int
		out    string
		err    string
		asked  string // by a rotation
		answer string // to it
	}{
		{name: "list", code: 0, out: "  hook courier http://x/hook/h1\n    calls must be signed\n    disabled\n"},
		{name: "list of a bot", args: []string{"pizza", "-o", "json"}, code: 0,
			out: `{"name":"courier","address":"http://x/hook/h1","disabled":true,"signed":true}` + "\n"},
		{name: "new token", args: []string{"pizza", "courier", "--rotate", "--keep"}, code: 0, asked: `{"keep":true,"key":false}`,
			answer: `{"name":"courier","address":"http://x/hook/h1","token":"hook_A"}`,
			out:    "  hook courier http://x/hook/h1\n    token hook_A (it is not shown again)\n"},
		{name: "new key", args: []string{"pizza", "courier", "--key"}, code: 0, asked: `{"keep":false,"key":true}`,
			answer: `{"name":"courier","address":"http://x/hook/h1","key":"key_A","signed":true}`,
			out:    "  hook courier http://x/hook/h1\n    key key_A (it is not shown again)\n    calls must be signed\n"},
		{name: "unknown hook", args: []string{"pizza", "curier", "--rotate"}, code: 1, err: "no such address"},
		{name: "a hook, and nothing to do", args: []string{"pizza", "courier"}, code: 2, err: "name a hook together with --rotate or --key"},
		{name: "no hook", args: []string{"pizza", "--rotate"}, code: 2, err: "name a hook"},
		{name: "both", args: []string{"pizza", "courier", "--rotate", "--key"}, code: 2, err: "name a hook"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{
				"GET /v1/bots": {200, oneBot}, rotate: {200, test.answer},
				"GET /v1/bots/pizza/hooks": {200, `{"hooks":[{"name":"courier","address":"http://x/hook/h1","disabled":true,"signed":true}]}`},
			})
			run(t, nil, "", append([]string{"hooks", "--server", s.URL}, test.args...)...).want(t, test.code, test.out, test.err)
			if diff := cmp.Diff(test.asked, s.bodies[rotate]); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}
