package sqlitefile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"hookline/shared/bot"
)

// takeLock takes the lock beside the file until its process ends or closes it. The lock's file stays: removing it would
// let two openers lock two different files of one name.
func takeLock(path string) (*os.File, error) {
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, bot.Wrap(bot.Unavailable, "the data directory cannot be written", err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return lock, nil
	}
	lock.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, bot.Errorf(bot.Conflict, "data directory "+filepath.Dir(path)+" is in use by another hookline")
	}
	return nil, bot.Wrap(bot.Unavailable, "the data directory cannot be locked", err)
}
