// Package emulators gives tests a DynamoDB and an SQS: those that run at TEST_DYNAMODB_URL and TEST_SQS_URL, else
// servers of its own from the jars of `make emulators`. Without either the test is skipped; with REQUIRE_EMULATORS=1 it
// fails.
package emulators

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// DynamoDB gives the configuration of a client of DynamoDB Local. It is a database of the test's own and empty.
func DynamoDB(t testing.TB) aws.Config { return config(t, dynamoDB) }

// SQS gives the configuration of a client of ElasticMQ. All tests share its queues: CreateQueue gives new ones.
func SQS(t testing.TB) aws.Config { return config(t, elasticMQ) }

func config(t testing.TB, s *server) aws.Config {
	t.Helper()
	url, err := s.url()
	switch {
	case err == nil:
	case os.Getenv("REQUIRE_EMULATORS") == "1" || !errors.Is(err, errMissing):
		t.Fatal(err)
	default:
		t.Skip(err)
	}
	// Every access key has a database of its own. It may consist of letters and digits only.
	key := aws.Credentials{AccessKeyID: rand.Text(), SecretAccessKey: "secret"}
	return aws.Config{
		Region: "eu-central-1", BaseEndpoint: &url,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return key, nil }),
	}
}

// server is a program that is started at most once a test binary.
type server struct {
	name, variable string
	arguments      func(jars, port string) []string
	probe          string // path that answers with ready
	ready          int

	once sync.Once
	base string
	err  error
}

var dynamoDB = &server{
	name: "DynamoDB Local", variable: "TEST_DYNAMODB_URL", probe: "/", ready: http.StatusBadRequest,
	arguments: func(jars, port string) []string {
		return []string{"-Djava.library.path=" + jars, "-cp", filepath.Join(jars, "*"),
			"software.amazon.dynamodb.services.local.main.ServerRunner", "-inMemory", "-disableTelemetry", "-port", port}
	},
}

var elasticMQ = &server{
	name: "ElasticMQ", variable: "TEST_SQS_URL", probe: "/health", ready: http.StatusOK,
	arguments: func(jars, port string) []string {
		return []string{"-Dnode-address.host=127.0.0.1", "-Dnode-address.port=" + port,
			"-Drest-sqs.bind-hostname=127.0.0.1", "-Drest-sqs.bind-port=" + port, "-Drest-stats.enabled=false",
			"-cp", filepath.Join(jars, "*"), "org.elasticmq.server.Main"}
	},
}

var errMissing = errors.New("no emulators")

func (s *server) url() (string, error) {
	if running := os.Getenv(s.variable); running != "" {
		return running, nil
	}
	s.once.Do(func() { s.base, s.err = s.start() })
	return s.base, s.err
}

func (s *server) start() (string, error) {
	jars := jarsFolder()
	if _, err := os.Stat(filepath.Join(jars, ".stamp")); err != nil {
		return "", fmt.Errorf("%w for %s: run make emulators, or set %s", errMissing, s.name, s.variable)
	}
	if _, err := exec.LookPath("java"); err != nil {
		return "", fmt.Errorf("%w for %s: there is no java", errMissing, s.name)
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	// A small heap and quick start. The shell becomes the server, and ends it once the pipe closes: with this process,
	// however that ends.
	flags := []string{"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m"}
	const script = `exec 3<&0; (cat <&3; kill -KILL $$) >/dev/null 2>&1 & exec java "$@" 3<&-`
	command := exec.Command("sh", append(append([]string{"-c", script, "java"}, flags...), s.arguments(jars, port)...)...)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if _, err := command.StdinPipe(); err != nil {
		return "", err
	}
	if err := command.Start(); err != nil {
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	base := "http://127.0.0.1:" + port
	if err := s.await(base, ended); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", s.name, err, &output)
	}
	return base, nil
}

// await waits until the server is ready, which takes two seconds on an idle machine.
func (s *server) await(base string, ended <-chan error) error {
	limit := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			return cmp.Or(err, errors.New("it ended"))
		case <-limit:
			return errors.New("it is not ready after a minute")
		case <-tick.C:
		}
		if answer, err := http.Get(base + s.probe); err == nil {
			answer.Body.Close()
			if answer.StatusCode == s.ready {
				return nil
			}
		}
	}
}

// jarsFolder is build/emulators at the top of the repository.
func jarsFolder() string {
	_, source, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(source), "..", "..", "build", "emulators")
}

func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}
