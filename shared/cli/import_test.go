package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const permabotsDump = `[
	{"model": "permabots.bot", "pk": "b", "fields": {"name": "pizza", "telegram_bot": "t"}},
	{"model": "permabots.telegrambot", "pk": "t", "fields": {"token": "123:from-the-dump", "enabled": true}},
	{"model": "permabots.handler", "pk": "h", "fields": {"bot": "b", "name": "start", "pattern": "(?=x)", "response": "r"}},
	{"model": "permabots.response", "pk": "r", "fields": {"text_template": "hi"}},
	{"model": "permabots.kikuser", "pk": "k", "fields": {}}
]`

const importedPizza = `bot: pizza
channels:
  telegram:
    token: "${TELEGRAM_TOKEN}"
handlers:
  - name: start
    pattern: "(?=x)"
    response:
      text: hi
      reply_to: true
`

func TestImportPermabots(t *testing.T) {
	dump, out := file(t, "dump.json", permabotsDump), filepath.Join(t.TempDir(), "new", "bots")
	written := filepath.Join(out, "pizza.yaml")
	got := run(t, nil, "", "import", "permabots", dump, "--out", out)
	for _, line := range []string{
		written + ":4: warning: channels.telegram.token: set TELEGRAM_TOKEN to the bot's token, as permabots has it\n",
		written + ":7: handlers[0].pattern: look-ahead (?=…) at byte 0: ",
		"permabots.kikuser: 1 left out: the archive of messages, chats and users stays behind\n",
	} {
		got.want(t, 0, written+"\n", line)
	}
	if text, err := os.ReadFile(written); string(text) != importedPizza {
		t.Errorf("import permabots writes %v (-want +got):\n%s", err, cmp.Diff(importedPizza, string(text)))
	}
	if info, err := os.Stat(written); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s has mode %v (%v), want 0600", written, info.Mode(), err)
	}
	run(t, nil, "", "import", "permabots", dump, "--out", out).want(t, 1, "", written+" is there already: name another directory with --out\n")
}

func TestImportPermabotsAsJSON(t *testing.T) {
	dump, out := file(t, "dump.json", permabotsDump), t.TempDir()
	got := run(t, nil, "", "import", "permabots", dump, "--out", out, "-o", "json")
	var result struct {
		Bots []struct {
			Bot, File string
			Problems  []struct {
				File, Path string
				Line       int
			}
		}
		Notes []string
	}
	err := json.Unmarshal([]byte(got.stdout), &result)
	if err != nil || got.code != 0 || got.stderr != "" || len(result.Bots) != 1 || len(result.Bots[0].Problems) != 3 || len(result.Notes) != 1 {
		t.Fatalf("import permabots -o json = %d %s%s (%v), want one bot with three problems, and a note", got.code, got.stdout, got.stderr, err)
	}
	if b := result.Bots[0]; b.Bot != "pizza" || b.File != filepath.Join(out, "pizza.yaml") || b.Problems[2].Path != "handlers[0].pattern" || b.Problems[2].Line != 7 {
		t.Errorf("import permabots -o json = %s, want pizza with its pattern in line 7", got.stdout)
	}
}

func TestImportPermabotsRefuses(t *testing.T) {
	none, dump := file(t, "none.json", "{}"), file(t, "dump.json", permabotsDump)
	tests := []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"absent", []string{"absent.json"}, 1, "absent.json: no such file or directory\n"},
		{"no dump", []string{none}, 1, none + `: not a dump: it must be the list that "manage.py dumpdata permabots" writes`},
		{"out is a file", []string{dump, "--out", none}, 1, none},
		{"nothing", nil, 2, `expected "<dump>"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, nil, "", append([]string{"import", "permabots"}, test.args...)...).want(t, test.code, "", test.stderr)
		})
	}
}
