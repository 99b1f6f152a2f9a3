// Package cli is the command line of `hookline`: a client of the management API and, for `serve`, what starts the server
// that it is handed. Scripts rely on its exit codes and on what it prints with -o json.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/alecthomas/kong"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// Exit codes.
const (
	exitDone     = 0
	exitNo       = 1 // the answer is no: a check failed, something was refused
	exitUsage    = 2
	exitNoServer = 3
)

// Env is what a command sees of the world.
type Env struct {
	// Program is how the user called us, for hints of what to type.
	Program        string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	LookupEnv      func(string) (string, bool)
	// Providers are the networks that bot files are checked against.
	Providers provider.Set
	// Serve runs the server until ctx ends.
	Serve func(context.Context, ServeOptions) error
	// Backup copies the database of a data directory to a new file; Restore makes one of such a file.
	Backup, Restore func(ctx context.Context, data, file string) error
}

// ServeOptions say what server to start.
type ServeOptions struct {
	Addr     string // host:port to listen on; port 0 picks one
	Data     string // directory of everything that is kept
	Simulate bool
	Sends    int // messages a second of a channel; 0: the default
	Requests int // requests a minute of a bot's handlers; 0: the default
	Log      *slog.Logger
	// Ready is called once calls are accepted. An error from it ends the server.
	Ready func(ctx context.Context, url string, token bot.Secret) error
}

// grammar is the command line as kong reads it.
type grammar struct {
	Server  string `help:"Address of the server (HOOKLINE_SERVER)." placeholder:"URL" group:"Common flags:"`
	Token   string `help:"Token of the API (HOOKLINE_TOKEN, else DIR/admin-token)." placeholder:"T" group:"Common flags:"`
	Data    string `help:"The server's data directory (HOOKLINE_DATA, else ./hookline-data)." placeholder:"DIR" group:"Common flags:"`
	Profile string `help:"Server and token by their name in ~/.config/hookline/config.yaml (HOOKLINE_PROFILE)." placeholder:"NAME" group:"Common flags:"`
	Output  string `short:"o" enum:"text,json,yaml" default:"text" help:"How to print: text, json or yaml." group:"Common flags:"`

	Serve         serveCommand         `cmd:"" help:"Run everything in one process on one SQLite file."`
	Apply         applyCommand         `cmd:"" help:"Check bot files and publish them to the server."`
	Check         checkCommand         `cmd:"" help:"Check bot files; asks no server."`
	Test          testCommand          `cmd:"" help:"Test a bot with conversations that a file writes down; asks no server."`
	Graph         graphCommand         `cmd:"" help:"Print a bot's states as a Mermaid diagram; asks no server."`
	Connect       connectCommand       `cmd:"" help:"Register a bot's webhooks at its networks."`
	Disconnect    disconnectCommand    `cmd:"" help:"Remove a bot's webhooks from its networks."`
	Health        healthCommand        `cmd:"" help:"Say whether the events of a bot's channels reach the server."`
	Bots          botsCommand          `cmd:"" help:"List the bots of the server."`
	Channels      channelsCommand      `cmd:"" help:"List a bot's channels."`
	Export        exportCommand        `cmd:"" help:"Write a bot file of what is live."`
	Delete        deleteCommand        `cmd:"" help:"Delete a bot and all that is kept of it."`
	Versions      versionsCommand      `cmd:"" help:"List the versions of a bot that are kept."`
	Rollback      rollbackCommand      `cmd:"" help:"Publish an earlier version of a bot anew."`
	Chat          chatCommand          `cmd:"" help:"Talk to a bot in the terminal, through its simulated network."`
	Turns         turnsCommand         `cmd:"" help:"Show what happened to each event, and why."`
	Conversations conversationsCommand `cmd:"" help:"List conversations; move, reset or delete them."`
	Send          sendCommand          `cmd:"" help:"Send a message to a chat."`
	ExportUser    exportUserCommand    `cmd:"" help:"Print all that is kept of a user of a network."`
	Erase         eraseCommand         `cmd:"" help:"Erase all that is kept of a user of a network."`
	Replay        replayCommand        `cmd:"" help:"Handle recorded events again and show what is otherwise now."`
	Hooks         hooksCommand         `cmd:"" help:"List a bot's hooks; make their tokens anew."`
	Dead          deadCommand          `cmd:"" help:"List events that could not be handled."`
	Mend          mendCommand          `cmd:"" help:"Change what a dead letter has not sent yet."`
	Redrive       redriveCommand       `cmd:"" help:"Try dead letters again."`
	Tokens        tokenCommand         `cmd:"" name:"token" help:"Make, list and revoke tokens of the API."`
	Account       accountCommand       `cmd:"" help:"Make, list and delete accounts."`
	Audit         auditCommand         `cmd:"" help:"List who changed what."`
	Drop          dropCommand          `cmd:"" help:"Remove dead letters for good."`
	Backup        backupCommand        `cmd:"" help:"Copy the database of the data directory while a server runs; asks none."`
	Restore       restoreCommand       `cmd:"" help:"Make the database of the data directory of a backup; asks no server."`
	Import        importCommand        `cmd:"" help:"Write bot files from what another program kept; asks no server."`
	Completion    completionCommand    `cmd:"" help:"Print what makes a shell complete commands and flags."`
	AdminToken    adminTokenCommand    `cmd:"" help:"Print the admin token of a stack on AWS, from its master secret."`
	Schema        schemaCommand        `cmd:"" help:"Print the JSON Schema of bot files, for editors."`
}

// session is one run of the program.
type session struct {
	Env
	flags *grammar
}

const description = "Runs chat bots that are data. Start with: hookline serve --simulate --bot FILE, then: hookline chat"

// Run carries out one command line, without the program's name, and gives the exit code.
func Run(ctx context.Context, args []string, env Env) int {
	s := &session{Env: env, flags: &grammar{}}
	helped := false
	parser, err := kong.New(s.flags,
		kong.Name("hookline"), kong.Description(description), kong.Writers(env.Stdout, env.Stderr),
		kong.Exit(func(int) { helped = true }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(s))
	if err != nil {
		return s.fail(err)
	}
	command, err := parser.Parse(args)
	switch {
	case helped:
		return exitDone
	case err != nil:
		fmt.Fprintf(env.Stderr, "hookline: %v\nRun \"%s --help\" for what there is.\n", err, mistyped(err))
		return exitUsage
	}
	return s.fail(command.Run())
}

// mistyped gives the command that was begun before a mistake in a command line.
func mistyped(err error) string {
	if e, ok := errors.AsType[*kong.ParseError](err); ok {
		if command := e.Context.Selected(); command != nil {
			return command.FullPath()
		}
	}
	return "hookline"
}

// fail reports an error and gives its exit code.
func (s *session) fail(err error) int {
	if err == nil {
		return exitDone
	}
	if text := err.Error(); text != "" {
		fmt.Fprintf(s.Stderr, "hookline: %s\n", text)
	}
	if _, ok := errors.AsType[*unreachable](err); ok {
		return exitNoServer
	}
	if _, ok := errors.AsType[*usage](err); ok {
		return exitUsage
	}
	return exitNo
}

// errReported ends a command whose problems have been printed.
var errReported = errors.New("")

// usage is an error of whoever typed the command.
type usage struct{ text string }

func (u *usage) Error() string { return u.text }

// setting gives a flag, else an environment variable, else a default.
func (s *session) setting(flag, variable, otherwise string) string {
	if flag != "" {
		return flag
	}
	if value, ok := s.LookupEnv(variable); ok && value != "" {
		return value
	}
	return otherwise
}

const (
	defaultData = "hookline-data"
	defaultAddr = "127.0.0.1:3000"
)

func (s *session) dataDir() string { return s.setting(s.flags.Data, "HOOKLINE_DATA", defaultData) }

// isTerminal tells whether a person is at the other end. Other character devices, as /dev/null, pass for one too: they
// get a prompt that nobody sees.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
