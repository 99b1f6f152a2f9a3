// Package lambda plays AWS Lambda on this machine, for tests of built functions: an instance is a process that fetches its
// invocations from a Runtime API, has one at a time, and is kept for the next. A Gateway plays the HTTP API before it.
// Nothing is frozen between invocations, and memory is not limited.
package lambda

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// Function is a program that is started as often as invocations overlap. Close it.
type Function struct {
	// Timeout is how long an invocation may take; its instance is killed then. 0: 30 seconds.
	Timeout time.Duration
	// OnEnd, if set, is called with what an instance wrote to its log, after it has ended. Close waits for it.
	OnEnd func(log string)

	program string
	env     []string
	slots   chan struct{}

	mu     sync.Mutex
	idle   []*instance // the one used last at the end
	all    map[*instance]bool
	closed bool
	ending sync.WaitGroup
}

// New gives the function of a program, which has at most so many instances. The environment is all that the program sees,
// but for what Lambda itself sets.
func New(program string, env []string, instances int) *Function {
	return &Function{program: program, env: env, slots: make(chan struct{}, instances), all: map[*instance]bool{}}
}

// Error is what an invocation that failed gives instead of an answer.
type Error struct {
	Type    string `json:"errorType"` // as Lambda names it: Runtime.ExitError, Sandbox.Timedout, or the function's own
	Message string `json:"errorMessage"`
}

func (e *Error) Error() string { return e.Type + ": " + e.Message }

var errClosed = errors.New("the function is closed")

// Invoke waits for a free instance, or starts one, and gives its answer to the payload, or an Error. A context that ends
// while the instance works changes nothing: what was begun is finished.
func (f *Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	i, err := f.take()
	if err != nil {
		return nil, err
	}
	answer, err := i.invoke(payload, f.timeout())
	if i.polled() == nil {
		f.keep(i)
	}
	return answer, err
}

// Prepare starts an instance and waits until it asks for its first invocation.
func (f *Function) Prepare() error {
	i, err := f.start()
	if err == nil {
		f.keep(i)
	}
	return err
}

// Kill ends all instances, as SIGKILL does. What they had at work fails.
func (f *Function) Kill() {
	f.mu.Lock()
	killed := slices.Collect(maps.Keys(f.all))
	f.idle = nil
	f.mu.Unlock()
	for _, i := range killed {
		i.kill()
	}
}

// Close ends all instances. None is started any more.
func (f *Function) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.Kill()
	f.ending.Wait()
}

func (f *Function) timeout() time.Duration {
	if f.Timeout == 0 {
		return 30 * time.Second
	}
	return f.Timeout
}

// take gives the instance that was used last, else a new one.
func (f *Function) take() (*instance, error) {
	f.mu.Lock()
	for n := len(f.idle) - 1; n >= 0; n-- {
		i := f.idle[n]
		f.idle = f.idle[:n]
		select {
		case <-i.ended: // by itself
		default:
			f.mu.Unlock()
			return i, nil
		}
	}
	f.mu.Unlock()
	return f.start()
}

func (f *Function) keep(i *instance) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.idle = append(f.idle, i)
}

// start gives a new instance that asks for its first invocation.
func (f *Function) start() (*instance, error) {
	i, err := f.launch()
	if err != nil {
		return nil, err
	}
	return i, i.polled()
}

func (f *Function) launch() (*instance, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, errClosed
	}
	i, err := newInstance(f.program, f.env)
	if err != nil {
		return nil, err
	}
	f.all[i] = true
	f.ending.Go(func() {
		<-i.ended
		f.mu.Lock()
		delete(f.all, i)
		f.mu.Unlock()
		if f.OnEnd != nil {
			f.OnEnd(i.log.String())
		}
	})
	return i, nil
}
