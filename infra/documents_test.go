package infra_test

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing/fstest"
)

const maxReadme = 150 // lines of the one at the top

var documentRules = []rule{
	{
		"the README is short", checkReadme,
		fstest.MapFS{"README.md": file(strings.Repeat("\n", 151)), "shared/README.md": file(strings.Repeat("\n", 151))},
		[]string{"README.md has 151 lines, more than 150"},
	},
	{
		"links lead somewhere", checkLinks,
		fstest.MapFS{
			"README.md":       file("[a](infra/) [b](infra/README.md#rules) [c](https://example.com) [d](#top) [e](none.md)"),
			"infra/README.md": file("[up](../README.md) [out](../../README.md) [gone](README.txt \"title\")"),
		},
		[]string{
			"README.md: the link to none.md leads nowhere",
			"infra/README.md: the link to ../../README.md leads nowhere",
			"infra/README.md: the link to README.txt leads nowhere",
		},
	},
	{
		"no path of one machine", checkPaths,
		fstest.MapFS{
			"a.md":   file("see /home" + "/me/notes.md\nand /usr/bin/env, x/home/y, /homes/"),
			"b/b.go": file("// in /Users" + "/me\n// and /root" + "/x"),
		},
		[]string{"a.md:1: a path of one machine", "b/b.go:1: a path of one machine", "b/b.go:2: a path of one machine"},
	},
}

func checkReadme(tree fs.FS) []string {
	readme, err := fs.ReadFile(tree, "README.md")
	if err != nil {
		return []string{"there is no README.md"}
	}
	if lines := strings.Count(string(readme), "\n"); lines > maxReadme {
		return []string{fmt.Sprintf("README.md has %d lines, more than %d", lines, maxReadme)}
	}
	return nil
}

var (
	link     = regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)
	address  = regexp.MustCompile(`^[a-z]+:`)
	homePath = regexp.MustCompile(`(^|[^\w./-])/(home|root|work|Users)/`)
)

func checkLinks(tree fs.FS) (complaints []string) {
	for name := range files(tree) {
		if path.Ext(name) != ".md" {
			continue
		}
		for _, match := range link.FindAllStringSubmatch(text(tree, name), -1) {
			if address.MatchString(match[1]) {
				continue
			}
			if _, err := fs.Stat(tree, path.Join(path.Dir(name), match[1])); err != nil {
				complaints = append(complaints, fmt.Sprintf("%s: the link to %s leads nowhere", name, match[1]))
			}
		}
	}
	return complaints
}

func checkPaths(tree fs.FS) (complaints []string) {
	for name := range files(tree) {
		number := 0
		for line := range strings.Lines(text(tree, name)) {
			if number++; homePath.MatchString(line) {
				complaints = append(complaints, fmt.Sprintf("%s:%d: a path of one machine", name, number))
			}
		}
	}
	return complaints
}

// top is all that may lie at the top of the repository.
var top = []string{
	".ci", ".gitignore", "Makefile", "README.md", "functions", "go.mod", "go.sum", "infra", "samconfig.toml", "shared",
	"template.yaml",
}

var treeRules = []rule{{
	"the top is tidy", checkTop,
	fstest.MapFS{"go.mod": file(""), "notes.txt": file(""), "pkg/a.go": file(""), "build/hookline": file(""), ".git/HEAD": file("")},
	[]string{"notes.txt does not belong at the top", "pkg does not belong at the top"},
}}

func checkTop(tree fs.FS) (complaints []string) {
	entries, err := fs.ReadDir(tree, ".")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		if !slices.Contains(top, entry.Name()) && !slices.Contains(made, entry.Name()) {
			complaints = append(complaints, entry.Name()+" does not belong at the top")
		}
	}
	return complaints
}
