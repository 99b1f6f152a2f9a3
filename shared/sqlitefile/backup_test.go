package sqlitefile_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/sqlitefile"
)

// migrate is what the numbers' owner makes of a restored file.
func migrate(f *sqlitefile.File) error {
	return f.Migrate("test", "CREATE TABLE numbers(n INTEGER NOT NULL UNIQUE)")
}

func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the directory holds %v, want %v", got, want)
	}
}

func TestBackupWhileItIsWritten(t *testing.T) {
	f, path := open(t)
	mustInsert(t, f, -1)
	ctx, stop := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	writing.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			_ = f.Write(ctx, insert(n)) // the last one may be cancelled
		}
	})
	dir := t.TempDir()
	copied := filepath.Join(dir, "monday.db")
	err := sqlitefile.Backup(t.Context(), path, copied)
	stop()
	writing.Wait()
	if err != nil {
		t.Fatalf("Backup() = %v", err)
	}
	wantFiles(t, dir, "monday.db")
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the backup = %v, %v, want 0600", info.Mode(), err)
	}

	restored := filepath.Join(t.TempDir(), "data", "hookline.db")
	if err := sqlitefile.Restore(t.Context(), copied, restored, migrate); err != nil {
		t.Fatalf("Restore() = %v", err)
	}
	wantFiles(t, filepath.Dir(restored), "hookline.db", "hookline.db.lock")
	// A transaction is there whole or not at all, and none is missing before another.
	for i, n := range numbers(t, openAt(t, restored)) {
		if n != i-1 {
			t.Fatalf("number %d of the restored file is %d, want %d", i, n, i-1)
		}
	}
}

func TestBackupOfAFileThatNobodyHasOpen(t *testing.T) {
	f, path := open(t)
	mustInsert(t, f, 1)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "monday.db")
	if err := sqlitefile.Backup(t.Context(), path, copied); err != nil {
		t.Fatalf("Backup() = %v", err)
	}
	wantNumbers(t, openAt(t, copied), 1)
}

func TestBackupRefuses(t *testing.T) {
	f, path := open(t)
	mustInsert(t, f, 1)
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	if err := os.WriteFile(taken, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path, to string
		want           bot.ErrorKind
	}{
		{"no database", filepath.Join(dir, "none.db"), filepath.Join(dir, "a"), bot.NotFound},
		{"the new file exists", path, taken, bot.Conflict},
		{"no such directory", path, filepath.Join(dir, "none", "a"), bot.Unavailable},
		{"not a database", taken, filepath.Join(dir, "a"), bot.Unavailable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			wantKind(t, "Backup", sqlitefile.Backup(t.Context(), test.path, test.to), test.want)
			wantFiles(t, dir, "taken")
		})
	}
	if text, err := os.ReadFile(taken); err != nil || string(text) != "precious" {
		t.Errorf("the file that was there = %q, %v", text, err)
	}
}

func TestRestoreRefuses(t *testing.T) {
	f, path := open(t)
	mustInsert(t, f, 1)
	good := filepath.Join(t.TempDir(), "good.db")
	if err := sqlitefile.Backup(t.Context(), path, good); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		backup func(string) error
		data   func(path string) error
		want   bot.ErrorKind
		says   string
	}{
		{"no backup", func(string) error { return nil }, nil, bot.NotFound, "the backup cannot be read"},
		{"a directory", func(path string) error { return os.Mkdir(path, 0o700) }, nil, bot.NotFound, "the backup cannot be read"},
		{"something else", writes([]byte(strings.Repeat("text ", 2000))), nil, bot.Invalid, "no database"},
		{"cut off", writes(whole[:len(whole)-100]), nil, bot.Invalid, "the copy"},
		{"overwritten in the middle", writes(append(append(append([]byte{}, whole[:4096]...), make([]byte, 4096)...), whole[8192:]...)), nil, bot.Invalid, "the copy"},
		{"a database of another program", foreign, nil, bot.Invalid, "no database of hookline"},
		{"a newer schema", newer(whole), nil, bot.Conflict, "written by a newer hookline"},
		{"a database is there", writes(whole), writes([]byte("precious")), bot.Conflict, "exists already"},
		{"a log is there", writes(whole), func(path string) error { return os.WriteFile(path+"-wal", nil, 0o600) }, bot.Conflict, "exists already"},
		{"in use", writes(whole), func(path string) error {
			f, err := sqlitefile.Open(path)
			t.Cleanup(func() { f.Close() })
			return err
		}, bot.Conflict, "is in use by another hookline"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			from, to := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "hookline.db")
			if err := test.backup(from); err != nil {
				t.Fatal(err)
			}
			if test.data != nil {
				if err := test.data(to); err != nil {
					t.Fatal(err)
				}
			}
			before, _ := os.ReadFile(to)
			err := sqlitefile.Restore(t.Context(), from, to, migrate)
			wantKind(t, "Restore", err, test.want)
			if err != nil && !strings.Contains(bot.PublicMessage(err), test.says) {
				t.Errorf("Restore() = %v, want %q in it", err, test.says)
			}
			if after, _ := os.ReadFile(to); string(after) != string(before) {
				t.Error("what was in the data directory has changed")
			}
			left, err := filepath.Glob(to + ".*.new*")
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func writes(data []byte) func(string) error {
	return func(path string) error { return os.WriteFile(path, data, 0o600) }
}

func foreign(path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec("CREATE TABLE songs(title TEXT)")
	return err
}

// newer is a backup that a program with one more step has written.
func newer(whole []byte) func(string) error {
	return func(path string) error {
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			return err
		}
		db, err := sql.Open("sqlite", path)
		if err != nil {
			return err
		}
		defer db.Close()
		_, err = db.Exec("UPDATE schemas SET version=version+1")
		return err
	}
}
