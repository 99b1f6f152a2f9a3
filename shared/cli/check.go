package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"hookline/shared/bot"
	"hookline/shared/botfile"
)

type checkCommand struct {
	Files []string `arg:"" name:"file" help:"Bot files."`
}

func (checkCommand) Help() string {
	return `Prints errors and warnings as "file:line: field: what". Exit code 1 if there is an error.

  hookline check pizza.yaml
  hookline check -o json bots/*.yaml`
}

// problem is a bot.Problem and the file it is in.
type problem struct {
	File string `json:"file"`
	bot.Problem
}

func (p problem) String() string { return botfile.Format(p.File, p.Problem) }

func isError(p problem) bool { return !p.Warning }

func (c *checkCommand) Run(s *session) error {
	_, problems := s.read(c.Files)
	result := struct {
		Problems []problem `json:"problems"`
	}{append([]problem{}, problems...)}
	err := s.print(result, func(w io.Writer) {
		for _, p := range problems {
			fmt.Fprintln(w, p)
		}
		if len(problems) == 0 {
			fmt.Fprintln(w, "ok")
		}
	})
	if err == nil && slices.ContainsFunc(problems, isError) {
		return errReported
	}
	return err
}

// botFile is a bot file that was read.
type botFile struct {
	name  string
	data  []byte
	def   bot.Definition
	found []bot.Problem
}

// read reads and checks bot files; one that cannot be read is a problem like others.
func (s *session) read(names []string) ([]botFile, []problem) {
	var files []botFile
	var problems []problem
	for _, name := range names {
		file := botFile{name: name}
		data, err := readFile(name)
		if err != nil {
			problems = append(problems, problem{name, bot.Problem{Message: cause(err).Error()}})
			continue
		}
		file.data = data
		file.def, file.found = botfile.Checker{Providers: s.Providers, Lint: true}.Read(name, data)
		files = append(files, file)
		for _, p := range file.found {
			problems = append(problems, problem{name, p})
		}
	}
	return files, problems
}

// cause leaves out the file's name, which stands before the problem.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// readFile reads a file of any size that Read refuses by itself, and no more of it.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, botfile.MaxBytes+1))
}
