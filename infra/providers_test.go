package infra_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing/fstest"
)

const (
	providerFolder = "shared/provider"
	conformance    = `"hookline/shared/provider/providertest"`
)

// notProviders are the packages beside the providers.
var notProviders = []string{"catalog", "providertest"}

var providerRules = []rule{{
	"providers are tested alike", checkProviders,
	fstest.MapFS{
		"shared/provider/provider.go":                  file("package provider"),
		"shared/provider/catalog/catalog.go":           file(`import _ "hookline/shared/provider/pigeon"; import _ "hookline/shared/provider/smoke"`),
		"shared/provider/providertest/providertest.go": file("package providertest"),
		"shared/provider/drum/drum_test.go":            file("package drum_test"),
		"shared/provider/pigeon/pigeon_test.go":        file("import " + conformance),
		"shared/provider/pigeon/testdata/text.json":    file("{}"),
		"shared/provider/smoke/testdata/text.json":     file("{}"),
		"shared/provider/smoke/smoke.go":               file("// import " + conformance),
	},
	[]string{
		"shared/provider/drum has no testdata",
		"shared/provider/drum has no test that imports providertest",
		"shared/provider/drum is not in the catalog",
		"shared/provider/smoke has no test that imports providertest",
	},
}}

func checkProviders(tree fs.FS) (complaints []string) {
	entries, err := fs.ReadDir(tree, providerFolder)
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		folder := providerFolder + "/" + entry.Name()
		if !entry.IsDir() || slices.Contains(notProviders, entry.Name()) {
			continue
		}
		if captured, _ := fs.Glob(tree, folder+"/testdata/*"); len(captured) == 0 {
			complaints = append(complaints, folder+" has no testdata")
		}
		if !anyContains(tree, folder+"/*_test.go", conformance) {
			complaints = append(complaints, folder+" has no test that imports providertest")
		}
		if !anyContains(tree, providerFolder+"/catalog/*.go", fmt.Sprintf("%q", "hookline/"+folder)) {
			complaints = append(complaints, folder+" is not in the catalog")
		}
	}
	return complaints
}

// anyContains tells whether one of the files of a pattern holds a text.
func anyContains(tree fs.FS, pattern, part string) bool {
	names, err := fs.Glob(tree, pattern)
	if err != nil {
		panic(err)
	}
	return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(text(tree, name), part) })
}
