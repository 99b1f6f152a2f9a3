package match_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/match"
)

// pythonRow is a row of testdata/python.json; testdata/make.py says how it is made.
type pythonRow struct {
	pattern, text string
	groups        *map[string]*string // nil if nothing is found
}

func (r *pythonRow) UnmarshalJSON(encoded []byte) error {
	return json.Unmarshal(encoded, &[]any{&r.pattern, &r.text, &r.groups})
}

// unlikePython are the rows where Hookline finds something else, by pattern and text, with the reason.
var unlikePython = map[[2]string]string{
	{`a\Z`, "a\n"}:          trimmed,
	{`(?P<a>a\s*)$`, "a\n"}: trimmed,
	{`(?P<a>x*)+`, "x"}:     emptyRound,
	{`(?P<a>x*)+`, "xy"}:    emptyRound,
	{`(?P<a>x*)+`, "xyxy"}:  emptyRound,
	{`(?P<a>x*)+`, "xxy"}:   emptyRound,
	{`(?P<a>a*)+$`, "aa"}:   emptyRound,
	{`(?i)^i$`, "ı"}:        turkish,
	{`(?i)^i$`, "İ"}:        turkish,
	{`(?i)^\w$`, "\u0345"}:  iotaBelow,
	{`(?i)^\W$`, "\u0345"}:  iotaBelow,
	{`\B`, ""}:              "Python took \\B for false in an empty text until 3.14",
	{`^[[:alpha:]]$`, "a]"}: posix,
	{`^[[:alpha:]]$`, "b"}:  posix,
}

const (
	trimmed    = "what is said is searched without the white space around it"
	emptyRound = "RE2 does not repeat once more to match nothing"
	turkish    = "Unicode's simple case folding keeps ı and İ apart from i"
	iotaBelow  = "the iota below has the letter ι as its capital, so RE2 takes it for a letter where (?i) holds"
	posix      = "RE2 has named classes; Python warns that it may have them one day"
)

// F19 F20: patterns find what Python's re.search finds.
func TestPython(t *testing.T) {
	encoded, err := os.ReadFile("testdata/python.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []pythonRow
	if err := json.Unmarshal(encoded, &rows); err != nil {
		t.Fatal(err)
	}
	differ := 0
	for _, row := range rows {
		t.Run(row.pattern+" in "+row.text, func(t *testing.T) {
			m, problems := match.Compile(&bot.Definition{Handlers: []bot.Handler{{Pattern: row.pattern}}})
			if len(problems) > 0 {
				t.Fatalf("Compile(%q) = %v", row.pattern, problems)
			}
			var got *map[string]*string
			for _, fired := range m.Fire(said(row.text), "", "") {
				if got = &fired.Captures; *got == nil {
					*got = map[string]*string{}
				}
			}
			diff := cmp.Diff(row.groups, got)
			reason := unlikePython[[2]string{row.pattern, row.text}]
			if reason != "" {
				differ++
			}
			if (reason == "") != (diff == "") {
				t.Errorf("Fire(%q) of %q, reason to differ %q (-Python +got):\n%s", row.text, row.pattern, reason, diff)
			}
		})
	}
	if differ != len(unlikePython) || len(rows) < 200 {
		t.Errorf("%d rows of %d differ, want %d of 200 and more", differ, len(rows), len(unlikePython))
	}
}
