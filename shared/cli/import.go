package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"hookline/shared/bot"
	"hookline/shared/botfile"
	"hookline/shared/permabots"
)

type importCommand struct {
	Permabots importPermabotsCommand `cmd:"" help:"Write bot files from a dump of permabots."`
}

type importPermabotsCommand struct {
	Dump string `arg:"" help:"What \"manage.py dumpdata permabots\" wrote."`
	Out  string `help:"Directory to write to; made if it is not there." placeholder:"DIR" default:"."`
}

func (importPermabotsCommand) Help() string {
	return `Writes NAME.yaml for each bot of the dump, and says on stderr what was done otherwise than in permabots, what was left out, and
what hookline check finds wrong. A file that is there already is not written over. Credentials of channels are never
written: the notes name the environment variables to set. Owners, ids and times are not carried over. Until a bot is
connected here, permabots goes on answering; connect --take-over takes its webhook away.

  manage.py dumpdata permabots > dump.json
  hookline import permabots dump.json --out bots`
}

// imported is a bot file that was written, and what there is to say of it.
type imported struct {
	Bot      string    `json:"bot"`
	File     string    `json:"file"`
	Problems []problem `json:"problems"`
}

func (c *importPermabotsCommand) Run(s *session) error {
	dump, err := os.Open(c.Dump)
	if err != nil {
		return err
	}
	defer dump.Close()
	found, err := permabots.Import(dump)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Dump, err)
	}
	result := struct {
		Bots  []imported `json:"bots"`
		Notes []string   `json:"notes"`
	}{Notes: append([]string{}, found.Notes...)}
	if result.Bots, err = s.writeBots(c.Out, found.Bots); err != nil {
		return err
	}
	return s.print(result, func(w io.Writer) {
		for _, b := range result.Bots {
			fmt.Fprintln(w, b.File)
			for _, p := range b.Problems {
				fmt.Fprintln(s.Stderr, p)
			}
		}
		for _, note := range result.Notes {
			fmt.Fprintln(s.Stderr, note)
		}
	})
}

// writeBots writes a file for each bot, or, where one is there already, none.
func (s *session) writeBots(dir string, bots []permabots.Bot) ([]imported, error) {
	files := make([]imported, len(bots))
	for i, b := range bots {
		name := b.Definition.Bot
		files[i] = imported{Bot: name, File: filepath.Join(dir, name+".yaml")}
		if _, err := os.Lstat(files[i].File); !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s is there already: name another directory with --out", files[i].File)
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	for i, b := range bots {
		text, err := botfile.Export(b.Definition)
		if err != nil {
			return nil, err
		}
		if err := writeNew(files[i].File, text); err != nil {
			return nil, err
		}
		files[i].Problems = s.problemsOf(files[i].File, text, b.Notes)
	}
	return files, nil
}

// writeNew writes a file that is not there yet. What bots have in env may be for few eyes.
func writeNew(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// problemsOf gives what is to be said of a file that was written, with lines: the notes, and what is wrong with it.
func (s *session) problemsOf(name string, data []byte, notes []bot.Problem) []problem {
	_, found := botfile.Checker{Providers: s.Providers}.Read(name, data)
	all := slices.Concat(notes, found)
	botfile.Locate(data, all)
	problems := make([]problem, len(all))
	for i, p := range all {
		problems[i] = problem{name, p}
	}
	return problems
}
