// Package sqlitefile opens the one SQLite file of a Hookline that runs on one machine. All writes pass through one
// goroutine, which puts those that wait into one transaction, so that many of them share one fsync. A write is answered
// only after that fsync. Reads run beside it on connections of their own.
package sqlitefile

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"hookline/shared/bot"
)

const readerCount = 4

// File is an open SQLite file. It is safe for concurrent use.
type File struct {
	lock    *os.File
	db      *sql.DB
	conns   []*Conn // the writer's, then the readers'
	writer  *writer
	readers chan *Conn
	close   func() error
}

// Open opens the file at path, creating it and its directory where they are missing, readable by their owner only. Kind
// conflict: another process has it open; unavailable: it cannot be opened.
func Open(path string) (*File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, bot.Wrap(bot.Unavailable, "the data directory cannot be created", err)
	}
	lock, err := takeLock(path)
	if err != nil {
		return nil, err
	}
	f := &File{lock: lock, readers: make(chan *Conn, readerCount)}
	f.close = sync.OnceValue(f.release)
	if err := f.connect(path); err != nil {
		return nil, bot.Wrap(bot.Unavailable, "the database file cannot be opened", errors.Join(err, f.Close()))
	}
	return f, nil
}

// connect pins one connection for the writer and the readers' beside it: settings of a connection do not outlive it, so
// none may be replaced behind our back.
func (f *File) connect(path string) error {
	if err := createPrivate(path); err != nil {
		return err
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if f.db, err = sql.Open("sqlite", (&url.URL{Scheme: "file", Path: absolute}).String()); err != nil {
		return err
	}
	f.db.SetMaxIdleConns(0) // a connection that is closed is closed, not kept for the next
	conn, err := f.pin(writerPragmas)
	if err != nil {
		return err
	}
	if err := conn.checkDurable(); err != nil {
		return err
	}
	f.writer = startWriter(conn)
	for range readerCount {
		conn, err := f.pin(readerPragmas)
		if err != nil {
			return err
		}
		f.readers <- conn
	}
	return nil
}

func (f *File) pin(pragmas []string) (*Conn, error) {
	conn, err := f.db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	c := &Conn{conn: conn, statements: make(map[string]*sql.Stmt)}
	f.conns = append(f.conns, c)
	return c, c.set(pragmas)
}

// createPrivate makes the file itself, as SQLite would make it readable by all; its log takes the same permissions.
func createPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// Write runs do in a transaction that it may share with others, and returns once that transaction is on the disk. If do
// gives an error nothing it did remains. It may be run again after others' part of the transaction was undone, so all
// its effects must be on the connection or on variables that each run sets anew. An error of kind unavailable leaves
// open whether the write happened, unless ctx ended: then it did not.
func (f *File) Write(ctx context.Context, do func(*Conn) error) error {
	return f.writer.do(ctx, do)
}

// Read runs do on a connection that cannot write. Each statement sees all writes that were answered before it and none
// that were not: several rows that must fit together are read by one statement.
func (f *File) Read(ctx context.Context, do func(*Conn) error) error {
	if err := ctx.Err(); err != nil {
		return cancelled(err)
	}
	select {
	case conn, open := <-f.readers:
		if !open {
			return errClosed
		}
		defer func() { f.readers <- conn }()
		return classify(do(conn))
	case <-ctx.Done():
		return cancelled(ctx.Err())
	}
}

// Close waits for the writes and reads that have begun, then closes the file and frees its lock. Later writes and reads
// get kind unavailable.
func (f *File) Close() error { return f.close() }

func (f *File) release() error {
	if f.writer != nil {
		f.writer.close()
	}
	for range len(f.conns) - 1 {
		<-f.readers
	}
	close(f.readers)
	var errs []error
	// The last to close writes the log back into the file, so that is the writer.
	for _, conn := range slices.Backward(f.conns) {
		errs = append(errs, conn.close())
	}
	if f.db != nil {
		errs = append(errs, f.db.Close())
	}
	return classify(errors.Join(append(errs, f.lock.Close())...))
}
