package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// configuration writes a configuration file and gives the home that it is in.
func configuration(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	home := t.TempDir()
	path := filepath.Join(home, ".config", "hookline", "config.yaml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return home
}

func TestProfile(t *testing.T) {
	answers := map[string]answer{"GET /v1/bots": {200, oneBot}, "GET /v1/bots/pizza/dead": {200, `{"letters":[]}`}}
	tests := []struct {
		name        string
		args        []string
		env         map[string]string
		prod, other string // the token that each server sees, "" if it is not called
		code        int
		stderr      string
		mode        os.FileMode
		text        string
	}{
		{name: "by flag", args: []string{"--profile", "prod"}, prod: "Bearer of-prod"},
		{name: "by variable", env: map[string]string{"HOOKLINE_PROFILE": "prod"}, prod: "Bearer of-prod"},
		{name: "before variables", args: []string{"--profile", "prod"},
			env: map[string]string{"HOOKLINE_SERVER": "OTHER", "HOOKLINE_TOKEN": "of-other"}, prod: "Bearer of-prod"},
		{name: "with a token of its own", args: []string{"--profile", "prod", "--token", "t"}, prod: "Bearer t"},
		{name: "its token goes to no other server", args: []string{"--profile", "prod", "--server", "OTHER"}, other: "Bearer"},
		{name: "without a token", args: []string{"--profile", "bare"}, env: map[string]string{"HOOKLINE_TOKEN": "t"}, prod: "Bearer t"},
		{name: "none asked for", env: map[string]string{"HOOKLINE_SERVER": "OTHER", "HOOKLINE_TOKEN": "of-other"}, other: "Bearer of-other"},
		{name: "unknown", args: []string{"--profile", "test"}, code: 2, stderr: "has no profile test; there is: bare, empty, prod"},
		{name: "without a server", args: []string{"--profile", "empty"}, code: 2, stderr: "profile empty names no server"},
		{name: "others may read it", args: []string{"--profile", "prod"}, mode: 0o644, code: 2, stderr: "chmod 600"},
		{name: "not YAML", args: []string{"--profile", "prod"}, text: "prod: [secret-token", code: 2, stderr: "is not of the form"},
		{name: "unknown field", args: []string{"--profile", "prod"}, text: "prod: {servr: x, token: secret-token}", code: 2, stderr: "is not of the form"},
		{name: "empty file", args: []string{"--profile", "prod"}, text: " ", code: 2, stderr: "has no profile prod"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			prod, other := newServer(t, answers), newServer(t, answers)
			text, mode := test.text, test.mode
			if text == "" {
				text = "prod: {server: " + prod.URL + ", token: of-prod}\nbare: {server: " + prod.URL + "}\nempty: {token: t}\n"
			}
			if mode == 0 {
				mode = 0o600
			}
			env := map[string]string{"HOME": configuration(t, text, mode), "HOOKLINE_DATA": t.TempDir()}
			for name, value := range test.env {
				env[name] = strings.ReplaceAll(value, "OTHER", other.URL)
			}
			args := []string{"dead"}
			for _, arg := range test.args {
				args = append(args, strings.ReplaceAll(arg, "OTHER", other.URL))
			}
			got := run(t, env, "", args...)
			got.want(t, test.code, "", test.stderr)
			if strings.Contains(got.stderr, "secret-token") {
				t.Errorf("stderr shows a token: %s", got.stderr)
			}
			for name, seen := range map[string]struct {
				server *server
				want   string
			}{"the profile's": {prod, test.prod}, "the other": {other, test.other}} {
				if seen.want == "" && len(seen.server.tokens) > 0 || seen.want != "" && !seen.server.tokens[seen.want] {
					t.Errorf("%s server saw %v, want %q", name, seen.server.tokens, seen.want)
				}
			}
		})
	}
	env := map[string]string{"HOME": t.TempDir()}
	run(t, env, "", "dead", "--profile", "prod").want(t, 2, "", "profiles cannot be read")
	run(t, env, "", "completion", "bash").want(t, 0, "complete", "")
}

func TestNoColoursButOnATerminal(t *testing.T) {
	s := newServer(t, map[string]answer{
		"GET /v1/bots": {200, oneBot}, "GET /v1/bots/pizza/dead": {200, lettersBody},
		"DELETE /v1/bots/pizza/dead": {200, `{"dropped":100,"more":false}`},
	})
	for _, args := range [][]string{{"dead"}, {"drop", "pizza", "--all"}, {"--help"}} {
		if got := run(t, nil, "", append(args, "--server", s.URL)...); strings.Contains(got.stdout+got.stderr, "\x1b") {
			t.Errorf("%v prints %q, want no control characters", args, got.stdout+got.stderr)
		}
	}
}
