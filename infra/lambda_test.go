package infra_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// largest is how many bytes the program of a function may have: size is time at a cold start.
var largest = map[string]int64{
	"api":       14_500_000,
	"hook":      9_250_000,
	"kik":       9_250_000,
	"messenger": 9_250_000,
	"pyrus":     9_250_000,
	"telegram":  9_250_000,
	"processor": 11_500_000,
}

// TestBootstraps builds the programs of the functions as they are deployed. Twice built they are the same to the byte, so
// that a deployment without a change changes nothing.
func TestBootstraps(t *testing.T) {
	for _, function := range functionNames() {
		name := strings.ToLower(strings.TrimSuffix(function, "Function"))
		t.Run(name, func(t *testing.T) {
			limit, ok := largest[name]
			if !ok {
				t.Fatal("nobody said how large this program may be")
			}
			var programs [2]string
			for i := range programs {
				artifacts := t.TempDir()
				recipe := exec.CommandContext(t.Context(), "make", "-s", "-C", "..", "bootstrap", "FUNCTION="+name, "ARTIFACTS_DIR="+artifacts)
				if out, err := recipe.CombinedOutput(); err != nil {
					t.Fatalf("%v: %v\n%s", recipe.Args, err, out)
				}
				program, err := os.ReadFile(filepath.Join(artifacts, "bootstrap"))
				if err != nil {
					t.Fatal(err)
				}
				programs[i] = string(program)
			}
			if size := int64(len(programs[0])); size > limit {
				t.Errorf("the program has %d bytes, at most %d are wanted", size, limit)
			}
			if programs[0] != programs[1] {
				t.Error("the same source was built to different bytes")
			}
		})
	}
}
