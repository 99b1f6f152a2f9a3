package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hookline/shared/bot"
	"hookline/shared/rehearse"
)

type replayCommand struct {
	Turn    string `arg:"" optional:"" help:"Turn to replay, as hookline turns names it."`
	All     bool   `help:"Replay every turn that is kept."`
	Bot     string `help:"Bot whose turns are replayed; else that of --against, or the only one there is." placeholder:"NAME"`
	Against string `help:"Replay them against a bot file, not the live version." placeholder:"FILE" xor:"against"`
	Version int    `help:"Replay them against another version that is kept." placeholder:"N" xor:"against"`
}

func (replayCommand) Help() string {
	return `Handles recorded events again, in their conversations as they stood, with the answers that the requests got, and prints what
is otherwise than it was recorded. Nothing is sent or kept. Exit code 1 if anything is otherwise.

  hookline replay --all --against pizza.yaml
  hookline replay 20260301T120000.000000Z-MKQ4FJZT5WKPHC5WVSJ3KBLQYE --against pizza.yaml
  hookline replay --all --version 3 -o json`
}

func (c *replayCommand) Run(ctx context.Context, s *session) error {
	if (c.Turn == "") != c.All {
		return &usage{"name a turn, or give --all"}
	}
	server := s.client()
	name, def, err := c.definition(ctx, s, server)
	if err != nil {
		return err
	}
	replayer := rehearse.NewReplayer(def, s.Providers)
	if c.All {
		return s.replayAll(ctx, server.allTurns(ctx, turnQuery{bot: name, limit: turnPage, bare: true}), replayer)
	}
	var turn bot.Turn
	if err := server.call(ctx, "GET "+botPath(name)+"/turns/"+url.PathEscape(c.Turn), nil, &turn); err != nil {
		return err
	}
	return s.replayOne(ctx, turn, replayer)
}

// definition gives the bot whose turns are replayed, and what they are replayed against.
func (c *replayCommand) definition(ctx context.Context, s *session, server *client) (string, bot.Definition, error) {
	name, def := c.Bot, bot.Definition{}
	if c.Against != "" {
		files, problems := s.read([]string{c.Against})
		if slices.ContainsFunc(problems, isError) {
			return "", def, s.complain(problems)
		}
		def = files[0].def
		name = cmp.Or(name, def.Bot)
	}
	b, err := server.bot(ctx, name)
	if err != nil || c.Against != "" {
		return b.Bot, def, err
	}
	path := botPath(b.Bot)
	if c.Version != 0 {
		path += "/versions/" + strconv.Itoa(c.Version)
	}
	def, err = server.definition(ctx, path)
	return b.Bot, def, err
}

// definition reads a definition as the server shows it: without what its channels and secrets hide.
func (c *client) definition(ctx context.Context, path string) (bot.Definition, error) {
	var text json.RawMessage
	if err := c.call(ctx, "GET "+path, nil, &text); err != nil {
		return bot.Definition{}, err
	}
	var shown struct {
		bot.Definition
		Channels json.RawMessage            `json:"channels"`
		Secrets  map[string]json.RawMessage `json:"secrets"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&shown); err != nil {
		return bot.Definition{}, fmt.Errorf("%s does not answer as a hookline server does: %w", c.server, err)
	}
	def := shown.Definition
	def.Secrets = map[string]bot.Credential{}
	for name := range shown.Secrets {
		def.Secrets[name] = bot.Credential{}
	}
	return def, nil
}

func (s *session) replayOne(ctx context.Context, turn bot.Turn, replayer *rehearse.Replayer) error {
	replay, err := replayer.Replay(ctx, turn)
	if err != nil {
		return err
	}
	if replay.Skipped != "" {
		return fmt.Errorf("the turn cannot be replayed: %s", replay.Skipped)
	}
	err = s.print(replay, func(w io.Writer) { printReplay(w, turn, replay) })
	return answered(err, len(replay.Changes))
}

// replays are what became of all turns of a bot.
type replays struct {
	Turns   int               `json:"turns"`
	Changed []rehearse.Replay `json:"changed"`
	Skipped []rehearse.Replay `json:"skipped,omitempty"`
}

func (s *session) replayAll(ctx context.Context, turns turnSeq, replayer *rehearse.Replayer) error {
	result, err := collect(ctx, turns, replayer, s.progress("turns replayed"))
	if err != nil {
		return err
	}
	err = s.print(result, func(w io.Writer) { printReplays(w, result) })
	return answered(err, len(result.Changed))
}

func collect(ctx context.Context, turns turnSeq, replayer *rehearse.Replayer, progress func(done int)) (replays, error) {
	defer progress(0)
	all := replays{Changed: []rehearse.Replay{}}
	for turn, err := range turns {
		if err != nil {
			return all, err
		}
		replay, err := replayer.Replay(ctx, turn)
		if err != nil {
			return all, err
		}
		all.Turns++
		progress(all.Turns)
		switch {
		case replay.Skipped != "":
			all.Skipped = append(all.Skipped, replay)
		case len(replay.Changes) > 0:
			all.Changed = append(all.Changed, replay)
		}
	}
	return all, nil
}

// answered ends a replay: that something changes is the answer no.
func answered(err error, changes int) error {
	if err == nil && changes > 0 {
		return errReported
	}
	return err
}

func printReplay(w io.Writer, turn bot.Turn, replay rehearse.Replay) {
	fmt.Fprintf(w, "%s  %s\n", placed(replay), said(turn.Event))
	for _, change := range replay.Changes {
		fmt.Fprintf(w, "  %s\n", change)
	}
	if len(replay.Changes) == 0 {
		fmt.Fprintln(w, "  nothing changes")
	}
}

func printReplays(w io.Writer, all replays) {
	for _, replay := range all.Skipped {
		fmt.Fprintf(w, "%s  not replayed: %s\n", placed(replay), replay.Skipped)
	}
	for _, replay := range all.Changed {
		var what []string
		for _, change := range replay.Changes {
			what = append(what, change.What)
		}
		fmt.Fprintf(w, "%s  %s\n", placed(replay), strings.Join(what, ", "))
	}
	if len(all.Skipped) > 0 {
		fmt.Fprintf(w, "%s of them could not be replayed\n", grouped(len(all.Skipped)))
	}
	fmt.Fprintf(w, "this edit changes %s of %s turns\n", grouped(len(all.Changed)), grouped(all.Turns))
}

// placed says which turn it was, when and where.
func placed(replay rehearse.Replay) string {
	text := fmt.Sprintf("%s  %s  %s", replay.Turn, replay.Time.Local().Format(time.DateTime), replay.Channel)
	if replay.Chat != "" {
		text += "  chat " + replay.Chat
	}
	return text
}
