package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate"
	"hookline/shared/simulate/countertest"
)

const (
	botToken = "1234567890:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	botUser  = "sim_1234567890_bot" // as the simulated network names the bot of that token
	// publicURL is what the network is told of the server. It calls that address through a front.
	publicURL = "https://bots.example.com"
	// patience bounds every wait for something that must happen.
	patience = time.Minute
)

// world is `hookline serve` as a process of its own, the counting bot on it, and a simulated network outside of it.
type world struct {
	*testing.T
	at      platform
	network simulate.Simulated
	front   *front
	// refuse, if set, is asked whether the network refuses a text for good.
	refuse atomic.Pointer[func(text string) bool]
	// calling counts the connections on which the server calls the network.
	calling atomic.Int64
	dir     string
	env     []string
	server  *process
}

// newWorld starts the server, with a bot of Telegram's.
func newWorld(t *testing.T, file string) *world { return newWorldOn(t, onTelegram, file) }

// newWorldOn starts the server, with the bot on another network in place of Telegram.
func newWorldOn(t *testing.T, at platform, file string) *world {
	w := &world{T: t, at: at, network: at.simulation().make(), front: newFront(), dir: t.TempDir()}
	ground := w.network.Ground()
	ground.MaxMessages = 1 << 20
	ground.RetryDelay = func(int) time.Duration { return 10 * time.Millisecond }
	ground.Client.Transport = w.front
	api := httptest.NewUnstartedServer(http.HandlerFunc(w.serveAPI))
	api.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			w.calling.Add(1)
		case http.StateClosed:
			w.calling.Add(-1)
		}
	}
	api.Start()
	w.env = environment(append(at.environment(api.URL), "HOOKLINE_PUBLIC_URL="+publicURL)...)
	t.Cleanup(func() {
		ground.Close()
		if w.server != nil {
			w.end(os.Kill)
		}
		api.Close()
	})
	path := filepath.Join(w.dir, "counter.yaml")
	if err := os.WriteFile(path, []byte(at.file(file)), 0o600); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.apply(path)
	w.enterWebhook()
	return w
}

// apply publishes a bot file on the running server: a network may ask for the address that it is told.
func (w *world) apply(path string) {
	w.Helper()
	cmd := exec.CommandContext(w.Context(), "hookline", "apply", "--server", w.server.url, "--data", w.data(""), path)
	cmd.Env = w.env
	if out, err := cmd.CombinedOutput(); err != nil {
		w.Fatalf("hookline apply: %v: %s", err, out)
	}
}

// enterWebhook does what connecting leaves to a person.
func (w *world) enterWebhook() {
	w.Helper()
	pages, ok := w.network.(simulate.Pages)
	if !ok {
		return
	}
	var made struct {
		Address string
		Steps   []string
	}
	w.manage(http.MethodPost, "/channels/"+w.at.name+"/connect", &made)
	if len(made.Steps) == 0 {
		return
	}
	ch := bot.Channel{Settings: map[string]any{"login": w.at.user}}
	if err := pages.EnterWebhook(ch, made.Address); err != nil {
		w.Fatal(err)
	}
}

// serveAPI is the network's API, with one more thing that it can refuse.
func (w *world) serveAPI(rw http.ResponseWriter, r *http.Request) {
	if refuse := w.refuse.Load(); refuse != nil && strings.HasSuffix(r.URL.Path, "/sendMessage") {
		var message struct{ Text string }
		body := readBody(r)
		_ = json.Unmarshal(body, &message)
		if (*refuse)(message.Text) {
			rw.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(rw, `{"ok":false,"error_code":400,"description":"Bad Request: not today"}`)
			return
		}
	}
	w.network.ServeHTTP(rw, r)
}

// data is a path in the server's data directory.
func (w *world) data(name string) string { return filepath.Join(w.dir, "data", name) }

func (w *world) start(args ...string) {
	w.Helper()
	server, err := startServer(w.dir, w.env, append([]string{"--data", w.data("")}, args...)...)
	if err != nil {
		w.Fatal(err)
	}
	w.server = server
	w.front.pass(server.url)
}

// end stops the server and gives its exit code, after the last of its calls has arrived.
func (w *world) end(signal os.Signal) int {
	w.Helper()
	code, err := w.server.stop(signal)
	if err != nil {
		w.Fatal(err)
	}
	if log := w.server.stderr.String(); strings.Contains(log, "DATA RACE") || strings.Contains(log, "panic") {
		w.Errorf("the server's log has a panic or a race:\n%s", log)
	}
	w.server = nil
	w.until("the connections of the server that ended are closed", func() bool { return w.calling.Load() == 0 })
	return code
}

// terminate asks the server to stop, which it must do in order.
func (w *world) terminate() {
	w.Helper()
	if code := w.end(syscall.SIGTERM); code != 0 {
		w.Fatalf("after SIGTERM the server ended with code %d, want 0", code)
	}
}

// until waits for what must come true.
func (w *world) until(what string, true func() bool) {
	w.Helper()
	for deadline := time.Now().Add(patience); !true(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.Fatalf("after %s it is not so that %s", patience, what)
		}
	}
}

// manage calls the management API.
func (w *world) manage(method, path string, answer any) {
	w.Helper()
	token, err := os.ReadFile(w.data("admin-token"))
	if err != nil {
		w.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, w.server.url+"/v1/bots/counter"+path, nil)
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		w.Fatalf("%s %s answers %s", method, path, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(answer); err != nil {
		w.Fatalf("%s %s: %v", method, path, err)
	}
}

// turns gives the records of all turns, of which there must be n in the end. Those of what a network tells the bot of its
// own messages do not count.
func (w *world) turns(n int) []bot.Turn {
	w.Helper()
	var list struct{ Turns []bot.Turn }
	// Records are written a moment after the replies that they tell of have been sent.
	w.until(fmt.Sprintf("%d turns are on record", n), func() bool {
		list.Turns = nil
		w.manage(http.MethodGet, "/turns?limit=500", &list)
		list.Turns = slices.DeleteFunc(list.Turns, func(turn bot.Turn) bool {
			return turn.Event.Kind == bot.Echo || turn.Event.Kind == bot.Receipt
		})
		return len(list.Turns) >= n
	})
	if len(list.Turns) != n {
		w.Errorf("%d turns are on record, want %d", len(list.Turns), n)
	}
	return list.Turns
}

// chats gives n users of the bot who have said nothing yet.
func (w *world) chats(n int) []*countertest.Chat {
	w.Helper()
	return countertest.Open(w.T, w.network, w.at.user, n)
}
