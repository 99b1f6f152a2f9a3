package lambda

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// instance is a running program and the Runtime API that it alone speaks with.
type instance struct {
	command *exec.Cmd
	server  *http.Server
	log     bytes.Buffer // complete once ended is closed

	polls chan struct{} // takes one for each request for an invocation
	calls chan *invocation
	ended chan struct{} // closed when the process has ended

	mu      sync.Mutex
	working *invocation // that the program has and has not answered
	failed  error       // what the program said when it could not start
}

// invocation is one call of a function.
type invocation struct {
	id       string
	payload  []byte
	deadline time.Time
	outcome  chan outcome // takes one without waiting
}

type outcome struct {
	answer []byte
	err    error
}

func newInstance(program string, env []string) (*instance, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	i := &instance{
		command: exec.Command(program),
		polls:   make(chan struct{}, 1), calls: make(chan *invocation), ended: make(chan struct{}),
	}
	i.server = &http.Server{Handler: i.runtimeAPI()}
	i.command.Env = append(environment(filepath.Base(program), listener.Addr().String()), env...)
	i.command.Stdout, i.command.Stderr = &i.log, &i.log
	go func() { _ = i.server.Serve(listener) }()
	if err := i.command.Start(); err != nil {
		_ = i.server.Close()
		return nil, err
	}
	go func() {
		_ = i.command.Wait() // its outcome is in ProcessState
		close(i.ended)
		_ = i.server.Close()
	}()
	return i, nil
}

// environment is what Lambda sets, of
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
func environment(name, runtimeAPI string) []string {
	return []string{
		"AWS_LAMBDA_RUNTIME_API=" + runtimeAPI, "_HANDLER=bootstrap", "LAMBDA_TASK_ROOT=/var/task",
		"AWS_EXECUTION_ENV=AWS_Lambda_provided.al2023", "AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_LAMBDA_FUNCTION_NAME=" + name, "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512",
		"AWS_LAMBDA_LOG_GROUP_NAME=" + name, "AWS_LAMBDA_LOG_STREAM_NAME=1", "AWS_LAMBDA_LOG_FORMAT=JSON", "TZ=:UTC",
	}
}

// startTime is how long a program may take to ask for an invocation.
const startTime = 10 * time.Second

// polled waits until the program asks for an invocation: it may have one then.
func (i *instance) polled() error {
	late := time.NewTimer(startTime)
	defer late.Stop()
	select {
	case <-i.polls:
		return nil
	case <-i.ended:
		return i.exit()
	case <-late.C:
		i.kill()
		return timedOut(startTime)
	}
}

// invoke gives the program, which asks for one, an invocation, and waits for what it answers, or for its end.
func (i *instance) invoke(payload []byte, timeout time.Duration) ([]byte, error) {
	call := &invocation{
		id: rand.Text(), payload: payload, deadline: time.Now().Add(timeout), outcome: make(chan outcome, 1),
	}
	late := time.NewTimer(timeout)
	defer late.Stop()
	select {
	case i.calls <- call:
	case <-i.ended:
		return nil, i.exit()
	case <-late.C:
		i.kill()
		return nil, timedOut(timeout)
	}
	select {
	case o := <-call.outcome:
		return o.answer, o.err
	case <-i.ended:
	case <-late.C:
		i.kill()
		return nil, timedOut(timeout)
	}
	select {
	case o := <-call.outcome: // its last words
		return o.answer, o.err
	default:
		return nil, i.exit()
	}
}

func timedOut(after time.Duration) error {
	return &Error{"Sandbox.Timedout", fmt.Sprint("task timed out after ", after)}
}

// exit says how the program ended by itself. It has ended.
func (i *instance) exit() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.failed != nil {
		return i.failed
	}
	return &Error{"Runtime.ExitError", i.command.ProcessState.String()}
}

// kill ends the process and waits for its end.
func (i *instance) kill() {
	_ = i.command.Process.Kill() // an error says that it has ended already
	<-i.ended
}
