package lambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"hookline/infra/emulators"
	"hookline/shared/simulate/countertest"
)

// samLocal is the machine as containers see it: sam is told to name it so, where the engine does not by itself.
const samLocal = "host.docker.internal"

// TestSAMLocal runs the functions as `sam local` does, in containers, with a signed call and a batch from the queue. With
// HOOKLINE_SAM=serve it goes on until it is interrupted, so that somebody can look around. It wants a container engine and
// what infra/sam-local.sh prepares: make test-sam, make sam-local.
func TestSAMLocal(t *testing.T) {
	mode := os.Getenv("HOOKLINE_SAM")
	if mode == "" {
		t.Skip("make test-sam runs it")
	}
	w := newWorld(t, countertest.Bot())
	aws, telegram := w.expose(w.amazon), w.expose(w.network)
	s := newSAM(w, aws, telegram)
	api := s.start("start-api", "--warm-containers", "EAGER")
	functions := s.start("start-lambda")
	w.gateway = api
	w.connect()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	feeder := emulators.Mapping{Client: w.sqs, Queue: w.queue, BatchSize: 10, Invoke: func(_ context.Context, e events.SQSEvent) (r events.SQSEventResponse, err error) {
		return r, call(functions+"/2015-03-31/functions/ProcessorFunction/invocations", e, &r)
	}}
	go feeder.Run(ctx)
	c := w.chats(1)[0]
	c.Say(3)
	c.Wait()
	c.Check()
	if mode != "serve" {
		return
	}
	fmt.Printf("The API is at %s, the functions are at %s, the simulated Telegram is at http://127.0.0.1:%s.\nCtrl-C ends it.\n",
		api, functions, telegram[strings.LastIndexByte(telegram, ':')+1:])
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	<-interrupted
}

// expose serves a handler where containers reach it.
func (w *world) expose(h http.Handler) string {
	w.Helper()
	listener, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		w.Fatal(err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go server.Serve(listener)
	w.Cleanup(func() { server.Close() })
	return fmt.Sprintf("http://%s:%d", samLocal, listener.Addr().(*net.TCPAddr).Port)
}

// sam starts the emulations of the SAM CLI.
type sam struct {
	*world
	vars string // file of the functions' variables
}

func newSAM(w *world, aws, telegram string) *sam {
	w.Helper()
	path := func(queue string) string { return queue[strings.Index(queue[len("http://"):], "/")+len("http://"):] }
	vars, err := json.Marshal(map[string]any{"Parameters": map[string]string{
		"HOOKLINE_TABLE": w.table, "HOOKLINE_SECRET": secretName, "HOOKLINE_QUEUE_URL": aws + path(w.queue),
		"HOOKLINE_NOTIFICATIONS_URL": aws + path(w.notifications),
	}})
	if err != nil {
		w.Fatal(err)
	}
	s := &sam{w, filepath.Join(w.TempDir(), "vars.json")}
	if err := os.WriteFile(s.vars, vars, 0o600); err != nil {
		w.Fatal(err)
	}
	// The template sets no endpoints, and sam local drops variables that it does not set: they are the image's own.
	image := exec.CommandContext(w.Context(), "sh", "../sam-local.sh", "image", "AWS_ENDPOINT_URL="+aws, "HOOKLINE_TELEGRAM_URL="+telegram)
	if out, err := image.CombinedOutput(); err != nil {
		w.Fatalf("the image cannot be made: %v\n%s", err, out)
	}
	return s
}

// start starts `sam local COMMAND` and gives its address once it answers.
func (s *sam) start(command string, more ...string) string {
	s.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	_, port, _ := net.SplitHostPort(address)
	args := append([]string{
		"local", command, "--region", "eu-central-1", "--template", "../../build/sam-local/template.yaml", "--port", port,
		"--env-vars", s.vars, "--invoke-image", "hookline/local:base", "--skip-pull-image",
		"--add-host", samLocal + ":host-gateway",
	}, more...)
	process := exec.Command("../../build/sam/bin/sam", args...)
	var log bytes.Buffer
	process.Stdout, process.Stderr = &log, &log
	process.Env = append(os.Environ(), "SAM_CLI_TELEMETRY=0")
	for _, variable := range s.env {
		if strings.HasPrefix(variable, "AWS_ACCESS_KEY_ID=") || strings.HasPrefix(variable, "AWS_SECRET_ACCESS_KEY=") {
			process.Env = append(process.Env, variable)
		}
	}
	if err := process.Start(); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		_ = process.Process.Signal(syscall.SIGTERM)
		_ = process.Wait()
		if s.Failed() {
			s.Logf("sam local %s:\n%s", command, &log)
		}
	})
	s.until("sam local "+command+" answers", func() bool {
		answer, err := http.Get("http://" + address + "/")
		if err == nil {
			answer.Body.Close()
		}
		return err == nil
	})
	return "http://" + address
}

// call posts JSON and reads the answer's.
func call(address string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := http.Post(address, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.Header.Get("X-Amz-Function-Error") != "" || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", answer.Status, text)
	}
	return json.Unmarshal(text, out)
}
