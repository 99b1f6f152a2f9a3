package secret_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/secret"
)

func TestOpenFileMakesOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master-key")
	first, err := secret.OpenFile(path)
	if err != nil {
		t.Fatalf("OpenFile: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the new key file: %v, %v, want mode 0600", info.Mode(), err)
	}
	second, err := secret.OpenFile(path)
	if err != nil {
		t.Fatalf("OpenFile again: %v", err)
	}
	if got, err := second.Open(seal(t, first, "x")); err != nil || got != "x" {
		t.Errorf("what was sealed before does not open after: %v", err)
	}
	other, err := secret.OpenFile(filepath.Join(t.TempDir(), "master-key"))
	if err != nil {
		t.Fatalf("OpenFile elsewhere: %v", err)
	}
	if _, err := other.Open(seal(t, first, "x")); err == nil {
		t.Error("two new key files hold the same key")
	}
}

func TestOpenFileAtOnce(t *testing.T) {
	for range 20 { // a race is not lost every time
		dir := t.TempDir()
		tokens := make([]bot.Secret, 8)
		var all sync.WaitGroup
		for i := range tokens {
			all.Go(func() {
				keys, err := secret.OpenFile(filepath.Join(dir, "master-key"))
				if err != nil {
					t.Errorf("OpenFile: %v", err)
					return
				}
				tokens[i] = keys.AdminToken("acme")
			})
		}
		all.Wait()
		if different := slices.Compact(tokens); len(different) != 1 {
			t.Fatal("programs that started at once have different keys")
		}
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Fatalf("%d files are left in the directory, want the key file alone", len(left))
		}
	}
}

func TestOpenFile(t *testing.T) {
	line := func(first byte) string { return base64.StdEncoding.EncodeToString(master(first)) }
	tests := []struct {
		name string
		text string
		mode os.FileMode
		want string // in the error; "" for none
	}{
		{"one key", line(0), 0o600, ""},
		{"read-only", line(0) + "\n", 0o400, ""},
		{"comments, blanks, CRLF", "# new\r\n\r\n " + line(0) + " \r\n# old\n" + line(1) + "\n", 0o600, ""},
		{"group may read", line(0), 0o640, "mode 0640"},
		{"others may read", line(0), 0o604, "mode 0604"},
		{"others may write", line(0), 0o602, "mode 0602"},
		{"empty", "", 0o600, "holds no key"},
		{"comments only", "# nothing\n", 0o600, "holds no key"},
		{"truncated", line(0)[:20], 0o600, "line 1 is not base64 of 32 bytes"},
		{"second truncated", line(0) + "\n" + line(1)[:43], 0o600, "line 2 is not base64 of 32 bytes"},
		{"not base64", strings.Repeat("!", 44), 0o600, "line 1 is not base64 of 32 bytes"},
		{"two on a line", line(0) + line(1), 0o600, "line 1 is not base64 of 32 bytes"},
		{"too large", strings.Repeat("#\n", 1<<16), 0o600, "too large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "master-key")
			if err := os.WriteFile(path, []byte(tt.text), tt.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tt.mode); err != nil { // whatever the umask
				t.Fatal(err)
			}
			keys, err := secret.OpenFile(path)
			if tt.want == "" {
				if err != nil || keys.AdminToken("acme").Reveal() != adminAcme {
					t.Errorf("OpenFile = %v, want the first key", err)
				}
				return
			}
			if bot.KindOf(err) != bot.Invalid || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("OpenFile = %v, want kind invalid and %q", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), line(0)[:8]) {
				t.Errorf("OpenFile: the error %q shows the key", err)
			}
		})
	}
}

func TestOpenFileElsewhere(t *testing.T) {
	dir := t.TempDir()
	tests := []struct {
		name string
		path string
		kind bot.ErrorKind
		want string
	}{
		{"a directory", dir, bot.Invalid, "not a regular file"},
		{"no directory", filepath.Join(dir, "none", "master-key"), bot.Internal, "no such file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := secret.OpenFile(tt.path)
			if bot.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("OpenFile(%s) = %v, want kind %s and %q", tt.path, err, tt.kind, tt.want)
			}
		})
	}
}
