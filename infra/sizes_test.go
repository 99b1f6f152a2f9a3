package infra_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strings"
	"testing/fstest"
)

const (
	maxFile     = 400 // lines
	maxFunction = 80
)

var sizeRules = []rule{
	{
		"files are short", checkFiles,
		fstest.MapFS{"a/long.go": file(strings.Repeat("\n", 401)), "a/right.go": file(strings.Repeat("\n", 400))},
		[]string{"a/long.go has 401 lines, more than 400"},
	},
	{
		"functions are short", checkFunctions,
		fstest.MapFS{"a/a.go": file("package a\n\nfunc right() {" + strings.Repeat("\n", 79) + "}\n\n" +
			"func (a A) Long() {" + strings.Repeat("\n", 80) + "}\n")},
		[]string{"a/a.go:84: Long has 81 lines, more than 80"},
	},
}

func checkFiles(tree fs.FS) (complaints []string) {
	for name := range goFiles(tree) {
		if lines := strings.Count(text(tree, name), "\n"); lines > maxFile {
			complaints = append(complaints, fmt.Sprintf("%s has %d lines, more than %d", name, lines, maxFile))
		}
	}
	return complaints
}

func checkFunctions(tree fs.FS) (complaints []string) {
	for name := range goFiles(tree) {
		positions, syntax := parse(tree, name, parser.SkipObjectResolution)
		for _, declaration := range syntax.Decls {
			f, ok := declaration.(*ast.FuncDecl)
			if !ok {
				continue
			}
			first, last := positions.Position(f.Pos()).Line, positions.Position(f.End()).Line
			if lines := last - first + 1; lines > maxFunction {
				complaints = append(complaints,
					fmt.Sprintf("%s:%d: %s has %d lines, more than %d", name, first, f.Name.Name, lines, maxFunction))
			}
		}
	}
	return complaints
}

// parse reads a Go file of the tree, which must be one.
func parse(tree fs.FS, name string, mode parser.Mode) (*token.FileSet, *ast.File) {
	positions := token.NewFileSet()
	syntax, err := parser.ParseFile(positions, name, text(tree, name), mode)
	if err != nil {
		panic(err)
	}
	return positions, syntax
}
