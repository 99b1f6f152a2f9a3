// Package infra_test holds the rules that the repository keeps of itself. A rule is a function from a tree of files to
// complaints; each is tried on a small tree that breaks it before it is put to the repository.
package infra_test

import (
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// repository is the tree that the rules are for.
var repository = os.DirFS("..")

// rule is one rule over files, a tree that breaks it, and what it then says.
type rule struct {
	name  string
	check func(fs.FS) []string
	bad   fstest.MapFS
	want  []string
}

// rules is every rule over files; imports_test.go has those over packages.
func rules() []rule {
	return slices.Concat(sizeRules, nameRules, commentRules, providerRules, moduleRules, documentRules, treeRules)
}

func TestRulesCanFail(t *testing.T) {
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			if diff := cmp.Diff(r.want, r.check(r.bad)); diff != "" {
				t.Errorf("complaints about the bad example (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRules(t *testing.T) {
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			for _, complaint := range r.check(repository) {
				t.Error(complaint)
			}
		})
	}
}

// made are folders that are no part of the repository.
var made = []string{".git", ".aws-sam", "build", "hookline-data"}

// files gives the paths of a tree's files. A tree that cannot be read ends the tests.
func files(tree fs.FS) iter.Seq[string] {
	return func(yield func(string) bool) {
		err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && slices.Contains(made, name):
				return fs.SkipDir
			case !entry.IsDir() && !yield(name):
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			panic(err)
		}
	}
}

// goFiles gives the paths of a tree's Go files, those in testdata excepted.
func goFiles(tree fs.FS) iter.Seq[string] {
	return func(yield func(string) bool) {
		for name := range files(tree) {
			if path.Ext(name) == ".go" && !strings.Contains(name, "testdata/") && !yield(name) {
				return
			}
		}
	}
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

// text gives a file of the tree.
func text(tree fs.FS, name string) string {
	data, err := fs.ReadFile(tree, name)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// file makes a file of a bad example.
func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
