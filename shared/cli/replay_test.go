package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recording is a server that has turns of the bot pizza, the newest first, and gives them as the real one does.
type recording struct {
	turns int
	asked []url.Values
}

func (r *recording) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	switch req.URL.Path {
	case "/v1/bots":
		fmt.Fprint(w, oneBot)
	case "/v1/bots/pizza":
		fmt.Fprint(w, `{"bot":"pizza","secrets":{"KEY":"set"},"channels":{"telegram":{"provider":"telegram","token":"set"}},
			"handlers":[{"name":"any","response":{"text":"You said {{ event.text }}."}}]}`)
	case "/v1/bots/pizza/versions/2":
		fmt.Fprint(w, `{"bot":"pizza","handlers":[{"name":"other","response":{"text":"You said hello."}}]}`)
	case "/v1/bots/pizza/turns":
		r.asked = append(r.asked, req.URL.Query())
		turns, next := r.page(req.URL.Query())
		fmt.Fprintf(w, `{"turns":[%s],"next":%q}`, strings.Join(turns, ","), next)
	default:
		var i int
		if n, _ := fmt.Sscanf(req.URL.Path, "/v1/bots/pizza/turns/t%d", &i); n == 1 && i < r.turns {
			fmt.Fprint(w, r.turn(i))
			return
		}
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, `{"detail":"there is no %s"}`, req.URL.Path)
	}
}

// page gives the turns behind the cursor, of which the first answer has none, and the next cursor.
func (r *recording) page(query url.Values) (page []string, next string) {
	from := 0
	if n, _ := fmt.Sscanf(query.Get("cursor"), "t%d", &from); n == 1 {
		from++
	}
	limit, _ := strconv.Atoi(query.Get("limit"))
	for i := from; i < r.turns; i++ {
		page = append(page, r.turn(i))
		if len(page) == limit {
			return page, fmt.Sprintf("t%d", i)
		}
	}
	return page, ""
}

func (r *recording) turn(i int) string {
	said := "hello"
	if i%1000 == 7 {
		said = "something else"
	}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(-time.Duration(i) * time.Microsecond)
	return fmt.Sprintf(`{"id":"t%d","time":%q,"bot":"pizza","channel":"telegram","provider":"telegram","version":1,
		"event":{"id":"%d","provider":"telegram","channel":"c1","kind":"text","text":%q,"chat":{"id":"42"},"from":{"id":"7","first_name":"Ada"}},"fired":["any"],
		"state":{"before":"","after":""},"replies":[{"chat":"42","parts":[{"text":"You said hello."}],"sent":true}],
		"outcome":"replied"}`, i, at.Format(time.RFC3339Nano), i, said)
}

func recordingServer(t *testing.T, turns int) (*recording, *httptest.Server) {
	t.Helper()
	r := &recording{turns: turns}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	return r, s
}

func TestReplayAll(t *testing.T) {
	t.Setenv("TZ", "UTC")
	tests := []struct {
		name   string
		turns  int
		code   int
		stdout string
	}{
		{"no turns", 0, 0, "this edit changes 0 of 0 turns\n"},
		{"a page that is full", 100, 1, "t7  2026-03-01 11:59:59  telegram  chat 42  replies\nthis edit changes 1 of 100 turns\n"},
		{"several pages", 4310, 1, "t4007  2026-03-01 11:59:59  telegram  chat 42  replies\nthis edit changes 5 of 4,310 turns\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, s := recordingServer(t, test.turns)
			got := run(t, nil, "", "replay", "--all", "--server", s.URL)
			got.want(t, test.code, test.stdout, "")
			for _, asked := range r.asked {
				if asked.Get("explain") != "false" || asked.Get("limit") != "100" {
					t.Errorf("replay --all asked for turns by %v, want pages of 100 without explanations", asked)
				}
			}
		})
	}
}

func TestReplayAllAsJSON(t *testing.T) {
	_, s := recordingServer(t, 8)
	got := run(t, nil, "", "replay", "--all", "-o", "json", "--server", s.URL)
	var answer map[string]any
	if err := json.Unmarshal([]byte(got.stdout), &answer); err != nil {
		t.Fatalf("replay --all -o json = %s %s: %v", got.stdout, got.stderr, err)
	}
	part := func(text string) []any {
		return []any{map[string]any{"text": text}}
	}
	want := map[string]any{"turns": 8.0, "changed": []any{map[string]any{
		"turn": "t7", "time": "2026-03-01T11:59:59.999993Z", "channel": "telegram", "chat": "42",
		"changes": []any{map[string]any{"what": "replies", "before": part("You said hello."), "after": part("You said something else.")}},
	}}}
	if diff := cmp.Diff(want, answer); diff != "" || got.code != 1 {
		t.Errorf("replay --all -o json = %d (-want +got)\n%s", got.code, diff)
	}
}

func TestReplayOne(t *testing.T) {
	const handlers = "channels: {telegram: {token: '1:t'}}\nhandlers:\n  - {name: any, response: {text: 'You said {{ event.text }}.'}}\n"
	polite, burger := file(t, "polite.yaml", "bot: pizza\n"+handlers), file(t, "burger.yaml", "bot: burger\n"+handlers)
	wrong := file(t, "wrong.yaml", "bot: 'a b'\n")
	tests := []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"the same", []string{"t205"}, 0, "chat 42  Ada: \"hello\"\n  nothing changes\n", ""},
		{"otherwise", []string{"t7"}, 1, "- recorded, + replayed:\n      replies:\n    -   - text: You said hello.\n    +   - text: You said something else.\n", ""},
		{"the same as JSON", []string{"t205", "-o", "json"}, 0, `"channel":"telegram","chat":"42"}` + "\n", ""},
		{"against a file", []string{"t205", "--against", polite}, 0, "nothing changes", ""},
		{"against a version", []string{"t205", "--version", "2"}, 1, "  handlers, - recorded, + replayed:\n    - handlers: [any]\n    + handlers: [other]\n", ""},
		{"of a version that is gone", []string{"t205", "--version", "9"}, 1, "", "there is no /v1/bots/pizza/versions/9"},
		{"against a file of another bot", []string{"t205", "--against", burger}, 1, "", "no such bot: burger"},
		{"against a file, as if of this bot", []string{"t205", "--against", burger, "--bot", "pizza"}, 0, "nothing changes", ""},
		{"against a file that is wrong", []string{"t205", "--against", wrong}, 1, "", "wrong.yaml:1: "},
		{"not kept", []string{"t999"}, 1, "", "there is no /v1/bots/pizza/turns/t999"},
		{"of another bot", []string{"t205", "--bot", "burger"}, 1, "", "no such bot: burger"},
		{"of nothing", nil, 2, "", "name a turn, or give --all"},
		{"of both", []string{"t1", "--all"}, 2, "", "name a turn, or give --all"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, s := recordingServer(t, 300)
			run(t, nil, "", append([]string{"replay", "--server", s.URL}, test.args...)...).want(t, test.code, test.stdout, test.stderr)
		})
	}
}

func TestReplayOneReadsNoOthers(t *testing.T) {
	r, s := recordingServer(t, 1000)
	run(t, nil, "", "replay", "t105", "--server", s.URL).want(t, 0, "nothing changes", "")
	if len(r.asked) != 0 {
		t.Errorf("replay of one turn asked for %d pages of turns, want none", len(r.asked))
	}
}

func TestReplaySaysWhatCannotBeReplayed(t *testing.T) {
	partial := strings.Replace(turnJSON("t1", "replied", 1), `"outcome"`, `"partial":true,"outcome"`, 1)
	s := newServer(t, map[string]answer{
		"GET /v1/bots": {200, oneBot}, "GET /v1/bots/pizza/turns": {200, turnsBody(partial)}, "GET /v1/bots/pizza/turns/t1": {200, partial},
		"GET /v1/bots/pizza": {200, `{"bot":"pizza"}`},
	})
	run(t, nil, "", "replay", "--all", "--server", s.URL).want(t, 0,
		"not replayed: its record does not hold all that it was decided by\n1 of them could not be replayed\nthis edit changes 0 of 1 turns\n", "")
	run(t, nil, "", "replay", "t1", "--server", s.URL).want(t, 1, "", "the turn cannot be replayed: its record")
	if i := slices.Index(s.calls, "GET /v1/bots/pizza"); i < 0 {
		t.Errorf("calls %v, want the live version read", s.calls)
	}
}

func TestTurnsAsTest(t *testing.T) {
	r, s := recordingServer(t, 2)
	got := run(t, nil, "", "turns", "--as-test", "42", "--since", "1h", "--server", s.URL)
	want := "bot: pizza.yaml\nprovider: telegram\nconversations:\n"
	if !strings.HasPrefix(got.stdout, want) || strings.Count(got.stdout, "say: hello") != 2 || got.code != 0 || got.stderr != "" {
		t.Errorf("turns --as-test = %d %s\n%s, want a test file of two steps", got.code, got.stderr, got.stdout)
	}
	if asked := r.asked[0]; asked.Get("chat") != "42" || asked.Get("since") == "" {
		t.Errorf("turns --as-test asked for %v, want chat 42, since an hour ago", asked)
	}
	_, none := recordingServer(t, 0)
	run(t, nil, "", "turns", "--as-test", "42", "--server", none.URL).want(t, 1, "", "no turn of chat 42 is kept")
}
