package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/botfile"
)

type applyCommand struct {
	Files     []string `arg:"" name:"file" help:"Bot files."`
	DryRun    bool     `help:"Print what would change and change nothing."`
	NoConnect bool     `help:"Publish only: do not register webhooks."`
}

func (applyCommand) Help() string {
	return `Checks all files, then publishes them and connects their channels. Every ${NAME} is taken from the environment.

  TELEGRAM_TOKEN=123:abc hookline apply pizza.yaml
  hookline apply --dry-run pizza.yaml`
}

// Run publishes all files or, if one of them has an error, none.
func (c *applyCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	files, err := s.resolve(ctx, server, c.Files)
	if err != nil {
		return err
	}
	bots, err := publishAll(ctx, server, files, c.DryRun)
	if err != nil {
		return err
	}
	well := true
	for _, b := range bots {
		if !c.DryRun && !c.NoConnect {
			well = connecting{server: server, bot: b.Bot}.all(ctx, b.Channels) && well
		}
	}
	err = s.print(struct {
		Bots []applied `json:"bots"`
	}{bots}, func(w io.Writer) {
		for _, b := range bots {
			printApplied(w, b, c.DryRun)
		}
	})
	if err == nil && !well {
		return errReported
	}
	return err
}

// applied is a bot as the server answers a PUT.
type applied struct {
	Bot          string        `json:"bot"`
	Version      int           `json:"version"`
	Changed      bool          `json:"changed"`
	Channels     []channelInfo `json:"channels"`
	Hooks        []hookInfo    `json:"hooks"`
	Removed      []string      `json:"removed,omitempty"`
	RemovedHooks []string      `json:"removed_hooks,omitempty"`
	Changes      []change      `json:"changes,omitempty"`
	Warnings     []bot.Problem `json:"warnings,omitempty"`
	// told are problems of the file that have been printed, with their lines, before it was sent.
	told []bot.Problem
}

type change struct {
	Path   string          `json:"path"`
	What   string          `json:"what"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// resolve reads bot files and fills in their credentials. Problems are printed, and are the end where one is an error.
func (s *session) resolve(ctx context.Context, server *client, names []string) ([]botFile, error) {
	files, problems := s.read(names)
	if err := s.complain(problems); err != nil {
		return nil, err
	}
	var unset []problem
	for i := range files {
		found := botfile.Resolve(&files[i].def, s.LookupEnv)
		botfile.Locate(files[i].data, found)
		for _, p := range found {
			unset = append(unset, problem{files[i].name, p})
		}
	}
	if len(unset) == 0 {
		return files, nil
	}
	mode, err := server.mode(ctx)
	if err != nil {
		return nil, err
	}
	if mode == simulated {
		return files, nil // the server makes values up
	}
	return files, s.complain(unset)
}

// complain prints problems and is an error if one of them is.
func (s *session) complain(problems []problem) error {
	for _, p := range problems {
		fmt.Fprintln(s.Stderr, p)
	}
	if slices.ContainsFunc(problems, isError) {
		return errReported
	}
	return nil
}

func publishAll(ctx context.Context, server *client, files []botFile, dryRun bool) ([]applied, error) {
	bots := make([]applied, 0, len(files))
	for _, file := range files {
		b, err := publish(ctx, server, file, dryRun)
		if err != nil {
			return bots, fmt.Errorf("%s: %w", file.name, err)
		}
		bots = append(bots, b)
	}
	return bots, nil
}

func publish(ctx context.Context, server *client, file botFile, dryRun bool) (applied, error) {
	body, err := botfile.Wire(file.def)
	if err != nil {
		return applied{}, err
	}
	path := botPath(file.def.Bot)
	if dryRun {
		path += "?dry_run=true"
	}
	answer := applied{told: file.found}
	err = server.call(ctx, "PUT "+path, json.RawMessage(body), &answer)
	file.relocate(answer.Warnings)
	if refused, ok := errors.AsType[*refusal](err); ok {
		file.relocate(refused.problems)
	}
	return answer, err
}

// relocate gives problems that the server has found the lines of the file: it has seen no more of it than its JSON.
func (f botFile) relocate(problems []bot.Problem) {
	for i := range problems {
		problems[i].Line = 0
	}
	botfile.Locate(f.data, problems)
}

func printApplied(w io.Writer, b applied, dryRun bool) {
	fmt.Fprintf(w, "%s: %s\n", b.Bot, became(b, dryRun))
	for _, c := range b.Changes {
		printChange(w, c)
	}
	if !dryRun {
		printChannels(w, b.Channels)
		for _, h := range b.Hooks {
			printHook(w, h)
		}
	}
	for _, name := range b.Removed {
		fmt.Fprintf(w, "  %s removed\n", name)
	}
	for _, name := range b.RemovedHooks {
		fmt.Fprintf(w, "  hook %s removed\n", name)
	}
	for _, p := range b.Warnings {
		if !slices.ContainsFunc(b.told, func(t bot.Problem) bool { return t.Path == p.Path && t.Message == p.Message }) {
			fmt.Fprintf(w, "  warning: %s: %s\n", p.Path, p.Message)
		}
	}
}

// became says what has become of a bot's version, or would.
func became(b applied, dryRun bool) string {
	version := fmt.Sprintf("version %d", b.Version)
	switch {
	case dryRun && b.Version == 0:
		return "version 1 would be its first"
	case dryRun && !b.Changed:
		return version + ", nothing would change"
	case dryRun:
		return version + " would be replaced"
	case !b.Changed:
		return version + ", as before"
	}
	return version
}

func printChange(w io.Writer, c change) {
	switch c.What {
	case "added":
		fmt.Fprintf(w, "  + %s: %s\n", c.Path, readable(c.After))
	case "removed":
		fmt.Fprintf(w, "  - %s: %s\n", c.Path, readable(c.Before))
	case "changed":
		fmt.Fprintf(w, "  - %s: %s\n  + %s: %s\n", c.Path, readable(c.Before), c.Path, readable(c.After))
	default:
		fmt.Fprintf(w, "  ~ %s: %s\n", c.Path, c.What)
	}
}

// readable is JSON without the escapes that only HTML needs: patterns are full of them.
func readable(text json.RawMessage) string {
	return strings.NewReplacer(`\\`, `\\`, `\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(text))
}
