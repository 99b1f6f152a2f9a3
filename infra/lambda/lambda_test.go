package lambda_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"hookline/infra/lambda"
)

// played gives a function that is this binary.
func played(t *testing.T, program string, instances int) *lambda.Function {
	f := lambda.New(os.Args[0], []string{variable + "=" + program, "GORACE=atexit_sleep_ms=0"}, instances)
	t.Cleanup(f.Close)
	return f
}

func TestInvokeKeepsItsInstance(t *testing.T) {
	t.Parallel()
	f := played(t, "echoes", 1)
	if err := f.Prepare(); err != nil {
		t.Fatalf("Prepare() = %v", err)
	}
	for _, want := range []string{`"1: {\"a\":1}"`, `"2: {\"a\":1}"`} {
		if got, err := f.Invoke(t.Context(), []byte(`{"a":1}`)); string(got) != want || err != nil {
			t.Errorf("Invoke() = %s, %v, want %s", got, err, want)
		}
	}
	f.Kill()
	if got, err := f.Invoke(t.Context(), []byte(`{}`)); string(got) != `"1: {}"` || err != nil {
		t.Errorf("after Kill, Invoke() = %s, %v, want the first answer of a new instance", got, err)
	}
}

func TestInvokeSideBySide(t *testing.T) {
	t.Parallel()
	f := played(t, "sleeps", 2)
	var running sync.WaitGroup
	for range 2 {
		running.Go(func() {
			if _, err := f.Invoke(t.Context(), []byte(`{}`)); typeOf(err) != "Runtime.ExitError" {
				t.Errorf("Invoke() = %v, want Runtime.ExitError", err)
			}
		})
	}
	time.Sleep(100 * time.Millisecond) // both are taken
	full, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := f.Invoke(full, []byte(`{}`)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with all instances at work, Invoke() = %v, want %v", err, context.DeadlineExceeded)
	}
	f.Close()
	running.Wait()
	if _, err := f.Invoke(t.Context(), []byte(`{}`)); err == nil {
		t.Error("after Close, Invoke() = nil, want an error")
	}
}

func TestInvokeFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, program string
		timeout       time.Duration
		kind, message string
	}{
		{"the handler returns an error", "fails", 0, "errorString", "not today"},
		{"the handler panics", "panics", 0, "string", "at the disco"},
		{"the program ends before its first call", "exits", 0, "Runtime.ExitError", "exit status 3"},
		{"the handler takes too long", "sleeps", 300 * time.Millisecond, "Sandbox.Timedout", "timed out after 300ms"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := played(t, tt.program, 1)
			f.Timeout = tt.timeout
			for range 2 { // the second time as the first
				_, err := f.Invoke(t.Context(), []byte(`{}`))
				if typeOf(err) != tt.kind || !strings.Contains(err.Error(), tt.message) {
					t.Errorf("Invoke() = %v, want type %s and %q", err, tt.kind, tt.message)
				}
			}
		})
	}
}

func TestOnEndGetsTheLog(t *testing.T) {
	t.Parallel()
	f := played(t, "exits", 1)
	logs := make(chan string, 1)
	f.OnEnd = func(log string) { logs <- log }
	if err := f.Prepare(); typeOf(err) != "Runtime.ExitError" {
		t.Errorf("Prepare() = %v, want Runtime.ExitError", err)
	}
	if got, want := <-logs, "no such secret\n"; got != want {
		t.Errorf("the log is %q, want %q", got, want)
	}
}

// typeOf is the error's type as Lambda names it.
func typeOf(err error) string {
	if e, ok := errors.AsType[*lambda.Error](err); ok {
		return e.Type
	}
	return ""
}
