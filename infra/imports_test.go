package infra_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "hookline/"

// middle are the packages that the ones which put them together may all import.
var middle = []string{
	"shared/bot", "shared/botfile", "shared/match", "shared/provider", "shared/queue", "shared/secret", "shared/store",
	"shared/template",
}

// arrows says which of our packages each of our packages may import. They point one way: programs, then what they are put
// together of, then the middle, then bot.
var arrows = map[string][]string{
	"shared/bot":      {},
	"shared/match":    {"shared/bot"},
	"shared/metrics":  {"shared/bot"},
	"shared/secret":   {"shared/bot"},
	"shared/template": {"shared/bot"},
	"shared/botfile":  {"shared/bot", "shared/match", "shared/provider", "shared/template"},

	"shared/provider":              {"shared/bot"},
	"shared/provider/catalog":      {"shared/provider", "shared/provider/kik", "shared/provider/messenger", "shared/provider/pyrus", "shared/provider/telegram"},
	"shared/provider/kik":          {"shared/bot", "shared/provider"},
	"shared/provider/messenger":    {"shared/bot", "shared/provider"},
	"shared/provider/providertest": {"shared/bot", "shared/provider"},
	"shared/provider/pyrus":        {"shared/bot", "shared/provider"},
	"shared/provider/telegram":     {"shared/bot", "shared/provider"},

	"shared/permabots": {"shared/bot", "shared/template"},

	"shared/queue":             {"shared/bot"},
	"shared/queue/queuetest":   {"shared/bot", "shared/queue"},
	"shared/queue/sqlitequeue": {"shared/bot", "shared/queue", "shared/sqlitefile"},
	"shared/queue/sqsqueue":    {"shared/bot", "shared/queue"},

	"shared/store":             {"shared/bot", "shared/secret"},
	"shared/store/dynamotable": {"shared/bot", "shared/store"},
	"shared/store/sqlitetable": {"shared/bot", "shared/sqlitefile", "shared/store"},
	"shared/store/tabletest":   {"shared/bot", "shared/store"},
	"shared/sqlitefile":        {"shared/bot"},

	"shared/simulate":                 {"shared/bot"},
	"shared/simulate/countertest":     {"shared/simulate"},
	"shared/simulate/kik":             {"shared/bot", "shared/simulate"},
	"shared/simulate/messenger":       {"shared/bot", "shared/simulate"},
	"shared/simulate/pyrus":           {"shared/bot", "shared/simulate"},
	"shared/simulate/telegram":        {"shared/bot", "shared/simulate", "shared/simulate/telegram/markup"},
	"shared/simulate/telegram/markup": {},

	"shared/api": middle,
	"shared/cloud": {
		"shared/bot", "shared/queue", "shared/queue/sqsqueue", "shared/secret", "shared/store", "shared/store/dynamotable",
	},
	"shared/cli":        {"shared/bot", "shared/botfile", "shared/permabots", "shared/provider", "shared/rehearse", "shared/secret"},
	"shared/engine":     slices.Concat(middle, []string{"shared/fetch", "shared/metrics"}),
	"shared/fetch":      {"shared/bot"},
	"shared/feed":       {"shared/bot", "shared/metrics", "shared/provider", "shared/queue"},
	"shared/lambdahttp": {"shared/bot"},
	"shared/rehearse":   {"shared/bot", "shared/botfile", "shared/engine", "shared/fetch", "shared/provider"},
	"shared/notify":     {"shared/bot", "shared/metrics", "shared/queue", "shared/secret", "shared/store"},
	"shared/webhook":    {"shared/bot", "shared/metrics", "shared/provider", "shared/queue"},

	"infra/emulators": {},
	"infra/lambda":    {},

	"functions/api": {
		"shared/api", "shared/cloud", "shared/lambdahttp", "shared/provider/catalog", "shared/secret", "shared/store",
	},
	"functions/hook":      {"shared/cloud", "shared/lambdahttp", "shared/metrics", "shared/notify", "shared/store"},
	"functions/processor": {"shared/cloud", "shared/engine", "shared/fetch", "shared/metrics", "shared/provider/catalog", "shared/store"},
	"functions/kik":       doorOf("kik"),
	"functions/messenger": doorOf("messenger"),
	"functions/pyrus":     doorOf("pyrus"),
	"functions/telegram":  doorOf("telegram"),
	"functions/local": slices.Concat(middle, []string{
		"shared/api", "shared/cli", "shared/engine", "shared/feed", "shared/fetch", "shared/metrics", "shared/notify", "shared/provider/catalog", "shared/queue/sqlitequeue",
		"shared/simulate", "shared/simulate/kik", "shared/simulate/messenger", "shared/simulate/pyrus", "shared/simulate/telegram", "shared/sqlitefile", "shared/store/sqlitetable", "shared/webhook",
	}),
}

// doorOf is what the function of a network is put together of.
func doorOf(network string) []string {
	return []string{
		"shared/cloud", "shared/lambdahttp", "shared/metrics", "shared/provider/" + network, "shared/store", "shared/webhook",
	}
}

// conformanceSuites are not test files and import what tests do.
var conformanceSuites = []string{"shared/provider/providertest", "shared/queue/queuetest", "shared/store/tabletest"}

// keepers says which packages may import a module of others. Test files may import any that go.mod names.
var keepers = map[string][]string{
	"github.com/aws/aws-lambda-go": {
		"shared/queue/sqsqueue", "shared/lambdahttp", "functions/api", "functions/hook", "functions/kik", "functions/messenger",
		"functions/pyrus", "functions/telegram", "functions/processor", "infra/emulators", "infra/lambda",
	},
	"github.com/aws/aws-sdk-go-v2": {
		"shared/cloud", "shared/queue/sqsqueue", "shared/store/dynamotable", "infra/emulators",
	},
	"code.dny.dev/ssrf":                {"shared/fetch"},
	"github.com/alecthomas/kong":       {"shared/cli"},
	"github.com/danielgtaylor/huma/v2": {"shared/api"},
	"github.com/goccy/go-yaml":         {"shared/botfile", "shared/cli"},
	"github.com/google/go-cmp":         conformanceSuites,
	"github.com/valyala/fasttemplate":  {"shared/template"},
	"modernc.org/sqlite":               {"shared/sqlitefile"},
	"pgregory.net/rapid":               conformanceSuites,
}

// unused are packages of the standard library that keep the linker from dropping methods that nobody calls.
var unused = []string{"html/template", "text/template"}

// unlinked says which code must not get into a program, by whatever way.
var unlinked = map[string][]string{
	"functions/local":     {"github.com/aws/"},
	"functions/api":       slices.Concat(unused, []string{"modernc.org/", module + "shared/engine"}),
	"functions/processor": slices.Concat(unused, []string{"modernc.org/"}),
	"functions/hook":      doorsLack,
	"functions/kik":       doorsLack,
	"functions/messenger": doorsLack,
	"functions/pyrus":     doorsLack,
	"functions/telegram":  doorsLack,
}

// doorsLack is what a function that only takes calls has no use for: it would start later for it.
var doorsLack = slices.Concat(unused, []string{
	"modernc.org/", "github.com/valyala/fasttemplate", module + "shared/engine", module + "shared/match", module + "shared/template",
})

// listed is a package as go list describes it: Imports are those of its files that are no tests.
type listed struct {
	ImportPath string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

func TestImports(t *testing.T) {
	packages, err := listPackages()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for _, complaint := range checkImports(packages) {
		t.Error(complaint)
	}
}

func TestImportsCanFail(t *testing.T) {
	bad := []listed{
		{ImportPath: module + "shared/bot", Imports: []string{"time", "html/template", module + "shared/store"}},
		{ImportPath: module + "shared/queue/sqlitequeue", Imports: []string{"modernc.org/sqlite/lib", module + "shared/queue"}},
		{ImportPath: module + "shared/sqlitefile", Imports: []string{"modernc.org/sqlite", "modernc.org/sqlitelike"}},
		{ImportPath: module + "shared/cellar", Imports: []string{"time"}},
		{ImportPath: module + "functions/local", Deps: []string{"time", "github.com/aws/aws-sdk-go-v2/aws"}},
		{ImportPath: module + "functions/telegram", Deps: []string{"html/template", module + "shared/engine", module + "shared/store"}},
		{ImportPath: module + "functions/processor", Deps: []string{"modernc.org/libc", module + "shared/engine"}},
	}
	want := []string{
		"shared/bot may not import html/template",
		"shared/bot may not import shared/store",
		"shared/queue/sqlitequeue may not import modernc.org/sqlite/lib",
		"shared/sqlitefile may not import modernc.org/sqlitelike",
		"shared/cellar has no row in the table of imports",
		"functions/local links github.com/aws/aws-sdk-go-v2/aws",
		"functions/telegram links html/template",
		"functions/telegram links hookline/shared/engine",
		"functions/processor links modernc.org/libc",
	}
	if diff := cmp.Diff(want, checkImports(bad)); diff != "" {
		t.Errorf("checkImports (-want +got):\n%s", diff)
	}
}

func listPackages() ([]listed, error) {
	// As functions are built: without the tag aws-lambda-go brings net/rpc, and that html/template.
	list := exec.Command("go", "list", "-tags", "lambda.norpc", "-json=ImportPath,GoFiles,Imports,Deps", "./...")
	list.Dir = ".."
	output, err := list.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	if err != nil {
		return nil, err
	}
	var packages []listed
	decoder := json.NewDecoder(strings.NewReader(string(output)))
	for {
		var p listed
		if err := decoder.Decode(&p); err == io.EOF {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		if len(p.GoFiles) > 0 { // else it is tests only
			packages = append(packages, p)
		}
	}
}

func checkImports(packages []listed) (complaints []string) {
	for _, p := range packages {
		importer := strings.TrimPrefix(p.ImportPath, module)
		if _, ok := arrows[importer]; !ok {
			complaints = append(complaints, importer+" has no row in the table of imports")
		}
		for _, imported := range p.Imports {
			if !mayImport(importer, imported) {
				complaints = append(complaints, importer+" may not import "+strings.TrimPrefix(imported, module))
			}
		}
		for _, dependency := range p.Deps {
			if slices.ContainsFunc(unlinked[importer], func(code string) bool { return strings.HasPrefix(dependency, code) }) {
				complaints = append(complaints, importer+" links "+dependency)
			}
		}
	}
	return complaints
}

func mayImport(importer, imported string) bool {
	if ours, ok := strings.CutPrefix(imported, module); ok {
		return slices.Contains(arrows[importer], ours)
	}
	if host, _, _ := strings.Cut(imported, "/"); !strings.Contains(host, ".") {
		return !slices.Contains(unused, imported)
	}
	for theirs, importers := range keepers {
		if imported == theirs || strings.HasPrefix(imported, theirs+"/") {
			return slices.Contains(importers, importer)
		}
	}
	return false
}
