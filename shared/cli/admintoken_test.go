package cli_test

import (
	"bytes"
	"strings"
	"testing"

	"hookline/shared/cli"
)

func TestAdminToken(t *testing.T) {
	// Computed apart: HKDF-SHA256 twice, then HMAC-SHA256 of the account's name behind its length.
	const token = "admin.unHzIlEQ7CsRfEfrrWPUL7u1wFR5zF-6s0WG1Aynwas\n"
	for _, test := range []struct {
		name, secret string
		code         int
		out          string
	}{
		{"as CloudFormation makes it", strings.Repeat("A", 64), 0, token},
		{"with the line's end of a command", strings.Repeat("A", 64) + "\n", 0, token},
		{"too short", "abc", 1, ""},
		{"none", "", 1, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, errors bytes.Buffer
			code := cli.Run(t.Context(), []string{"admin-token"}, cli.Env{Stdin: strings.NewReader(test.secret), Stdout: &out, Stderr: &errors})
			if code != test.code || out.String() != test.out {
				t.Errorf("hookline admin-token = %d, %q, %q, want %d, %q", code, out.String(), errors.String(), test.code, test.out)
			}
			if test.secret != "" && strings.Contains(errors.String(), test.secret) {
				t.Errorf("errors show the secret: %q", errors.String())
			}
		})
	}
}
