package permabots_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/botfile"
	"hookline/shared/permabots"
	"hookline/shared/provider/catalog"
)

var checker = botfile.Checker{Providers: catalog.New(nil, func(string) string { return "" }), Lint: true}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// formatted gives the notes of a bot as they are printed.
func formatted(b permabots.Bot) string {
	var out strings.Builder
	for _, p := range b.Notes {
		out.WriteString(botfile.Format("f", p) + "\n")
	}
	return out.String()
}

// The dump has every model in it. Its bot file is right, and shows none of its credentials.
func TestImportWholeDump(t *testing.T) {
	got, err := permabots.Import(strings.NewReader(readFile(t, "testdata/dump.json")))
	if err != nil || len(got.Bots) != 1 {
		t.Fatalf("Import(dump.json) = %v, %v, want one bot", got, err)
	}
	text, err := botfile.Export(got.Bots[0].Definition)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(readFile(t, "testdata/pizza-bot.yaml"), string(text)); diff != "" {
		t.Errorf("Import(dump.json) (-want +got):\n%s", diff)
	}
	notes := formatted(got.Bots[0]) + strings.Join(got.Notes, "\n") + "\n"
	if diff := cmp.Diff(readFile(t, "testdata/notes.txt"), notes); diff != "" {
		t.Errorf("Import(dump.json) notes (-want +got):\n%s", diff)
	}
	if secret := "from-the-dump"; strings.Contains(string(text)+notes, secret) {
		t.Errorf("Import(dump.json) shows a credential, %q:\n%s%s", secret, text, notes)
	}
	def, problems := checker.Read("pizza-bot.yaml", text)
	if len(problems) > 0 {
		t.Errorf("Read(pizza-bot.yaml) finds %v, want nothing", problems)
	}
	if diff := cmp.Diff(got.Bots[0].Definition, def); diff != "" {
		t.Errorf("Read(pizza-bot.yaml) (-imported +read):\n%s", diff)
	}
}

func TestImportErrors(t *testing.T) {
	tests := []struct{ name, dump, want string }{
		{"nothing", "", `not a dump: it must be the list that "manage.py dumpdata permabots" writes`},
		{"no JSON", "- model: permabots.bot", `not a dump: it must be the list that "manage.py dumpdata permabots" writes`},
		{"no list", `{"model": "permabots.bot"}`, `not a dump: it must be the list that "manage.py dumpdata permabots" writes`},
		{"no objects", "[1]", "object 1 of the dump: json: cannot unmarshal number into Go value"},
		{"no key", `[{"model": "permabots.bot", "fields": {}}]`, "object 1 of the dump: permabots.bot has no pk"},
		{"cut off in an object", `[{"model": "permabots.bot", "pk": "b"}, {"mod`, "object 2 of the dump: unexpected EOF"},
		{"cut off behind one", `[{"model": "permabots.bot", "pk": "b"}`, "the dump ends too early"},
		{"no bots", `[{"model": "permabots.state", "pk": "s"}]`, `no bot is in it: it must be what "manage.py dumpdata permabots" writes`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := permabots.Import(strings.NewReader(tt.dump))
			if bot.KindOf(err) != bot.Invalid || !strings.HasPrefix(bot.PublicMessage(err), tt.want) {
				t.Errorf("Import(%s) = %v, %v, want kind invalid, %q", tt.dump, got, err, tt.want)
			}
		})
	}
}

// FuzzImport: whatever a dump holds, there is an error of kind invalid, or bots that can be written.
func FuzzImport(f *testing.F) {
	whole, err := os.ReadFile("testdata/dump.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(whole))
	f.Add(dump(response("r", `"text_template": "{{ a }}\\nb"`), request("q", `"data": "[{{ x }}"`), handler("h", `"response": "r", "request": "q"`)))
	f.Fuzz(func(t *testing.T, dump string) {
		got, err := permabots.Import(strings.NewReader(dump))
		if err != nil {
			if bot.KindOf(err) != bot.Invalid {
				t.Errorf("Import(%q) = %v, want kind invalid", dump, err)
			}
			return
		}
		for _, b := range got.Bots {
			if _, err := botfile.Export(b.Definition); err != nil {
				t.Errorf("Import(%q) gives %+v, which Export refuses: %v", dump, b.Definition, err)
			}
		}
	})
}
