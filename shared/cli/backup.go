package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// masterKeyFile is what opens the credentials in a database, beside it.
const masterKeyFile = "master-key"

type backupCommand struct {
	File string `arg:"" help:"New file to write."`
}

func (backupCommand) Help() string {
	return `Copies the database of the data directory (--data) and checks the copy. The server may run meanwhile. The copy
holds credentials sealed with the key in DIR/master-key, which is not in it: keep both, apart from one another.
It asks no server; a stack on AWS has its table's own backups.

  hookline backup monday.db
  hookline backup --data /var/lib/hookline /mnt/backups/monday.db`
}

func (c *backupCommand) Run(ctx context.Context, s *session) error {
	s.tell("copying and checking " + s.dataDir() + " …")
	if err := s.Backup(ctx, s.dataDir(), c.File); err != nil {
		return err
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	answer := struct {
		File  string `json:"file"`
		Bytes int64  `json:"bytes"`
	}{c.File, info.Size()}
	return s.print(answer, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s bytes, checked. Keep %s too: it is not in it.\n", c.File, grouped(int(info.Size())), s.masterKey())
	})
}

func (s *session) masterKey() string { return filepath.Join(s.dataDir(), masterKeyFile) }

// tell shows a person at stderr what takes its time.
func (s *session) tell(what string) {
	if isTerminal(s.Stderr) {
		fmt.Fprintln(s.Stderr, what)
	}
}

type restoreCommand struct {
	File string `arg:"" help:"Backup to read."`
}

func (restoreCommand) Help() string {
	return `Makes the database of the data directory (--data) of a backup. No server may run on it, and it must not have a
database already: move that away first. Backups of older versions of hookline are taken, of newer ones not.

  hookline restore monday.db --data /var/lib/hookline`
}

func (c *restoreCommand) Run(ctx context.Context, s *session) error {
	s.tell("copying and checking " + c.File + " …")
	if err := s.Restore(ctx, s.dataDir(), c.File); err != nil {
		return err
	}
	if _, err := os.Stat(s.masterKey()); errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(s.Stderr, "put the master key of the backup's server in %s before you start one: it opens the credentials\n", s.masterKey())
	}
	return s.print(map[string]string{"data": s.dataDir()}, func(w io.Writer) { fmt.Fprintf(w, "%s is restored\n", s.dataDir()) })
}
