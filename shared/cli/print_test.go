package cli_test

import "testing"

func TestListsOfNothingSaySo(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"account", "list"}, "no accounts beside the main one\n"},
		{[]string{"audit"}, "no changes\n"},
		{[]string{"dead", "pizza"}, "no dead letters\n"},
		{[]string{"delete"}, "no deletion is under way\n"},
		{[]string{"hooks", "pizza"}, "no hooks\n"},
		{[]string{"redrive", "pizza", "--all"}, "no dead letters\n"},
		{[]string{"token", "list"}, "no tokens but the admin token\n"},
		{[]string{"turns", "pizza"}, "no turns\n"},
	}
	s := newServer(t, map[string]answer{
		"GET /v1/accounts":                 {200, `{"accounts":[]}`},
		"GET /v1/audit":                    {200, `{"entries":[]}`},
		"GET /v1/bots":                     {200, oneBot},
		"GET /v1/bots/pizza/dead":          {200, `{"letters":[]}`},
		"GET /v1/deletions":                {200, `{"deletions":[]}`},
		"GET /v1/bots/pizza/hooks":         {200, `{"hooks":[]}`},
		"POST /v1/bots/pizza/dead/redrive": {200, `{"redriven":[]}`},
		"GET /v1/tokens":                   {200, `{"tokens":[]}`},
		"GET /v1/bots/pizza/turns":         {200, `{"turns":[]}`},
	})
	env := map[string]string{"HOOKLINE_SERVER": s.URL}
	for _, test := range tests {
		t.Run(test.args[0], func(t *testing.T) {
			if got := run(t, env, "", test.args...); got.code != 0 || got.stdout != test.want {
				t.Errorf("%s = %d %q %q, want 0 %q", test.args, got.code, got.stdout, got.stderr, test.want)
			}
			if got := run(t, env, "", append(test.args, "-o", "json")...); got.code != 0 || got.stdout != "" {
				t.Errorf("%s -o json = %d %q %q, want 0 and no line", test.args, got.code, got.stdout, got.stderr)
			}
		})
	}
	none := newServer(t, map[string]answer{"GET /v1/bots": {200, `{"bots":[]}`}})
	run(t, nil, "", "channels", "--server", none.URL).want(t, 0, "no bot yet: hookline apply FILE\n", "")
}
