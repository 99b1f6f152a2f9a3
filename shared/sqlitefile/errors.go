package sqlitefile

import (
	"errors"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"hookline/shared/bot"
)

var errClosed = bot.Errorf(bot.Unavailable, "the database is closed")

func cancelled(err error) error { return bot.Wrap(bot.Unavailable, "the caller did not wait", err) }

func unavailable(err error) error {
	return bot.Wrap(bot.Unavailable, "the database cannot be written", err)
}

func isOurs(err error) bool {
	_, ok := errors.AsType[*bot.Error](err)
	return ok
}

// passing are the result codes (https://www.sqlite.org/rescode.html) that say something of the machine, not of the
// statement: a full or broken disk, a lock, no memory.
var passing = map[int]bool{
	lib.SQLITE_BUSY: true, lib.SQLITE_LOCKED: true, lib.SQLITE_NOMEM: true, lib.SQLITE_READONLY: true,
	lib.SQLITE_IOERR: true, lib.SQLITE_FULL: true, lib.SQLITE_CANTOPEN: true, lib.SQLITE_PROTOCOL: true,
}

// classify gives an error its kind; those that have one keep it.
func classify(err error) error {
	if err == nil || isOurs(err) {
		return err
	}
	const primary = 0xff // the low byte of an extended result code
	if e, ok := errors.AsType[*sqlite.Error](err); ok && passing[e.Code()&primary] {
		return bot.Wrap(bot.Unavailable, "the database does not answer", err)
	}
	return bot.Wrap(bot.Internal, "", err)
}
