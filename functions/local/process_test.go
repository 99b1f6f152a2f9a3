package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain puts the program, which is this binary by another name, into the path of scripts and tests.
func TestMain(m *testing.M) {
	// The race detector lets every program wait for a second before it exits.
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	testscript.Main(m, map[string]func(){"hookline": func() { os.Exit(run()) }})
}

const (
	startTime = 30 * time.Second
	stopTime  = 30 * time.Second
)

// process is a running `hookline serve`.
type process struct {
	cmd            *exec.Cmd
	url            string
	stdout, stderr *output
	ended          chan struct{}
}

// output keeps what a process writes, and may be read while it writes.
type output struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.String()
}

// startServer starts `hookline serve` on a free port and waits until it is ready. A server that ends instead is an error
// with what it wrote to stderr.
func startServer(dir string, env []string, args ...string) (*process, error) {
	p := &process{stdout: &output{}, stderr: &output{}, ended: make(chan struct{})}
	p.cmd = exec.Command("hookline", append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	p.cmd.Dir, p.cmd.Env, p.cmd.Stderr = dir, env, p.stderr
	pipe, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan string, 1)
	go func() {
		defer close(p.ended)
		lines := bufio.NewScanner(io.TeeReader(pipe, p.stdout))
		for lines.Scan() {
			if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
				ready <- url
			}
		}
		_ = p.cmd.Wait() // its outcome is in ProcessState
	}()
	select {
	case p.url = <-ready:
		return p, nil
	case <-p.ended:
		return nil, fmt.Errorf("hookline serve ended with code %d: %s", p.cmd.ProcessState.ExitCode(), p.stderr)
	case <-time.After(startTime):
		_ = p.cmd.Process.Kill()
		return nil, fmt.Errorf("hookline serve is not ready after %s: %s", startTime, p.stderr)
	}
}

// stop signals the process and gives its exit code.
func (p *process) stop(signal os.Signal) (int, error) {
	if err := p.cmd.Process.Signal(signal); err != nil {
		return 0, err
	}
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode(), nil
	case <-time.After(stopTime):
		_ = p.cmd.Process.Kill()
		return 0, fmt.Errorf("hookline serve has not stopped %s after %s: %s", stopTime, signal, p.stderr)
	}
}

// environment is that of this process without what would change how the program runs, and with what is given.
func environment(more ...string) []string {
	env := []string{}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "HOOKLINE_") && !strings.HasPrefix(variable, "TELEGRAM_TOKEN=") {
			env = append(env, variable)
		}
	}
	return append(env, more...)
}
