package sqlitefile_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/sqlitefile"
)

// open opens a new file with a table of numbers.
func open(tb testing.TB) (f *sqlitefile.File, path string) {
	tb.Helper()
	path = filepath.Join(tb.TempDir(), "data", "hookline.db")
	return openAt(tb, path), path
}

func openAt(tb testing.TB, path string) *sqlitefile.File {
	tb.Helper()
	f, err := sqlitefile.Open(path)
	if err != nil {
		tb.Fatalf("Open(%q) = %v", path, err)
	}
	tb.Cleanup(func() { f.Close() })
	if err := f.Migrate("test", "CREATE TABLE numbers(n INTEGER NOT NULL UNIQUE)"); err != nil {
		tb.Fatalf("Migrate() = %v", err)
	}
	return f
}

func insert(n int) func(*sqlitefile.Conn) error {
	return func(c *sqlitefile.Conn) error {
		_, err := c.Exec("INSERT INTO numbers VALUES(?)", n)
		return err
	}
}

func mustInsert(t *testing.T, f *sqlitefile.File, n int) {
	t.Helper()
	if err := f.Write(t.Context(), insert(n)); err != nil {
		t.Fatalf("Write(%d) = %v", n, err)
	}
}

func numbers(t *testing.T, f *sqlitefile.File) (found []int) {
	t.Helper()
	err := f.Read(t.Context(), func(c *sqlitefile.Conn) error {
		rows, err := c.Query("SELECT n FROM numbers ORDER BY n")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				return err
			}
			found = append(found, n)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatalf("Read() = %v", err)
	}
	return found
}

func wantNumbers(t *testing.T, f *sqlitefile.File, want ...int) {
	t.Helper()
	if diff := cmp.Diff(want, numbers(t, f)); diff != "" {
		t.Errorf("stored numbers: (-want +got)\n%s", diff)
	}
}

func wantKind(t *testing.T, call string, err error, want bot.ErrorKind) {
	t.Helper()
	if got := bot.KindOf(err); got != want {
		t.Errorf("%s = %v, of kind %q, want %q", call, err, got, want)
	}
}

func TestOneOpener(t *testing.T) {
	f, path := open(t)
	second, err := sqlitefile.Open(path)
	wantKind(t, "Open(of a file in use)", err, bot.Conflict)
	if dir := filepath.Dir(path); second != nil || !strings.Contains(bot.PublicMessage(err), dir) {
		t.Errorf("Open() = %v, %q, want nil and an error naming %s", second, bot.PublicMessage(err), dir)
	}
	mustInsert(t, f, 1)
	if err := f.Close(); err != nil {
		t.Fatalf("Close() = %v", err)
	}
	wantNumbers(t, openAt(t, path), 1)
}

func TestOpenFails(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte(strings.Repeat("this is no database. ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, path string }{
		{"a file as directory", filepath.Join(file, "hookline.db")},
		{"a directory as file", dir},
		{"no database", file},
	} {
		t.Run(test.name, func(t *testing.T) {
			for range 2 { // the lock of the first does not stay
				_, err := sqlitefile.Open(test.path)
				wantKind(t, "Open", err, bot.Unavailable)
			}
		})
	}
}

func TestOwnerOnly(t *testing.T) {
	f, path := open(t)
	mustInsert(t, f, 1)
	for _, name := range []string{path, path + "-wal", path + "-shm", path + ".lock", filepath.Dir(path)} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v, %v, want nothing for others", name, info.Mode(), err)
		}
	}
}

func TestSynchronous(t *testing.T) {
	f, _ := open(t)
	for range 2 { // before and after statements were prepared
		var synchronous int
		var journal string
		err := f.Write(t.Context(), func(c *sqlitefile.Conn) error {
			_, err := c.Row("PRAGMA synchronous", nil, &synchronous)
			_, err2 := c.Row("PRAGMA journal_mode", nil, &journal)
			return errors.Join(err, err2)
		})
		if err != nil || synchronous != 2 || journal != "wal" {
			t.Errorf("writer has synchronous %d, journal_mode %q, %v, want 2 (FULL) and wal", synchronous, journal, err)
		}
		mustInsert(t, f, synchronous)
		if err := f.Write(t.Context(), func(c *sqlitefile.Conn) error {
			_, err := c.Exec("DELETE FROM numbers")
			return err
		}); err != nil {
			t.Fatalf("Write() = %v", err)
		}
	}
}

func TestRefusesWeakSettings(t *testing.T) {
	for _, test := range []struct{ name, strong, weak string }{
		{"synchronous", "synchronous=FULL", "synchronous=NORMAL"},
		{"journal_mode", "journal_mode=WAL", "journal_mode=DELETE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			strong := slices.Clone(*sqlitefile.WriterPragmas)
			defer func() { *sqlitefile.WriterPragmas = strong }()
			i := slices.Index(strong, test.strong)
			if i < 0 {
				t.Fatalf("pragmas %q lack %q", strong, test.strong)
			}
			*sqlitefile.WriterPragmas = slices.Replace(slices.Clone(strong), i, i+1, test.weak)
			f, err := sqlitefile.Open(filepath.Join(t.TempDir(), "hookline.db"))
			if err == nil || !strings.Contains(err.Error(), test.name) {
				t.Errorf("Open() with %s = %v, %v, want an error that says so", test.weak, f, err)
			}
		})
	}
}

func TestReadersCannotWrite(t *testing.T) {
	f, _ := open(t)
	if err := f.Read(t.Context(), insert(1)); err == nil {
		t.Errorf("Read(insert) = nil, want an error")
	}
	wantNumbers(t, f)
}

func TestMigrate(t *testing.T) {
	f, path := open(t)
	steps := []string{"CREATE TABLE a(x); CREATE INDEX a_x ON a(x)", "INSERT INTO a VALUES(1)", "INSERT INTO a VALUES(2)"}
	count := func() (n int) {
		t.Helper()
		err := f.Read(t.Context(), func(c *sqlitefile.Conn) error {
			_, err := c.Row("SELECT count(*) FROM a", nil, &n)
			return err
		})
		if err != nil {
			t.Fatalf("Read() = %v", err)
		}
		return n
	}
	for n, want := range []int{0, 0, 1, 2} {
		for range 2 {
			if n == 0 {
				continue
			}
			if err := f.Migrate("a", steps[:n]...); err != nil {
				t.Fatalf("Migrate(%d steps) = %v", n, err)
			}
			if got := count(); got != want {
				t.Errorf("after %d steps there are %d rows, want %d", n, got, want)
			}
		}
	}
	wantKind(t, "Migrate(fewer steps)", f.Migrate("a", steps[:2]...), bot.Conflict)

	broken := append(slices.Clone(steps), "INSERT INTO a VALUES(3)", "NONSENSE")
	wantKind(t, "Migrate(a broken step)", f.Migrate("a", broken...), bot.Internal)
	if got := count(); got != 2 {
		t.Errorf("a broken migration left %d rows, want 2", got)
	}
	f.Close()
	f = openAt(t, path)
	if err := f.Migrate("a", steps...); err != nil || count() != 2 {
		t.Errorf("Migrate() after opening again = %v with %d rows, want none and 2", err, count())
	}
}

func TestClose(t *testing.T) {
	f, _ := open(t)
	if err := f.Close(); err != nil {
		t.Fatalf("Close() = %v", err)
	}
	wantKind(t, "Write", f.Write(t.Context(), insert(1)), bot.Unavailable)
	wantKind(t, "Read", f.Read(t.Context(), insert(1)), bot.Unavailable)
}

// elsewhere opens the file as another program would.
func elsewhere(t *testing.T, path string) *sql.Conn {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); db.Close() })
	return conn
}
