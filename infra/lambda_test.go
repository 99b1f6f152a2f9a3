package infra_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// lambdaTags leave out of a Lambda function's program what only older runtimes need: a server of net/rpc, which brings
// html/template along.
const lambdaTags = "lambda.norpc"

// lambdaBytes is how large the program of a Lambda function may be: the larger, the later it starts.
var lambdaBytes = map[string]int64{
	"processor": 14_500_000,
	"telegram":  11_000_000,
}

func TestLambdaSizes(t *testing.T) {
	functions := lambdaFunctions(t)
	built := t.TempDir()
	for _, name := range functions {
		build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", lambdaTags, "-ldflags", "-s -w",
			"-o", filepath.Join(built, name), "../functions/"+name)
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64")
		if output, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", build, err, output)
		}
	}
	for _, complaint := range checkLambdaSizes(os.DirFS(built)) {
		t.Error(complaint)
	}
}

// lambdaFunctions gives the names of the functions that are deployed.
func lambdaFunctions(t *testing.T) (names []string) {
	t.Helper()
	folders, err := fs.ReadDir(repository, "functions")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if name := folder.Name(); name != "local" {
			names = append(names, name)
		}
	}
	return names
}

func TestLambdaSizesCanFail(t *testing.T) {
	programs := fstest.MapFS{
		"kik":       file("small, and new"),
		"processor": {Data: make([]byte, 14_500_000)},
		"telegram":  {Data: make([]byte, 11_000_001)},
	}
	want := []string{
		"functions/kik has no row in the table of sizes",
		"functions/telegram has 11000001 bytes, more than 11000000",
	}
	if diff := cmp.Diff(want, checkLambdaSizes(programs)); diff != "" {
		t.Errorf("checkLambdaSizes (-want +got):\n%s", diff)
	}
}

func checkLambdaSizes(programs fs.FS) (complaints []string) {
	for name := range files(programs) {
		program, err := fs.Stat(programs, name)
		if err != nil {
			panic(err)
		}
		switch limit, ok := lambdaBytes[name]; {
		case !ok:
			complaints = append(complaints, fmt.Sprintf("functions/%s has no row in the table of sizes", name))
		case program.Size() > limit:
			complaints = append(complaints, fmt.Sprintf("functions/%s has %d bytes, more than %d", name, program.Size(), limit))
		}
	}
	return complaints
}
