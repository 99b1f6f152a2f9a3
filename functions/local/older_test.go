package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestOlderData has this program take what earlier ones kept: their backups are in testdata/older, each with its master
// key. In all of them is the bot steps, to whom one user has told a name; with one dead letter, as a handler divides by
// zero. A backup is added when a release changes what is stored; none is ever changed.
func TestOlderData(t *testing.T) {
	backups, err := filepath.Glob("testdata/older/*.db.gz")
	if err != nil || len(backups) == 0 {
		t.Fatalf("no older backup found: %v", err)
	}
	for _, path := range backups {
		name := strings.TrimSuffix(path, ".db.gz")
		t.Run(filepath.Base(name), func(t *testing.T) {
			dir := t.TempDir()
			env := environment("TELEGRAM_TOKEN=", "HOME="+dir)
			unpack(t, path, filepath.Join(dir, "backup.db"))
			key, err := os.ReadFile(name + ".master-key")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Join(dir, "hookline-data"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "hookline-data", "master-key"), key, 0o600); err != nil {
				t.Fatal(err)
			}
			hookline := func(stdin string, args ...string) string {
				t.Helper()
				cmd := exec.CommandContext(t.Context(), "hookline", args...)
				cmd.Dir, cmd.Env, cmd.Stdin = dir, env, strings.NewReader(stdin)
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("hookline %v: %v: %s", args, err, out)
				}
				return string(out)
			}
			hookline("", "restore", "backup.db")
			server, err := startServer(dir, env, "--simulate")
			if err != nil {
				t.Fatal(err)
			}
			env = append(env, "HOOKLINE_SERVER="+server.url)
			for _, test := range []struct{ stdin, command, want string }{
				{"foo\n", "chat", "Hello again, Ada"},
				{"", "dead steps", "division by zero"},
				{"", "versions steps", "live"},
				{"", "hooks steps", "hook news"},
				{"", "turns steps --limit 1", "Hello again, Ada"},
				{"", "export-user steps telegram 1", "Ada"},
				{"", "rollback steps 1", "version 1"},
				{"", "delete steps --yes", "steps is deleted"},
			} {
				if got := hookline(test.stdin, strings.Fields(test.command)...); !strings.Contains(got, test.want) {
					t.Errorf("hookline %s = %q, want %q in it", test.command, got, test.want)
				}
			}
			if code, err := server.stop(syscall.SIGTERM); err != nil || code != 0 {
				t.Errorf("the server ended with %d, %v, want 0", code, err)
			}
			if log := server.stderr.String(); strings.Contains(log, `"level":"ERROR"`) {
				t.Errorf("the server's log has an error:\n%s", log)
			}
		})
	}
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	packed, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	in, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
