package infra_test

import (
	"fmt"
	"go/parser"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing/fstest"
)

// emptyNames say nothing of what is inside.
var emptyNames = []string{"common", "helper", "helpers", "misc", "models", "types", "util", "utils"}

var nameRules = []rule{{
	"names say what is inside", checkNames,
	fstest.MapFS{
		"shared/bot/bot.go":       file("package bot"),
		"shared/bot/types.go":     file("package bot"),
		"shared/bot/misc_test.go": file("package bot_test"),
		"shared/util/hex.go":      file("package util"),
		"shared/hex/hex.go":       file("package helpers"),
	},
	[]string{
		"shared/bot/misc_test.go: \"misc\" says nothing of what is inside",
		"shared/bot/types.go: \"types\" says nothing of what is inside",
		"shared/hex/hex.go: \"helpers\" says nothing of what is inside",
		"shared/util/hex.go: \"util\" says nothing of what is inside",
	},
}}

func checkNames(tree fs.FS) (complaints []string) {
	for name := range goFiles(tree) {
		_, syntax := parse(tree, name, parser.PackageClauseOnly)
		base := strings.TrimSuffix(strings.TrimSuffix(path.Base(name), ".go"), "_test")
		for _, given := range slices.Compact([]string{base, syntax.Name.Name}) {
			if slices.Contains(emptyNames, given) {
				complaints = append(complaints, fmt.Sprintf("%s: %q says nothing of what is inside", name, given))
			}
		}
	}
	return complaints
}

// maxComment is how many lines a package comment has at most.
const maxComment = 5

var commentRules = []rule{{
	"packages have one comment", checkComments,
	fstest.MapFS{
		"functions/hook/main.go": file("// Program hook takes calls.\npackage main"),
		"a/a.go":                 file("// Package a is right.\npackage a"),
		"a/b.go":                 file("package a"),
		"b/b.go":                 file("package b"),
		"c/c.go":                 file("package c"),
		"c/d.go":                 file("// Package c has it in the wrong file.\npackage c"),
		"d/d.go":                 file(strings.Repeat("// d\n", 6) + "package d"),
		"e/e.go":                 file("// Package e has one.\npackage e"),
		"e/f.go":                 file("// Package e has two.\npackage e"),
		"e/e_test.go":            file("package e_test"),
	},
	[]string{
		"b: the package comment belongs in b.go and nowhere else: it is in []",
		"c: the package comment belongs in c.go and nowhere else: it is in [d.go]",
		"d: the package comment has 6 lines, more than 5",
		"e: the package comment belongs in e.go and nowhere else: it is in [e.go f.go]",
	},
}}

func checkComments(tree fs.FS) (complaints []string) {
	type found struct {
		name  string   // of the package
		files []string // that have a package comment
		lines int
	}
	packages := map[string]*found{}
	var folders []string // in the order of the tree
	for name := range goFiles(tree) {
		if isTest(name) {
			continue
		}
		folder := path.Dir(name)
		_, syntax := parse(tree, name, parser.PackageClauseOnly|parser.ParseComments)
		if packages[folder] == nil {
			packages[folder] = &found{name: syntax.Name.Name}
			folders = append(folders, folder)
		}
		if syntax.Doc != nil {
			p := packages[folder]
			p.files = append(p.files, path.Base(name))
			p.lines = strings.Count(syntax.Doc.Text(), "\n")
		}
	}
	for _, folder := range folders {
		p := packages[folder]
		if want := p.name + ".go"; !slices.Equal(p.files, []string{want}) {
			complaints = append(complaints,
				fmt.Sprintf("%s: the package comment belongs in %s and nowhere else: it is in %v", folder, want, p.files))
			continue
		}
		if p.lines > maxComment {
			complaints = append(complaints, fmt.Sprintf("%s: the package comment has %d lines, more than %d", folder, p.lines, maxComment))
		}
	}
	return complaints
}
