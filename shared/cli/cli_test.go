package cli_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/cli"
	"hookline/shared/provider"
)

// network is what bot files are checked against, and what recorded turns are replayed on.
type network struct{ provider.Provider }

func (network) Describe() provider.Description {
	return provider.Description{Name: "telegram", Fields: []provider.Field{{Name: "token", Secret: true, Required: true, Doc: "the token"}}}
}

func (network) Split(p bot.Part) []bot.Part { return []bot.Part{p} }

// server plays the management API: answers by "METHOD /path", and what was asked.
type server struct {
	*httptest.Server
	answers map[string]answer
	calls   []string
	bodies  map[string]string
	tokens  map[string]bool
	// then is called once a call is noted, and may change the answers.
	then func()
}

type answer struct {
	status int
	body   string
}

const oneBot = `{"bots":[{"bot":"pizza","version":1,"channels":[
	{"name":"telegram","provider":"telegram","id":"c1","address":"http://x/telegram/c1","username":"pizza_bot"}]}]}`

func newServer(t *testing.T, answers map[string]answer) *server {
	t.Helper()
	s := &server{answers: answers, bodies: map[string]string{}, tokens: map[string]bool{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := r.Method + " " + r.URL.Path
		body, _ := io.ReadAll(r.Body)
		s.calls = append(s.calls, call)
		s.bodies[call] = string(body)
		s.tokens[r.Header.Get("Authorization")] = true
		if s.then != nil {
			s.then()
		}
		found, ok := s.answers[r.Method+" "+r.URL.RequestURI()]
		if !ok {
			found, ok = s.answers[call]
		}
		if !ok {
			found = answer{404, `{"detail":"no such address"}`}
		}
		w.WriteHeader(found.status)
		io.WriteString(w, found.body)
	}))
	t.Cleanup(s.Close)
	return s
}

// result is what a run of the program gave.
type result struct {
	code           int
	stdout, stderr string
}

// run runs a command line in process.
func run(t *testing.T, env map[string]string, stdin string, args ...string) result {
	t.Helper()
	return runWith(t, cli.Env{}, env, stdin, args...)
}

func runWith(t *testing.T, e cli.Env, env map[string]string, stdin string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if e.Stdin == nil {
		e.Stdin = strings.NewReader(stdin)
	}
	e.Program, e.Stdout, e.Stderr = "hookline", &stdout, &stderr
	e.LookupEnv = func(name string) (string, bool) { value, ok := env[name]; return value, ok }
	e.Providers = provider.Set{"telegram": network{}}
	code := cli.Run(t.Context(), args, e)
	return result{code, stdout.String(), stderr.String()}
}

// file writes a file and gives its path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (r result) want(t *testing.T, code int, stdout, stderr string) {
	t.Helper()
	if r.code != code || !strings.Contains(r.stdout, stdout) || !strings.Contains(r.stderr, stderr) {
		t.Errorf("exit code %d\nstdout: %s\nstderr: %s\nwant code %d, stdout with %q, stderr with %q",
			r.code, r.stdout, r.stderr, code, stdout, stderr)
	}
}

func TestExitCodes(t *testing.T) {
	up := newServer(t, map[string]answer{
		"GET /v1/bots": {200, oneBot},
		"GET /healthz": {200, `{"status":"ok","mode":"polling"}`},
	})
	locked := newServer(t, map[string]answer{"GET /v1/bots": {401, `{"detail":"the admin token is missing or wrong"}`}})
	strange := newServer(t, map[string]answer{"GET /v1/bots": {200, `<html>`}})
	tests := []struct {
		name   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"help", []string{"--help"}, 0, "serve", ""},
		{"help of a command", []string{"apply", "--help"}, 0, "hookline apply --dry-run", ""},
		{"nothing", nil, 2, "", "expected one of"},
		{"negative limit", []string{"serve", "--sends=-1"}, 2, "", "must not be negative"},
		{"unknown command", []string{"aply"}, 2, "", "did you mean \"apply\"?\nRun \"hookline --help\""},
		{"unknown flag", []string{"turns", "--chta", "1"}, 2, "", "unknown flag --chta, did you mean one of \"--data\", \"--chat\"?\nRun \"hookline turns --help\""},
		{"argument left out", []string{"token", "create", "--scope", "read"}, 2, "", "Run \"hookline token create --help\""},
		{"bad output", []string{"turns", "-o", "xml"}, 2, "", "xml"},
		{"bad limit", []string{"turns", "--limit", "0"}, 2, "", "--limit must be between 1 and 500"},
		{"redrive of nothing", []string{"redrive", "pizza"}, 2, "", "name dead letters, or give --all"},
		{"redrive of both", []string{"redrive", "pizza", "x", "--all"}, 2, "", "name dead letters, or give --all"},
		{"bad address", []string{"turns", "--server", "http://a b"}, 2, "", "not the address of a server"},
		{"address without its scheme", []string{"turns", "--server", "bots.example.com"}, 2, "", "not the address of a server, as http://127.0.0.1:3000 is: bots.example.com"},
		{"address of something else", []string{"turns", "--server", "ftp://bots.example.com"}, 2, "", "not the address of a server"},
		{"no server", []string{"turns", "--server", "http://127.0.0.1:1"}, 3, "", "no server at http://127.0.0.1:1"},
		{"wrong token", []string{"turns", "--server", locked.URL}, 1, "", "the server refuses the token: give --token"},
		{"something else listens", []string{"turns", "--server", strange.URL}, 1, "", "does not answer as a hookline server does"},
		{"unknown bot", []string{"turns", "burger", "--server", up.URL}, 1, "", "no such bot: burger"},
		{"not simulated", []string{"chat", "--server", up.URL}, 1, "", "the server does not simulate networks"},
		{"unknown channel", []string{"connect", "pizza", "fax", "--server", up.URL}, 1, "", "bot pizza has no channel fax"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, map[string]string{"HOOKLINE_DATA": t.TempDir()}, "", test.args...).want(t, test.code, test.stdout, test.stderr)
		})
	}
}

func TestEveryCommandHasAnExample(t *testing.T) {
	listed := regexp.MustCompile(`(?m)^  ([a-z]+(?:-[a-z]+)*(?: [a-z]+)?)(?:   |$)`).FindAllStringSubmatch(run(t, nil, "", "--help").stdout, -1)
	if len(listed) < 40 {
		t.Errorf("--help lists %d commands: %q", len(listed), listed)
	}
	for _, line := range listed {
		command := line[1]
		got := run(t, nil, "", append(strings.Fields(command), "--help")...)
		if got.code != 0 || strings.Count(got.stdout, "hookline "+command) < 2 {
			t.Errorf("%s --help = %d\n%s\nwant 0 and an example below the usage", command, got.code, got.stdout)
		}
	}
}

func TestWhichServerAndToken(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "admin-token"), []byte("admin.of-the-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		env  map[string]string
		args []string
		want string
	}{
		{"flag", map[string]string{"HOOKLINE_TOKEN": "t2", "HOOKLINE_DATA": data}, []string{"--token", "t1"}, "Bearer t1"},
		{"variable", map[string]string{"HOOKLINE_TOKEN": "t2", "HOOKLINE_DATA": data}, nil, "Bearer t2"},
		{"file of --data", nil, []string{"--data", data}, "Bearer admin.of-the-file"},
		{"file of HOOKLINE_DATA", map[string]string{"HOOKLINE_DATA": data}, nil, "Bearer admin.of-the-file"},
		{"none", map[string]string{"HOOKLINE_DATA": t.TempDir()}, nil, "Bearer"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{"GET /v1/bots": {200, oneBot}, "GET /v1/bots/pizza/dead": {200, `{"letters":[]}`}})
			env := map[string]string{"HOOKLINE_SERVER": s.URL + "/"}
			for name, value := range test.env {
				env[name] = value
			}
			run(t, env, "", append(test.args, "dead")...).want(t, 0, "no dead letters", "")
			if !s.tokens[test.want] || len(s.tokens) != 1 {
				t.Errorf("the server saw %v, want only %q", s.tokens, test.want)
			}
		})
	}
}

func TestWhichBot(t *testing.T) {
	tests := []struct {
		name, bots string
		code       int
		stderr     string
	}{
		{"only one", oneBot, 0, ""},
		{"none yet", `{"bots":[]}`, 1, "no bot yet"},
		{"several", `{"bots":[{"bot":"a"},{"bot":"b"}]}`, 2, "which bot? a, b"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{"GET /v1/bots": {200, test.bots}, "GET /v1/bots/pizza/dead": {200, `{"letters":[]}`}})
			run(t, nil, "", "dead", "--server", s.URL).want(t, test.code, "", test.stderr)
		})
	}
}

func TestBotsOfAllPages(t *testing.T) {
	s := newServer(t, map[string]answer{
		"GET /v1/bots?cursor=":        {200, `{"bots":[{"bot":"a b"}],"next":"a b"}`},
		"GET /v1/bots?cursor=a+b":     {200, `{"bots":[{"bot":"c"}]}`},
		"GET /v1/bots/c/dead?cursor=": {200, `{"letters":[]}`},
	})
	run(t, nil, "", "dead", "c", "--server", s.URL).want(t, 0, "no dead letters", "")
}

// What stands between a server and us does not answer as the server does.
func TestRefusalsThatAreNotTheServers(t *testing.T) {
	s := newServer(t, map[string]answer{
		"GET /v1/bots/short/versions": {413, "ask for less\n"},
		"GET /v1/bots/long/versions":  {502, strings.Repeat("a page ", 100)},
		"GET /v1/bots/html/versions":  {502, "<html>"},
		"GET /v1/bots?cursor=":        {200, `{"bots":[{"bot":"short"},{"bot":"long"},{"bot":"html"}]}`},
	})
	for name, want := range map[string]string{
		"short": "hookline: the server answers 413 Request Entity Too Large: ask for less\n",
		"long":  "hookline: the server answers 502 Bad Gateway\n",
		"html":  "hookline: the server answers 502 Bad Gateway\n",
	} {
		if got := run(t, nil, "", "versions", name, "--server", s.URL); got.code != 1 || got.stderr != want {
			t.Errorf("versions %s = %d %q, want 1 %q", name, got.code, got.stderr, want)
		}
	}
}

func TestServe(t *testing.T) {
	pizza := file(t, "pizza.yaml", "bot: pizza\nchannels: {telegram: {token: '1:t'}}\nhandlers: [{name: a}]\n")
	published := answer{200, `{"bot":"pizza","version":1,"changed":true,"channels":[],"hooks":[]}`}
	const connect = "POST /v1/bots/pizza/channels/telegram/connect"
	tests := []struct {
		name    string
		args    []string
		connect answer
		code    int
		stdout  string
		stderr  string
		asked   bool
	}{
		{"with a bot", []string{"--bot", pizza}, answer{200, `{"mode":"polling","username":"pizza_bot"}`}, 0, "ready URL\n", "events are fetched", true},
		{"without one", nil, answer{200, `{}`}, 0, "ready URL\n", "See what happens", false},
		{"simulated: what is there is connected", []string{"--simulate"}, answer{200, `{"mode":"simulated"}`}, 0, "ready URL\n", "Talk to it", true},
		{"network down", []string{"--bot", pizza}, answer{503, `{"detail":"telegram is down"}`}, 0, "ready URL\n", "not connected: telegram is down", true},
		{"token refused", []string{"--bot", pizza}, answer{400, `{"detail":"the token is refused"}`}, 1, "", "hookline: bot pizza: the token is refused\n", true},
		{"file with an error", []string{"--bot", file(t, "bad.yaml", "bot: [\n")}, answer{}, 1, "", "bad.yaml:1", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{"GET /v1/bots": {200, oneBot}, "PUT /v1/bots/pizza": published, connect: test.connect})
			var got cli.ServeOptions
			env := cli.Env{Serve: func(ctx context.Context, o cli.ServeOptions) error {
				got = o
				return o.Ready(ctx, s.URL, bot.Secret("admin.token"))
			}}
			r := runWith(t, env, nil, "", append([]string{"serve", "--data", "dir", "--addr", "127.0.0.1:0", "--sends", "5", "--requests", "60"}, test.args...)...)
			r.stdout = strings.ReplaceAll(r.stdout, s.URL, "URL")
			r.want(t, test.code, test.stdout, test.stderr)
			if test.code != 0 && r.stdout != "" {
				t.Errorf("stdout = %q, want nothing where the server does not start", r.stdout)
			}
			if got.Addr != "127.0.0.1:0" || got.Data != "dir" || got.Log == nil || got.Sends != 5 || got.Requests != 60 {
				t.Errorf("serve was asked for %+v", got)
			}
			if _, asked := s.bodies[connect]; asked != test.asked {
				t.Errorf("connected = %v, want %v", asked, test.asked)
			}
		})
	}
}

func TestServeFails(t *testing.T) {
	env := cli.Env{Serve: func(context.Context, cli.ServeOptions) error { return errors.New("the port is taken") }}
	runWith(t, env, nil, "", "serve").want(t, 1, "", "hookline: the port is taken\n")
}

func TestServeLimitsOfTheEnvironment(t *testing.T) {
	tests := []struct {
		name            string
		variables       map[string]string
		args            []string
		code            int
		sends, requests int
		stderr          string
	}{
		{"none", nil, nil, 0, 0, 0, ""},
		{"of variables", map[string]string{"HOOKLINE_SENDS": "7", "HOOKLINE_REQUESTS": "70"}, nil, 0, 7, 70, ""},
		{"flags stand before them", map[string]string{"HOOKLINE_SENDS": "7", "HOOKLINE_REQUESTS": "70"}, []string{"--sends", "2"}, 0, 2, 70, ""},
		{"no number", map[string]string{"HOOKLINE_SENDS": "many"}, nil, 2, 0, 0, `HOOKLINE_SENDS is "many", not a whole number`},
		{"below none", map[string]string{"HOOKLINE_REQUESTS": "-1"}, nil, 2, 0, 0, `HOOKLINE_REQUESTS is "-1", not a whole number`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got cli.ServeOptions
			env := cli.Env{Serve: func(_ context.Context, o cli.ServeOptions) error { got = o; return nil }}
			runWith(t, env, test.variables, "", append([]string{"serve"}, test.args...)...).want(t, test.code, "", test.stderr)
			if got.Sends != test.sends || got.Requests != test.requests {
				t.Errorf("serve was asked for %d sends and %d requests, want %d and %d", got.Sends, got.Requests, test.sends, test.requests)
			}
		})
	}
}
