package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"hookline/shared/bot"
)

// TestScripts runs the whole program as its users do. Beside testscript's own commands there are:
//
//	[!] server NAME ARG...    starts `hookline serve` with its data in $WORK/NAME and waits until it is ready: then
//	                          HOOKLINE_SERVER and HOOKLINE_DATA point at it, and $NAME is its address. With "!" it must
//	                          end with code 1 instead, and what it wrote to stderr is the script's stderr.
//	shutdown NAME [interrupt]   stops it and wants exit code 0; what it wrote is in NAME.stdout and NAME.stderr
//	say URL USERNAME CHAT TEXT   speaks as a user of the simulated Telegram of a server
//	wait-turn TEXT            waits until `hookline turns` prints the text
//	call-hook BOT HOOK BODY   calls a hook with a new token, and wants it taken
//	heard BOT CHAT TEXT       waits until the bot's last words in the chat of that id are the text, on every network
//	turn-id TEXT VARIABLE     sets a variable to the id of the newest turn on an event that says the text
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("EXAMPLES", examples)
			env.Setenv("GORACE", os.Getenv("GORACE"))
			env.Values["servers"] = servers{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server": serverCommand, "shutdown": shutdownCommand, "say": sayCommand, "wait-turn": waitTurnCommand,
			"call-hook": callHookCommand, "heard": heardCommand, "turn-id": turnIDCommand,
		},
	})
}

// servers are those that a script has started, by name.
type servers map[string]*process

// passed are the variables that servers of a script get from it.
var passed = []string{"PATH", "HOME", "GORACE", "TELEGRAM_TOKEN", "HOOKLINE_PUBLIC_URL", "HOOKLINE_TELEGRAM_URL"}

func serverCommand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: server NAME ARG...")
	}
	name, data := args[0], ts.MkAbs(args[0])
	var env []string
	for _, variable := range passed {
		if value := ts.Getenv(variable); value != "" {
			env = append(env, variable+"="+value)
		}
	}
	p, err := startServer(ts.MkAbs("."), env, append([]string{"--data", data}, args[1:]...)...)
	if neg {
		if err == nil || !strings.Contains(err.Error(), "code 1: ") {
			ts.Fatalf("hookline serve: %v, want exit code 1", err)
		}
		ts.Stderr().Write([]byte(err.Error()))
		return
	}
	ts.Check(err)
	ts.Defer(func() { _ = p.cmd.Process.Kill() })
	ts.Value("servers").(servers)[name] = p
	ts.Setenv("HOOKLINE_SERVER", p.url)
	ts.Setenv("HOOKLINE_DATA", data)
	ts.Setenv(name, p.url)
}

func sayCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: say URL USERNAME CHAT TEXT")
	}
	body := fmt.Sprintf(`{"text":%q}`, args[3])
	resp, err := http.Post(args[0]+"/simulate/telegram/chat/"+args[1]+"/"+args[2]+"/say", "application/json", strings.NewReader(body))
	ts.Check(err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("say: %s", resp.Status)
	}
}

func waitTurnCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: wait-turn TEXT")
	}
	for deadline := time.Now().Add(startTime); time.Now().Before(deadline); {
		ts.Check(ts.Exec("hookline", "turns"))
		if strings.Contains(ts.ReadFile("stdout"), args[0]) {
			return
		}
	}
	ts.Fatalf("no turn has %q", args[0])
}

func turnIDCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: turn-id TEXT VARIABLE")
	}
	ts.Check(ts.Exec("hookline", "turns", "-o", "json"))
	var found bot.Turn
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		var turn bot.Turn
		ts.Check(json.Unmarshal([]byte(line), &turn))
		if turn.Event.Text == args[0] {
			found = turn
		}
	}
	if found.ID == "" {
		ts.Fatalf("no turn is on an event that says %q", args[0])
	}
	ts.Setenv(args[1], found.ID)
}

func shutdownCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: shutdown NAME [interrupt]")
	}
	p, ok := ts.Value("servers").(servers)[args[0]]
	if !ok {
		ts.Fatalf("no server is named %s", args[0])
	}
	var signal os.Signal = syscall.SIGTERM
	if len(args) > 1 {
		signal = os.Interrupt
	}
	code, err := p.stop(signal)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".stdout"), []byte(p.stdout.String()), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".stderr"), []byte(p.stderr.String()), 0o600))
	if code != 0 {
		ts.Fatalf("after %s hookline serve ended with code %d: %s", signal, code, p.stderr)
	}
}
