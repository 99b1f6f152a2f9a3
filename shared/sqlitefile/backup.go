package sqlitefile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"hookline/shared/bot"
)

// Backup writes what the file at path holds at this moment to a new file, readable by its owner only, and checks that.
// The file may be in use, by this process or another: neither waits for the other. Kind not_found: there is no file;
// conflict: the new one exists already.
func Backup(ctx context.Context, path, to string) error {
	if _, err := os.Stat(path); err != nil {
		return bot.Wrap(bot.NotFound, "there is no database in "+filepath.Dir(path), err)
	}
	return place(to, func(copied string) error {
		if err := vacuumInto(ctx, path, copied); err != nil {
			return bot.Wrap(bot.Unavailable, "the database cannot be copied", err)
		}
		return check(ctx, copied)
	})
}

// Restore makes the file at path of a backup. It runs migrate on the copy before that is put in its place, so that what
// was written by a newer Hookline is refused. Kind conflict: another process has the file open, or it exists already;
// invalid: the backup is not whole.
func Restore(ctx context.Context, from, path string, migrate func(*File) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return bot.Wrap(bot.Unavailable, "the data directory cannot be created", err)
	}
	lock, err := takeLock(path)
	if err != nil {
		return err
	}
	defer lock.Close()
	// A log would be taken for that of the restored file. The file is named first: a log that is moved away alone is lost.
	for _, name := range []string{path, path + "-wal"} {
		if err := absent(name); err != nil {
			return err
		}
	}
	return place(path, func(copied string) error {
		if err := copyFile(from, copied); err != nil {
			return bot.Wrap(bot.NotFound, "the backup cannot be read", err)
		}
		if err := check(ctx, copied); err != nil {
			return err
		}
		defer os.Remove(copied + ".lock")
		file, err := Open(copied)
		if err != nil {
			return err
		}
		return errors.Join(migrate(file), file.Close())
	})
}

// place lets write write a new file beside path and puts it there once it is whole and on the disk.
func place(path string, write func(copied string) error) (err error) {
	if err := absent(path); err != nil {
		return err
	}
	fresh, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.new")
	if err != nil {
		return bot.Wrap(bot.Unavailable, "cannot write to "+filepath.Dir(path), err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(fresh.Name())
		}
	}()
	defer fresh.Close()
	if err := write(fresh.Name()); err != nil {
		return err
	}
	if err := errors.Join(fresh.Sync(), os.Rename(fresh.Name(), path), syncDir(filepath.Dir(path))); err != nil {
		return bot.Wrap(bot.Unavailable, "the copy cannot be put in its place", err)
	}
	return nil
}

func absent(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		return bot.Errorf(bot.Conflict, path+" exists already: move it away first")
	}
	return nil
}

// syncDir has a rename survive a power cut.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func vacuumInto(ctx context.Context, path, to string) error {
	db, err := elsewhere(path, "rw") // not "ro": readers of a log have a part in its index
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", to)
	return errors.Join(err, db.Close())
}

// check tells whether a file that nobody has open is a whole database.
func check(ctx context.Context, path string) error {
	db, err := elsewhere(path, "ro")
	if err != nil {
		return bot.Wrap(bot.Internal, "", err)
	}
	defer db.Close()
	var found string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&found); err != nil {
		return bot.Wrap(bot.Invalid, "the copy is no database", err)
	}
	if found != "ok" {
		return bot.Wrap(bot.Invalid, "the copy is damaged", errors.New(found))
	}
	var tables int
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name='schemas'").Scan(&tables)
	if err == nil && tables == 0 {
		err = bot.Errorf(bot.Invalid, "the copy is no database of hookline")
	}
	return classify(err)
}

// elsewhere opens a file beside whoever has it open.
func elsewhere(path, mode string) (*sql.DB, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	address := url.URL{Scheme: "file", Path: absolute, RawQuery: "mode=" + mode + "&_pragma=busy_timeout(5000)"}
	return sql.Open("sqlite", address.String())
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || !info.Mode().IsRegular() {
		return errors.Join(err, fmt.Errorf("%s is no file", from))
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
