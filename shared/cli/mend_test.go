package cli_test

import "testing"

func TestMend(t *testing.T) {
	const path = "/v1/bots/pizza/dead/l1"
	const letter = `{"id":"l1","unsent":[{"chat":"1","sent":1,"parts":[{"text":"hi"}]},
		{"chat":"1","sent":1,"parts":[{"text":"one"},{"text":"<b>two","format":"html","keyboard":[["Yes"]]},{"media":{"kind":"photo","source":"nope"}}]}]}`
	tests := []struct {
		name  string
		args  []string
		code  int
		out   string
		err   string
		asked string
	}{
		{"the first unsent part", []string{"--format", "plain"}, 0, "l1 is mended; next: hookline redrive pizza l1\n", "", `{"parts":{"3":{"format":null}}}`},
		{"shows what there is", []string{"--text", "two"}, 0,
			"  part 1   \"hi\"  sent\n  part 2   \"one\"  sent\n  part 3   html \"<b>two\" [Yes]\n  part 4   photo nope\n", "", `{"parts":{"3":{"text":"two"}}}`},
		{"a part by its number", []string{"--part", "4", "--media", "photo=https://a.example/b=c"}, 0, "is mended", "",
			`{"parts":{"4":{"media":{"kind":"photo","source":"https://a.example/b=c"}}}}`},
		{"no file", []string{"--part", "4", "--media", "none", "--text", "x", "--format", "html"}, 0, "is mended", "",
			`{"parts":{"4":{"format":"html","media":null,"text":"x"}}}`},
		{"buttons", []string{"--part", "4", "--keyboard", "Yes, No;Later"}, 0, "is mended", "", `{"parts":{"4":{"keyboard":[["Yes","No"],["Later"]]}}}`},
		{"dropped", []string{"--part", "4", "--drop"}, 0, "is mended", "", `{"parts":{"4":null}}`},
		{"nothing", nil, 2, "", "say what is to change, or --drop", ""},
		{"both", []string{"--text", "x", "--drop"}, 2, "", "say what is to change, or --drop", ""},
		{"no kind of file", []string{"--media", "https://a.example"}, 2, "", "--media is KIND=ADDRESS, or none", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{"GET " + path: {200, letter}, "PATCH " + path: {200, letter}})
			run(t, nil, "", append([]string{"mend", "pizza", "l1", "--server", s.URL}, test.args...)...).want(t, test.code, test.out, test.err)
			if asked := s.bodies["PATCH "+path]; asked != test.asked {
				t.Errorf("mend %q asked for %s, want %s", test.args, asked, test.asked)
			}
		})
	}
	s := newServer(t, map[string]answer{"GET " + path: {200, letter}, "PATCH " + path: {409, `{"detail":"its job is on the way"}`}})
	run(t, nil, "", "mend", "pizza", "l1", "--drop", "--server", s.URL).want(t, 1, "", "its job is on the way")
}

func TestDeadLetterShowsItsParts(t *testing.T) {
	s := newServer(t, map[string]answer{
		"GET /v1/bots":               {200, oneBot},
		"GET /v1/bots/pizza/dead/l1": {200, `{"id":"l1","kind":"invalid","message":"no","unsent":[{"parts":[{"sign":"typing"},{"location":{"latitude":1.5,"longitude":2}}]}]}`},
	})
	run(t, nil, "", "dead", "pizza", "l1", "--server", s.URL).want(t, 0, "  part 1   typing\n  part 2   location 1.5, 2\n", "")
}
