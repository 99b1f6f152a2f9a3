package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"hookline/shared/bot"
)

type serveCommand struct {
	Addr     string   `default:"127.0.0.1:3000" help:"Address to listen on (127.0.0.1:3000); port 0 picks one." placeholder:"HOST:PORT"`
	Bot      []string `help:"Bot files to apply first." placeholder:"FILE" sep:"none"`
	Simulate bool     `help:"Simulate the networks; no account on any of them is needed."`
	Sends    int      `help:"Messages a second of each channel (HOOKLINE_SENDS); without it only calls to hooks are held to what the network takes." placeholder:"N"`
	Requests int      `help:"Requests a minute of each bot's handlers (HOOKLINE_REQUESTS, else 6000)." placeholder:"N"`
}

func (serveCommand) Help() string {
	return `Networks post to HOOKLINE_PUBLIC_URL (https). Without it, Telegram is asked for events by long polling.

  hookline serve --simulate --bot functions/local/examples/pizza.yaml
  TELEGRAM_TOKEN=123:abc hookline serve --bot pizza.yaml
  HOOKLINE_PUBLIC_URL=https://bots.example.com hookline serve --addr 127.0.0.1:3000`
}

func (c *serveCommand) Run(ctx context.Context, s *session) error {
	if c.Sends < 0 || c.Requests < 0 {
		return &usage{"--sends and --requests must not be negative"}
	}
	sends, err := s.count(c.Sends, "HOOKLINE_SENDS")
	if err != nil {
		return err
	}
	requests, err := s.count(c.Requests, "HOOKLINE_REQUESTS")
	if err != nil {
		return err
	}
	return s.Serve(ctx, ServeOptions{
		Addr: c.Addr, Data: s.dataDir(), Simulate: c.Simulate, Sends: sends, Requests: requests, Log: newLog(s.Stderr),
		Ready: func(ctx context.Context, url string, token bot.Secret) error {
			return s.ready(ctx, c, newClient(url, token))
		},
	})
}

// count gives a flag, else a number in an environment variable, else 0.
func (s *session) count(flag int, variable string) (int, error) {
	if flag > 0 {
		return flag, nil
	}
	text := s.setting("", variable, "0")
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, &usage{fmt.Sprintf("%s is %q, not a whole number", variable, text)}
	}
	return n, nil
}

// newLog writes text where a person reads, JSON where a machine does.
func newLog(w io.Writer) *slog.Logger {
	if isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, nil))
	}
	return slog.New(slog.NewJSONHandler(w, nil))
}

// ready applies the bot files to the server that was just started, over its own API, and says that it is there.
func (s *session) ready(ctx context.Context, c *serveCommand, server *client) error {
	files, err := s.resolve(ctx, server, c.Bot)
	if err != nil {
		return err
	}
	published, err := publishAll(ctx, server, files, false)
	if err != nil {
		return err
	}
	bots, err := server.bots(ctx)
	if err != nil {
		return err
	}
	for _, b := range bots {
		applied := slices.ContainsFunc(published, func(p applied) bool { return p.Bot == b.Bot })
		// A simulated network begins empty: what was published earlier is connected to it again.
		if !applied && !c.Simulate {
			continue
		}
		if err := connectBot(ctx, server, b); err != nil {
			return err
		}
	}
	s.greet(c, server, bots)
	_, err = fmt.Fprintln(s.Stdout, "ready "+server.server)
	return err
}

// connectBot connects a bot's channels. A network that is down is no reason not to start, one that refuses is.
func connectBot(ctx context.Context, server *client, b botInfo) error {
	for i := range b.Channels {
		err := connecting{server: server, bot: b.Bot}.channel(ctx, &b.Channels[i])
		if r, ok := errors.AsType[*refusal](err); ok && r.status < http.StatusInternalServerError {
			return fmt.Errorf("bot %s: %w", b.Bot, err)
		}
		if err != nil {
			b.Channels[i].Error = err.Error()
		}
	}
	return nil
}

func (s *session) greet(c *serveCommand, server *client, bots []botInfo) {
	fmt.Fprintf(s.Stderr, "Hookline keeps everything in %s; the admin token is in %s/admin-token.\n", s.dataDir(), s.dataDir())
	for _, b := range bots {
		fmt.Fprintf(s.Stderr, "%s: version %d\n", b.Bot, b.Version)
		printChannels(s.Stderr, b.Channels)
	}
	hint := func(command string) string {
		words := []string{s.Program, command}
		if server.server != "http://"+defaultAddr {
			words = append(words, "--server", server.server)
		}
		if s.dataDir() != defaultData {
			words = append(words, "--data", s.dataDir())
		}
		return strings.Join(words, " ")
	}
	switch {
	case len(bots) == 0:
		fmt.Fprintf(s.Stderr, "There is no bot yet. Next: %s FILE\n", hint("apply"))
	case c.Simulate:
		fmt.Fprintf(s.Stderr, "Talk to it in another terminal:  %s\n", hint("chat"))
		fallthrough
	default:
		fmt.Fprintf(s.Stderr, "See what happens, and why:       %s --follow\n", hint("turns"))
	}
}
