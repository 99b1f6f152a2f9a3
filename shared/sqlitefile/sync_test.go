package sqlitefile_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hookline/shared/sqlitefile"
)

// childFile names the file that a copy of this test program writes to, instead of testing.
const childFile = "SQLITEFILE_TEST_CHILD"

const childWrites = 50

func TestMain(m *testing.M) {
	if path := os.Getenv(childFile); path != "" {
		if err := writeAsChild(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// writeAsChild writes one number after another, printing each once it is answered.
func writeAsChild(path string) error {
	f, err := sqlitefile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for n := range childWrites {
		err := f.Write(context.Background(), insert(n))
		if err != nil {
			return err
		}
		fmt.Println("answered", n)
	}
	return nil
}

var (
	syncCall = regexp.MustCompile(`\b(fsync|fdatasync)\(`)
	answered = regexp.MustCompile(`\bwrite\(1, "answered \d`)
)

// Between any two answers there is a sync.
func TestSyncBeforeAnswer(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	f, path := open(t)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	trace := filepath.Join(t.TempDir(), "trace")
	child := exec.CommandContext(t.Context(), strace, "-f", "-e", "trace=fsync,fdatasync,write", "-o", trace, os.Args[0])
	child.Env = append(os.Environ(), childFile+"="+path)
	if out, err := child.CombinedOutput(); err != nil {
		if strings.Contains(string(out), "ptrace") {
			t.Skipf("strace may not trace here: %s", out)
		}
		t.Fatalf("%v: %v\n%s", child, err, out)
	}
	calls, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	answers, syncs := 0, 0
	for line := range strings.Lines(string(calls)) {
		switch {
		case syncCall.MatchString(line):
			syncs++
		case answered.MatchString(line):
			if answers++; syncs < answers {
				t.Fatalf("answer %d came after %d syncs, want one for each", answers, syncs)
			}
		}
	}
	if answers != childWrites {
		t.Errorf("the trace shows %d answers, want %d", answers, childWrites)
	}
}
