package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/cli"
)

func TestBackup(t *testing.T) {
	dir := t.TempDir()
	to := filepath.Join(dir, "monday.db")
	var asked string
	env := cli.Env{Backup: func(_ context.Context, data, file string) error {
		asked = data
		return os.WriteFile(file, make([]byte, 12_345), 0o600)
	}}
	runWith(t, env, nil, "", "backup", to, "--data", "DIR").want(t, 0, to+": 12,345 bytes, checked. Keep "+filepath.Join("DIR", "master-key"), "")
	if asked != "DIR" {
		t.Errorf("the copy was made of %q, want DIR", asked)
	}
	runWith(t, env, nil, "", "backup", to, "-o", "json").want(t, 0, `"bytes":12345}`, "")
	env.Backup = func(context.Context, string, string) error { return bot.Errorf(bot.Conflict, "monday.db exists already") }
	runWith(t, env, nil, "", "backup", to).want(t, 1, "", "hookline: monday.db exists already\n")
}

func TestRestore(t *testing.T) {
	dir := t.TempDir()
	var asked string
	env := cli.Env{Restore: func(_ context.Context, data, file string) error {
		asked = file + " to " + data
		return nil
	}}
	args := []string{"restore", "monday.db", "--data", dir}
	runWith(t, env, nil, "", args...).want(t, 0, dir+" is restored\n", "put the master key of the backup's server in "+dir)
	if want := "monday.db to " + dir; asked != want {
		t.Errorf("restored was %q, want %q", asked, want)
	}
	if err := os.WriteFile(filepath.Join(dir, "master-key"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := runWith(t, env, nil, "", args...); got.code != 0 || got.stderr != "" {
		t.Errorf("restore beside a master key = %d, stderr %q, want 0 and nothing", got.code, got.stderr)
	}
	env.Restore = func(context.Context, string, string) error { return bot.Errorf(bot.Invalid, "the copy is damaged") }
	runWith(t, env, nil, "", args...).want(t, 1, "", "hookline: the copy is damaged\n")
}
