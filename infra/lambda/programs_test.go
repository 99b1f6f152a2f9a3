package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	runtime "github.com/aws/aws-lambda-go/lambda"
)

// variable makes this binary a Lambda function that does what it says.
const variable = "LAMBDA_TEST_PROGRAM"

func TestMain(m *testing.M) {
	// The race detector lets every program wait for a second before it exits.
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	if program := os.Getenv(variable); program != "" {
		play(program)
	}
	code := m.Run()
	if folder != "" {
		os.RemoveAll(folder)
	}
	os.Exit(code)
}

// play is a function of its own, which never returns.
func play(program string) {
	if program == "exits" {
		fmt.Println("no such secret")
		os.Exit(3)
	}
	calls := 0
	runtime.Start(func(_ context.Context, in json.RawMessage) (string, error) {
		calls++
		switch program {
		case "fails":
			return "", errors.New("not today")
		case "panics":
			panic("at the disco")
		case "sleeps":
			time.Sleep(time.Minute)
		}
		return fmt.Sprintf("%d: %s", calls, in), nil
	})
}

// folder is where the functions are built.
var folder string

// built builds the functions once, with the flags of a release but for this machine's architecture.
var built = sync.OnceValues(func() (string, error) {
	var err error
	if folder, err = os.MkdirTemp("", "hookline-functions"); err != nil {
		return "", err
	}
	return folder, build(folder)
})

// functions are the programs, by the names of their folders.
var functions = []string{"kik", "messenger", "pyrus", "telegram", "hook", "processor", "api"}

// watchSources opens the folders that the functions are built of: only so does go test know that its result of before a
// change in them is out of date. It takes note while tests run.
func watchSources() error {
	for _, root := range []string{"../../functions", "../../shared"} {
		if err := filepath.WalkDir(root, func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil {
			return err
		}
	}
	return nil
}

// build puts the functions into a folder under their names.
func build(into string, env ...string) error {
	if err := watchSources(); err != nil {
		return err
	}
	for _, name := range functions {
		command := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w",
			"-o", filepath.Join(into, name), "../../functions/"+name)
		command.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("go build %s: %w\n%s", name, err, output)
		}
	}
	return nil
}

// program gives the path of a built function.
func program(t *testing.T, name string) string {
	t.Helper()
	in, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(in, name)
}
