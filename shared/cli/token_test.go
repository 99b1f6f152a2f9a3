package cli_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	madeToken = `{"id":"0123456789abcdef","name":"deploy","account":"acme","scopes":["read","write"],"token":"acme.XYZ","created_at":"2026-03-01T12:00:00Z"}`
	tokenList = `{"tokens":[
		{"id":"0123456789abcdef","name":"deploy","account":"acme","scopes":["read","write"],"created_at":"2026-03-01T12:00:00Z"}],"next":"0123456789abcdef"}`
	moreTokens = `{"tokens":[{"id":"fedcba9876543210","name":"monitor","account":"acme","scopes":["read"],"created_at":"2026-03-01T12:00:00Z",
		"expires_at":"2026-04-01T12:00:00Z","used_at":"2026-03-02T12:00:00Z"}]}`
)

func TestToken(t *testing.T) {
	used := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC).Local().Format("2006-01-02 15h")
	tests := []struct {
		name  string
		args  []string
		code  int
		out   string
		err   string
		calls []string
		asked string // by create
	}{
		{name: "list", args: []string{"list"}, out: "0123456789abcdef  deploy   read,write  never used                does not expire\n" +
			"fedcba9876543210  monitor  read        last used " + used + "  expires 2026-04-01\n", calls: []string{"GET /v1/tokens", "GET /v1/tokens"}},
		{name: "list as JSON", args: []string{"-o", "json"}, out: `"expires_at":"2026-04-01T12:00:00Z","used_at":"2026-03-02T12:00:00Z"}` + "\n",
			calls: []string{"GET /v1/tokens", "GET /v1/tokens"}},
		{name: "create", args: []string{"create", "deploy", "--scope", "read", "--scope", "write"}, out: "acme.XYZ\n",
			err: "0123456789abcdef of account acme, read,write, does not expire; it is not shown again", calls: []string{"POST /v1/tokens"},
			asked: `{"name":"deploy","scopes":["read","write"]}`},
		{name: "create for another account", args: []string{"create", "x", "--scope", "read", "--account", "acme", "-o", "json"}, out: `"token":"acme.XYZ"`,
			calls: []string{"POST /v1/tokens"}, asked: `{"name":"x","scopes":["read"],"account":"acme"}`},
		{name: "create without scope", args: []string{"create", "x"}, code: 2, err: "--scope"},
		{name: "create for less than no time", args: []string{"create", "x", "--scope", "read", "--days=-1"}, code: 2, err: "--days must not be negative"},
		{name: "revoke", args: []string{"revoke", "fedcba9876543210"}, out: "fedcba9876543210 is revoked\n", calls: []string{"DELETE /v1/tokens/fedcba9876543210"}},
		{name: "revoke an unknown one", args: []string{"revoke", "none"}, code: 1, err: "no such address", calls: []string{"DELETE /v1/tokens/none"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{
				"GET /v1/tokens": {200, tokenList}, "GET /v1/tokens?cursor=0123456789abcdef": {200, moreTokens},
				"POST /v1/tokens": {201, madeToken}, "DELETE /v1/tokens/fedcba9876543210": {204, ""},
			})
			run(t, nil, "", append([]string{"token", "--server", s.URL}, test.args...)...).want(t, test.code, test.out, test.err)
			if diff := cmp.Diff(test.calls, s.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.asked, s.bodies["POST /v1/tokens"]); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTokenExpires(t *testing.T) {
	s := newServer(t, map[string]answer{"POST /v1/tokens": {201, madeToken}})
	run(t, nil, "", "token", "create", "x", "--scope", "read", "--days", "90", "--server", s.URL).want(t, 0, "acme.XYZ", "")
	var asked struct {
		ExpiresAt time.Time `json:"expires_at"`
	}
	if err := json.Unmarshal([]byte(s.bodies["POST /v1/tokens"]), &asked); err != nil {
		t.Fatal(err)
	}
	want := time.Now().AddDate(0, 0, 90)
	if off := asked.ExpiresAt.Sub(want).Abs(); off > time.Minute {
		t.Errorf("expires_at = %s, want %s", asked.ExpiresAt, want)
	}
}

func TestAccount(t *testing.T) {
	tests := []struct {
		name string
		args []string
		code int
		out  string
		err  string
	}{
		{"list", nil, 0, "acme since 2026-03-01, 5 bots, 1,000,000 stored bytes a bot\nold since 2026-03-01, closed: delete it again\n", ""},
		{"create", []string{"create", "acme"}, 0, "acme.XYZ\n", "of account acme"},
		{"create limited", []string{"create", "acme", "--bots", "5", "--sends", "0"}, 0, "acme.XYZ\n", "of account acme"},
		{"limit", []string{"limit", "acme", "--handlers", "9", "--stored-bytes", "0"}, 0, "acme since 2026-03-01, 9 handlers a bot, 5 requests a minute, 2 messages a second\n", ""},
		{"limit nothing", []string{"limit", "acme"}, 2, "", "give a limit"},
		{"delete", []string{"delete", "acme"}, 0, "account acme is deleted\n", ""},
		{"delete one with bots", []string{"delete", "busy"}, 1, "", "account busy has bots"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{
				"GET /v1/accounts": {200, `{"accounts":[{"account":"acme","created_at":"2026-03-01T12:00:00Z","limits":{"bots":5,"stored_bytes":1000000}},
					{"account":"old","created_at":"2026-03-01T12:00:00Z","closed":true}]}`},
				"PATCH /v1/accounts/acme": {200, `{"account":"acme","created_at":"2026-03-01T12:00:00Z","limits":{"handlers":9,"requests":5,"sends":2}}`},
				"POST /v1/accounts":       {201, madeToken}, "DELETE /v1/accounts/acme": {204, ""},
				"DELETE /v1/accounts/busy": {409, `{"detail":"account busy has bots: delete them first"}`},
			})
			run(t, nil, "", append([]string{"account", "--server", s.URL}, test.args...)...).want(t, test.code, test.out, test.err)
			asked := map[string]string{
				"create":         `{"account":"acme"}`,
				"create limited": `{"account":"acme","limits":{"bots":5,"sends":0}}`,
				"limit":          `{"limits":{"handlers":9,"stored_bytes":0}}`,
			}
			if body := s.bodies["POST /v1/accounts"] + s.bodies["PATCH /v1/accounts/acme"]; asked[test.name] != "" && body != asked[test.name] {
				t.Errorf("account %s asked for %s, want %s", test.args, body, asked[test.name])
			}
		})
	}
}
