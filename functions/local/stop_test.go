package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hookline/shared/simulate"
	"hookline/shared/simulate/telegram"
)

// slowNetwork is a Telegram that holds every sendMessage until it is released.
type slowNetwork struct {
	*telegram.Telegram
	sending chan struct{}
	release chan struct{}
}

func (n *slowNetwork) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/sendMessage") {
		n.sending <- struct{}{}
		<-n.release
	}
	n.Telegram.ServeHTTP(w, r)
}

// startSending starts a server that polls a slow network, and returns once the server is sending a reply.
func startSending(t *testing.T) (*process, *slowNetwork) {
	t.Helper()
	n := &slowNetwork{telegram.New(), make(chan struct{}, 10), make(chan struct{})}
	web := httptest.NewServer(n)
	t.Cleanup(func() { web.CloseClientConnections(); web.Close(); n.Close() })
	mirror, err := filepath.Abs("examples/mirror.yaml")
	if err != nil {
		t.Fatal(err)
	}
	env := environment("HOOKLINE_TELEGRAM_URL="+web.URL, "TELEGRAM_TOKEN=1000001:abcdefghijklmnopqrstuvwxyz0123456789")
	p, err := startServer(t.TempDir(), env, "--bot", mirror)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill() })
	talk := simulate.Talk{Bot: "sim_1000001_bot", User: simulate.User{ID: "5", FirstName: "Ada"}}
	if _, err := n.Say(talk, "hello"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-n.sending:
	case <-time.After(startTime):
		t.Fatalf("the server does not answer: %s", p.stderr)
	}
	return p, n
}

func TestSignalFinishesWhatRuns(t *testing.T) {
	p, n := startSending(t)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(stopTime); !strings.Contains(p.stderr.String(), "stopping"); {
		if time.Now().After(deadline) {
			t.Fatalf("the server does not heed SIGTERM: %s", p.stderr)
		}
	}
	if resp, err := http.Get(p.url + "/healthz"); err == nil {
		resp.Body.Close()
		if resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("a server that stops answers a call with %d, want 503", resp.StatusCode)
		}
	}
	close(n.release)
	select {
	case <-p.ended:
	case <-time.After(stopTime):
		t.Fatalf("the server does not end: %s", p.stderr)
	}
	// Only what had ended is in the log.
	if !strings.Contains(p.stderr.String(), `"outcome":"replied"`) {
		t.Errorf("the turn that ran was not finished: %s", p.stderr)
	}
	sent, err := n.Messages(t.Context(), simulate.Talk{Bot: "sim_1000001_bot", Chat: "5"}, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 || len(sent) != 1 {
		t.Errorf("after SIGTERM exit code %d, %d messages sent, want 0, 1: %s", code, len(sent), p.stderr)
	}
}

func TestSecondSignalKills(t *testing.T) {
	p, n := startSending(t)
	defer close(n.release)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for deadline := time.After(lastCalls); ; {
		// It may come before the first one has been dealt with: so once more, as somebody at a keyboard would.
		if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		select {
		case <-p.ended:
			if status := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() {
				t.Errorf("the server ended with %v, want it killed", p.cmd.ProcessState)
			}
			return
		case <-again.C:
		case <-deadline:
			t.Fatalf("the server is not killed by a second signal: %s", p.stderr)
		}
	}
}
