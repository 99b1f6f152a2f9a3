package cli_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSend(t *testing.T) {
	const send, fate = "POST /v1/bots/pizza/send", "GET /v1/bots/pizza/send/m1"
	tests := []struct {
		name     string
		args     []string
		fate     string
		code     int
		out, err string
		asked    string
	}{
		{name: "a text", args: []string{"pizza", "42", "Hi"}, out: "m1: waiting\n", asked: `{"chat":"42","text":"Hi"}`},
		{name: "to a group", args: []string{"--channel", "telegram", "--", "pizza", "-5", "Hi"}, out: "m1: waiting\n",
			asked: `{"channel":"telegram","chat":"-5","text":"Hi"}`},
		{name: "with buttons", args: []string{"pizza", "42", "Hi", "--keyboard", "Yes, No;Maybe"}, out: "m1: waiting\n",
			asked: `{"chat":"42","text":"Hi","keyboard":[["Yes","No"],["Maybe"]]}`},
		{name: "with buttons as JSON, and data", args: []string{"pizza", "42", "Hi", "--keyboard", `[[{"text":"a","url":"b"}]]`, "--vars", `{"n":1}`}, out: "m1: waiting\n",
			asked: `{"chat":"42","text":"Hi","keyboard":[[{"text":"a","url":"b"}]],"data":{"n":1}}`},
		{name: "until it is sent", args: []string{"pizza", "42", "Hi", "--wait", "10s", "-o", "json"}, fate: `{"id":"m1","outcome":"sent"}`,
			out: `{"id":"m1","outcome":"sent"}` + "\n", asked: `{"chat":"42","text":"Hi"}`},
		{name: "until it is not sent", args: []string{"pizza", "42", "Hi", "--wait", "10s"}, code: 1, fate: `{"id":"m1","outcome":"skipped","reason":"blocked","notes":["n"]}`,
			out: "m1: skipped\n  blocked\n  n\n", asked: `{"chat":"42","text":"Hi"}`},
		{name: "longer than one waits", args: []string{"pizza", "42", "Hi", "--wait", "1ms"}, code: 1, fate: `{"id":"m1","outcome":"waiting"}`,
			out: "m1: waiting\n", asked: `{"chat":"42","text":"Hi"}`},
		{name: "buttons that are no JSON", args: []string{"pizza", "42", "Hi", "--keyboard", `[[`}, code: 2, err: "--keyboard is no JSON"},
		{name: "data that is no JSON", args: []string{"pizza", "42", "Hi", "--vars", `{`}, code: 2, err: "--vars is no JSON"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{send: {202, `{"id":"m1"}`}, fate: {200, test.fate}})
			run(t, nil, "", append([]string{"--server", s.URL, "send"}, test.args...)...).want(t, test.code, test.out, test.err)
			if diff := cmp.Diff(test.asked, s.bodies[send]); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}
