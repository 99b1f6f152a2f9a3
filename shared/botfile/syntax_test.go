package botfile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/botfile"
)

func TestReadSyntax(t *testing.T) {
	const rest = "\nchannels: {telegram: {token: x}}\nhandlers: [{name: a, response: {text: hi}}]\n"
	runCases(t, "", []checkCase{
		{"empty", "", []string{"f:1: the file is empty: it starts with bot: NAME"}},
		{"comment only", "# bot\n", []string{"f:1: the file is empty: it starts with bot: NAME"}},
		{"text", "pizza", []string{"f:1: must be fields, such as bot: NAME"}},
		{"list", "- a\n", []string{"f:1: must be fields, such as bot: NAME"}},
		{"byte order mark", "\ufeffbot: a" + rest, nil},
		{"carriage returns", strings.ReplaceAll("bot: a"+rest, "\n", "\r\n"), nil},
		{"document start", "---\nbot: a" + rest, nil},
		{"two documents", "bot: a" + rest + "---\nbot: b\n", []string{"f:5: a second document: a bot file is one document, without ---"}},
		{"not UTF-8", "bot: a\ndescription: \xe9" + rest, []string{"f:2: not UTF-8 at byte 20"}},
		{"tab", "bot: a\nenv:\n\tA: b" + rest, []string{"f:3: found character '\t' that cannot start any token: indent with spaces, not with tabs"}},
		{"unquoted variable in braces", "bot: a\nchannels: {telegram: {token: ${TOKEN}}}\n", []string{`f:2: ',' or '}' must be specified; inside […] and {…} a ${NAME} must be quoted: "${NAME}"`}},
		{"unquoted variable in brackets", "bot: a\nchannels:\n  carrier:\n    key: [${TOKEN}]\n", []string{`f:4: ',' or ']' must be specified; inside […] and {…} a ${NAME} must be quoted: "${NAME}"`}},
		{"unquoted at sign", "bot: a\ndescription: @bot" + rest, []string{"f:2: '@' is a reserved character: put the text in quotes"}},
		{"unquoted template", "bot: a\nenv:\n  A: {{ event.text }}" + rest, []string{"f:3: could not find flow map content: text that starts with { must be quoted, as \"{{ path }}\""}},
		{"unquoted colon", "bot: a\ndescription: Pizza: by chat" + rest, []string{"f:2: mapping value is not allowed in this context: text with ': ' in it, or that starts with a bracket, must be quoted"}},
		{"unquoted class", "bot: a\nhandlers:\n  - name: x\n    pattern: [a-z]+ x\n", []string{"f:4: value is not allowed in this context: text with ': ' in it, or that starts with a bracket, must be quoted"}},
		{"field twice", "bot: a\nbot: b" + rest, []string{`f:2: mapping key "bot" already defined at [1:1]`}},
		{"quote not closed", "bot: 'a", []string{"f:1: could not find end character of single-quoted text"}},
		{"on, yes and no are text", "bot: no\nenv: {on: 'x', yes: 'y'}" + rest, nil},
		{"alias", "bot: a\nenv: {A: &x hello, B: *x}" + rest, nil},
		{"alias of nothing", "bot: a\nenv: {A: *x}" + rest, []string{"f:2: alias *x: no anchor &x stands before it; text that starts with * must be quoted"}},
		{"alias of itself", "bot: a\nenv: &x {A: *x}" + rest, []string{"f:2: alias *x: no anchor &x stands before it; text that starts with * must be quoted"}},
		{"merge key", "bot: a\nenv:\n  <<: {A: b}" + rest, []string{"f:3: merge keys (<<) are not taken: write the fields out, or use an alias for the whole value"}},
		{"tag", "bot: !!str 5" + rest, []string{"f:1: tags (!…) are not taken; text that starts with ! must be quoted"}},
		{"directive", "%YAML 1.1\n---\nbot: a" + rest, []string{"f:1: directives (%…) are not taken; text that starts with % must be quoted"}},
		{"octal", "bot: a\nenv: {A: 017}" + rest, []string{"f:2: a number is written in decimal digits, text that looks like one in quotes"}},
		{"infinity", "bot: a\nenv: {A: .inf}" + rest, []string{"f:2: infinity and not-a-number are no values here; as text they must be quoted"}},
		{"nested flow", "bot: a\nenv: " + strings.Repeat("[", 65), []string{"f:2: nested deeper than 64"}},
		{"nested dashes", "bot: a\nenv:\n " + strings.Repeat("- ", 65) + "a\n", []string{"f:3: nested deeper than 64"}},
		{"JSON", `{"bot":"a","channels":{"telegram":{"token":"x"}},"handlers":[{"name":"a","response":{"text":"\ud83d\ude00\/"}}]}`, nil},
		{"JSON with problems", "{\n\t\"bot\": \"a\",\n\t\"handlers\": [{\n\t\t\"name\": 5,\n\t\t\"patern\": \"\"}],\n\t\"channels\": {\n\t\t\"telegram\": {}}\n}", []string{
			`f:4: handlers[0].name: must be text: write "5"`,
			`f:5: handlers[0].patern: unknown field "patern": did you mean "pattern"?`,
			"f:7: channels.telegram.token: is required: from @BotFather",
		}},
		{"JSON, field twice", "{\"bot\": \"a\",\n\"bot\": \"b\"}", []string{`f:2: field "bot" is there twice`}},
		{"JSON, nested", `{"bot": ` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + "}", []string{"f:1: nested deeper than 64, or more than 1000000 values"}},
	})
}

func TestReadNestedBlocks(t *testing.T) {
	var file strings.Builder
	for depth := range 70 {
		fmt.Fprintf(&file, "%*sa:\n", depth, "")
	}
	_, problems := checker.Read("f", []byte(file.String()))
	if diff := cmp.Diff([]string{"f:66: nested deeper than 64"}, formatted(problems)); diff != "" {
		t.Errorf("Read (-want +got):\n%s", diff)
	}
}

func TestReadBrokenJSON(t *testing.T) {
	tests := []struct{ name, file, want string }{
		{"ends early", "{\"bot\":\n\"a\",", "f:2: the JSON ends too early"},
		{"ends before it starts", "", "f:1: the JSON ends too early"},
		{"comma too many", "{\"bot\": \"a\",\n\n}", "f:3: invalid character '}'"},
		{"something behind", "{}\n{}", "f:2: something follows the end of the JSON"},
		{"a list", "[]", "f:1: must be fields, such as bot: NAME"},
		{"no text as key", "{5: 6}", "f:1: invalid character '5'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := checker.Read("bot.json", []byte(tt.file))
			if got := formatted(problems); len(got) != 1 || !strings.HasPrefix(got[0], tt.want) {
				t.Errorf("Read(%q) says %q, want one that starts with %q", tt.file, got, tt.want)
			}
		})
	}
}

func TestReadTooLarge(t *testing.T) {
	_, problems := checker.Read("f", []byte("bot: a\n#"+strings.Repeat("x", botfile.MaxBytes)))
	if diff := cmp.Diff([]string{"f: 8388616 bytes; a bot file has at most 8388608"}, formatted(problems)); diff != "" {
		t.Errorf("Read (-want +got):\n%s", diff)
	}
}

// Aliases of aliases are a small file and endless text. They are refused before they are written out.
func TestReadBillionLaughs(t *testing.T) {
	file := "bot: a\nenv:\n  A0: &a0 x\n"
	for i := 1; i < 30; i++ {
		file += fmt.Sprintf("  A%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	start := time.Now()
	_, problems := checker.Read("f", []byte(file))
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "more than 1000000 values, aliases written out") {
		t.Errorf("Read says %.500v, want that there are too many values", formatted(problems))
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("Read took %v", took)
	}
}

// The parser's time grows with the square of a block's fields, so a file that would keep it busy is refused beforehand.
func TestReadManyFields(t *testing.T) {
	block := func(fields int) string {
		var b strings.Builder
		for i := range fields {
			fmt.Fprintf(&b, "  x%d: y\n", i)
		}
		return b.String()
	}
	tests := []struct {
		name string
		file string
		want []string
	}{
		{"some thousand", "bot: a\nenv:\n" + block(5_000) + "handlers: [{name: x}]\nchannels: {telegram: {token: x}}\n", nil},
		{"as many as a second allows", "bot: a\nenv:\n" + block(30_000), []string{"f:20002: too many fields side by side: write the file as JSON"}},
		{"several blocks", strings.Repeat("-\n"+block(10_000), 6), []string{"f:40006: too many fields side by side: write the file as JSON"}},
		{"in a flow there may be more", "bot: a\nenv: {" + strings.ReplaceAll(block(30_000), "\n", ",\n") + "}\nhandlers: [{name: x}]\nchannels: {telegram: {token: x}}\n", nil},
		{"many small ones", "bot: a\nchannels: {telegram: {token: x}}\nhandlers:\n" + manyHandlers(3_000), nil},
		{"too many values", strings.Repeat(":", 1_000_001), []string{"f:1: more than 1000000 values"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := checker.Read("f", []byte(tt.file))
			if diff := cmp.Diff(tt.want, formatted(problems)); diff != "" {
				t.Errorf("Read (-want +got):\n%s", diff)
			}
		})
	}
}

func manyHandlers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  - name: h%d\n    priority: %d\n    response:\n      text: hi\n", i, i)
	}
	return b.String()
}

func TestReadKeepsNumbersAndOrder(t *testing.T) {
	def, _ := checker.Read("f", []byte("bot: a\nhandlers:\n  - name: x\n    request: {url: u, json: {id: 9007199254740993, ratio: 1.0, none: null, list: [b, a]}}\n"))
	got, err := botfile.Export(def)
	want := "bot: a\nhandlers:\n  - name: x\n    request:\n      url: u\n      json:\n        id: 9007199254740993\n        list: [b, a]\n        none: null\n        ratio: 1.0\n"
	if err != nil || string(got) != want {
		t.Errorf("Export = %v (-want +got):\n%s", err, cmp.Diff(want, string(got)))
	}
}

func TestReadAliases(t *testing.T) {
	def, problems := checker.Read("f", []byte("bot: a\nchannels: {telegram: {token: x}}\nhandlers:\n  - name: x\n    response: &r {text: hi}\n  - name: y\n    response: *r\n"))
	if len(problems) > 0 || def.Handlers[1].Response.Text != "hi" {
		t.Errorf("Read = %+v, %v, want the response of x in y", def.Handlers, problems)
	}
}

func TestFormat(t *testing.T) {
	tests := []struct {
		name    string
		problem bot.Problem
		want    string
	}{
		{"all", bot.Problem{Path: "a.b", Line: 3, Message: "m"}, "f.yaml:3: a.b: m"},
		{"no line", bot.Problem{Path: "a.b", Message: "m"}, "f.yaml: a.b: m"},
		{"no field", bot.Problem{Line: 3, Message: "m"}, "f.yaml:3: m"},
		{"warning", bot.Problem{Path: "a", Line: 3, Message: "m", Warning: true}, "f.yaml:3: warning: a: m"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := botfile.Format("f.yaml", tt.problem); got != tt.want {
				t.Errorf("Format(%+v) = %q, want %q", tt.problem, got, tt.want)
			}
		})
	}
}

func TestHasErrors(t *testing.T) {
	warning, mistake := bot.Problem{Warning: true}, bot.Problem{}
	if botfile.HasErrors([]bot.Problem{warning}) || !botfile.HasErrors([]bot.Problem{warning, mistake}) || botfile.HasErrors(nil) {
		t.Error("HasErrors: want true for an error only, not for nothing or a warning")
	}
}

// FuzzRead: nothing panics, every complaint says something, and what is read can be written and read again.
func FuzzRead(f *testing.F) {
	f.Add("{\"bot\": \"a\", \"handlers\": [{\"name\": \"x\", \"response\": {\"text\": \"hi\", \"telegram\": {}}}]}")
	f.Add("bot: a\nenv: &x {A: b}\nstates: *x\nchannels:\n  telegram: {token: [a, {value: b, from: C}]}\n")
	f.Add("bot: [\nhandlers:\n  - name: |\n      x\n    on: ['*']\n    response: {keyboard: [[a, {text: b}]], messages: [{}]}\n")
	f.Fuzz(func(t *testing.T, file string) {
		def, problems := checker.Read("f", []byte(file))
		for _, p := range problems {
			if p.Message == "" || p.Line < 1 {
				t.Errorf("Read(%q) says %+v: want a message and a line", file, p)
			}
		}
		written, err := botfile.Export(def)
		if err != nil {
			t.Fatalf("Export(Read(%q)) = %v", file, err)
		}
		if botfile.HasErrors(problems) {
			return
		}
		again, _ := checker.Read("f", written)
		rewritten, _ := botfile.Export(again)
		if diff := cmp.Diff(string(written), string(rewritten)); diff != "" {
			t.Errorf("Export(Read(Export(Read(%q)))) (-once +twice):\n%s", file, diff)
		}
	})
}
