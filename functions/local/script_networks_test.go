package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"hookline/shared/simulate"
)

// callHookCommand makes a token of the hook and calls it, which must be taken.
func callHookCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: call-hook BOT HOOK BODY")
	}
	ts.Check(ts.Exec("hookline", "hooks", args[0], args[1], "--rotate", "-o", "json"))
	var made struct{ Address, Token string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &made))
	r, err := http.NewRequest(http.MethodPost, made.Address, strings.NewReader(args[2]))
	ts.Check(err)
	r.Header.Set("Authorization", "Bearer "+made.Token)
	resp, err := http.DefaultClient.Do(r)
	ts.Check(err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		ts.Fatalf("the hook answers %s", resp.Status)
	}
}

// heardCommand waits until the bot's newest words in a chat are the text, on each of its networks.
func heardCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: heard BOT CHAT TEXT")
	}
	for _, ch := range presences(ts, args[0]) {
		path := "/simulate/" + ch.Provider + "/chat/" + ch.Username + "/" + args[1] + "/messages"
		var last string
		for deadline := time.Now().Add(startTime); last != args[2] && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			var said struct{ Messages []simulate.Sent }
			readJSON(ts, path, &said)
			last = said.Messages[len(said.Messages)-1].Shown.Text
		}
		if last != args[2] {
			ts.Fatalf("on %s the bot's last words are %q", ch.Provider, last)
		}
	}
}

// presence is a bot's on one network.
type presence struct{ Provider, Username string }

// presences gives where a bot is.
func presences(ts *testscript.TestScript, name string) []presence {
	var list struct {
		Bots []struct {
			Bot      string
			Channels []presence
		}
	}
	readJSON(ts, "/v1/bots", &list)
	for _, b := range list.Bots {
		if b.Bot == name && len(b.Channels) > 0 {
			return b.Channels
		}
	}
	ts.Fatalf("bot %s is nowhere", name)
	return nil
}

// readJSON reads what the server answers to a GET.
func readJSON(ts *testscript.TestScript, path string, answer any) {
	r, err := http.NewRequest(http.MethodGet, ts.Getenv("HOOKLINE_SERVER")+path, nil)
	ts.Check(err)
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(ts.ReadFile(ts.Getenv("HOOKLINE_DATA")+"/admin-token")))
	resp, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("GET %s: %s", path, resp.Status)
	}
	ts.Check(json.NewDecoder(resp.Body).Decode(answer))
}
