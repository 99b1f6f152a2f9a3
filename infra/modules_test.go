package infra_test

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing/fstest"
)

// reasons is why we depend on each module that we name ourselves.
var reasons = map[string]string{
	"code.dny.dev/ssrf":                                   "which addresses are public, kept in step with IANA's registries",
	"github.com/alecthomas/kong":                          "the command line: commands as structs, and help that helps",
	"github.com/aws/aws-lambda-go":                        "Lambda's runtime and the shapes of its events",
	"github.com/aws/aws-sdk-go-v2":                        "AWS: requests, signatures, retries",
	"github.com/aws/aws-sdk-go-v2/service/dynamodb":       "the table on AWS",
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager": "the master secret on AWS",
	"github.com/aws/aws-sdk-go-v2/service/sqs":            "the queues on AWS",
	"github.com/danielgtaylor/huma/v2":                    "the management API: checks calls and writes the OpenAPI document from Go types",
	"github.com/goccy/go-yaml":                            "the bot file: keeps the line of every field, so that a mistake can be shown where it is",
	"github.com/google/go-cmp":                            "tests: differences of values that can be read",
	"github.com/rogpeppe/go-internal":                     "tests: whole-program scripts",
	"github.com/valyala/fasttemplate":                     "templates that only insert values: the hot path",
	"modernc.org/sqlite":                                  "one machine's queue and table in one file, without a C compiler",
	"pgregory.net/rapid":                                  "tests: properties, and counterexamples made small",
}

var moduleRules = []rule{{
	"dependencies have a reason", checkModules,
	fstest.MapFS{"go.mod": file(`module hookline

go 1.26.0

require github.com/alecthomas/kong v1.17.0

require (
	code.dny.dev/ssrf v0.3.0
	github.com/aws/aws-lambda-go v1.55.1
	github.com/aws/aws-sdk-go-v2 v1.47.6
	github.com/aws/aws-sdk-go-v2/service/dynamodb v1.73.0
	github.com/aws/aws-sdk-go-v2/service/secretsmanager v1.50.9
	github.com/aws/aws-sdk-go-v2/service/sqs v1.52.9
	github.com/danielgtaylor/huma/v2 v2.37.2
	github.com/goccy/go-yaml v1.19.2
	github.com/google/go-cmp v0.7.0
	github.com/rogpeppe/go-internal v1.16.0
	github.com/stretchr/testify v1.11.1
	github.com/valyala/fasttemplate v1.2.2
	modernc.org/sqlite v1.60.0
	modernc.org/libc v1.77.1 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)

replace github.com/alecthomas/kong => ../kong
`)},
	[]string{
		"go.mod: a replace directive holds on one machine only",
		"go.mod: github.com/stretchr/testify has no reason in the list",
		"go.mod: pgregory.net/rapid has a reason and is not required directly",
	},
}}

func checkModules(tree fs.FS) (complaints []string) {
	unused := maps.Clone(reasons)
	var unlisted []string
	for line := range strings.Lines(text(tree, "go.mod")) {
		fields := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(fields) > 0 && fields[0] == "replace" {
			complaints = append(complaints, "go.mod: a replace directive holds on one machine only")
		}
		if len(fields) != 2 || !strings.HasPrefix(fields[1], "v") {
			continue // an indirect one has a comment
		}
		if _, ok := unused[fields[0]]; !ok {
			unlisted = append(unlisted, "go.mod: "+fields[0]+" has no reason in the list")
		}
		delete(unused, fields[0])
	}
	complaints = append(complaints, unlisted...)
	for _, module := range slices.Sorted(maps.Keys(unused)) {
		complaints = append(complaints, "go.mod: "+module+" has a reason and is not required directly")
	}
	return complaints
}
