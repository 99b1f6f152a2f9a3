package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/cli"
)

// turnsBody is an answer of the API, newest first.
func turnsBody(turns ...string) string {
	slices.Reverse(turns)
	return `{"turns":[` + strings.Join(turns, ",") + `]}`
}

func turnJSON(id, outcome string, second int) string {
	return fmt.Sprintf(`{"id":%q,"time":"2026-03-01T12:00:%02dZ","bot":"pizza","channel":"telegram","provider":"telegram","version":1,
		"event":{"id":%q,"provider":"telegram","channel":"c1","kind":"text","text":"hello"},"state":{"before":"","after":""},"outcome":%q}`,
		id, second, id, outcome)
}

const wholeTurn = `{"id":"t1","time":"2026-03-01T12:00:00Z","bot":"pizza","channel":"telegram","provider":"telegram","version":1,
	"event":{"id":"1","provider":"telegram","channel":"c1","kind":"text","text":"one margherita","chat":{"id":"42"},"from":{"id":"7","first_name":"Ada"}},
	"handlers":[{"name":"off","verdict":"disabled"},{"name":"pictures","verdict":"kind"},{"name":"done","verdict":"state"},
		{"name":"bye","verdict":"pattern"},{"name":"order","verdict":"fired","captures":{"pizza":"margherita","size":null}},{"name":"last","verdict":"not_tried"}],
	"requests":[{"handler":"order","method":"POST","url":"https://x/orders","body":"{\"a\":\n 1}","status":201,"answer":"{\"id\": 7}","ms":3},
		{"handler":"order","method":"GET","url":"https://x","status":0,"error":"no answer within 8s","ms":8000}],
	"replies":[{"chat":"42","parts":[{"text":"Which size?","keyboard":[["small"],[{"text":"Menu","url":"https://x"}]]}],"sent":true},
		{"chat":"42","parts":[{"text":"Hurry"}],"sent":false}],
	"state":{"before":"","after":"sizing"},"outcome":"failed","error":"the network is down","notes":["something was left out"],"tries":2,"ms":{"send":1.5}}`

func TestTurns(t *testing.T) {
	t.Setenv("TZ", "UTC")
	s := newServer(t, map[string]answer{"GET /v1/bots": {200, oneBot}, "GET /v1/bots/pizza/turns": {200, turnsBody(wholeTurn)}})
	got := run(t, nil, "", "turns", "--server", s.URL)
	_, text, _ := strings.Cut(got.stdout, "  telegram")
	want := `  chat 42  Ada: "one margherita"
    off       lost: it is disabled
    pictures  lost: not for this kind of event
    done      lost: not in this state
    bye       lost: its pattern is not found
  > order     fired with pizza = "margherita"
    not tried: last
  request  POST https://x/orders {"a": 1}
  answer   201 {"id": 7}
  request  GET https://x
  answer   no answer within 8s
  reply    "Which size?" [small] [Menu]
  unsent   "Hurry"
  state    none → sizing
  outcome  failed after 2 tries (send 1.5ms)
  error    the network is down
  note     something was left out
  turn     t1

`
	if diff := cmp.Diff(want, text); diff != "" || got.code != 0 {
		t.Errorf("turns = %d %s (-want +got)\n%s", got.code, got.stderr, diff)
	}
}

func TestTurnsOfManyHandlersStayReadable(t *testing.T) {
	var verdicts []string
	for i := range 1000 {
		verdict := "pattern"
		if i == 500 {
			verdict = "fired"
		} else if i > 500 {
			verdict = "not_tried"
		}
		verdicts = append(verdicts, fmt.Sprintf(`{"name":"h%d","verdict":%q}`, i, verdict))
	}
	turn := strings.Replace(turnJSON("t1", "replied", 0), `"event"`, `"handlers":[`+strings.Join(verdicts, ",")+`],"event"`, 1)
	s := newServer(t, map[string]answer{"GET /v1/bots": {200, oneBot}, "GET /v1/bots/pizza/turns": {200, turnsBody(turn)}})
	got := run(t, nil, "", "turns", "--server", s.URL)
	got.want(t, 0, "> h500  fired\n    and 480 more that lost", "")
	got.want(t, 0, "h520 and 479 more; -o json", "")
	if lines := strings.Count(got.stdout, "\n"); lines > 40 {
		t.Errorf("a turn of 1000 handlers takes %d lines, want at most 40", lines)
	}
}

func TestTurnsAsJSON(t *testing.T) {
	s := newServer(t, map[string]answer{
		"GET /v1/bots": {200, oneBot}, "GET /v1/bots/pizza/turns": {200, turnsBody(turnJSON("t1", "replied", 1), turnJSON("t2", "silent", 2))},
	})
	got := run(t, nil, "", "turns", "-o", "json", "--server", s.URL)
	lines := strings.Split(strings.TrimSpace(got.stdout), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], `{"id":"t1",`) || !strings.HasPrefix(lines[1], `{"id":"t2",`) {
		t.Errorf("turns -o json = %s, want an object a line, the newest last", got.stdout)
	}
}

func TestTurnsAskForWhatTheFlagsSay(t *testing.T) {
	var asked string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/bots" {
			fmt.Fprint(w, oneBot)
			return
		}
		asked = r.URL.RawQuery
		fmt.Fprint(w, turnsBody())
	}))
	defer s.Close()
	run(t, nil, "", "turns", "pizza", "--chat", "a b", "-n", "5", "--server", s.URL).want(t, 0, "", "")
	if asked != "chat=a+b&limit=5" {
		t.Errorf("turns asked for %q", asked)
	}
	run(t, nil, "", "turns", "pizza", "--since", "1h", "--server", s.URL).want(t, 0, "", "")
	if !strings.Contains(asked, "since=20") {
		t.Errorf("turns --since asked for %q", asked)
	}
}

// following is a server whose turns change from answer to answer; the last one stays.
func following(t *testing.T, answers ...string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/bots" {
			fmt.Fprint(w, oneBot)
			return
		}
		fmt.Fprint(w, answers[0])
		answers = answers[min(1, len(answers)-1):]
	}))
	t.Cleanup(s.Close)
	return s
}

func TestTurnsFollow(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	s := following(t,
		turnsBody(turnJSON("t1", "replied", 1), turnJSON("t2", "handed_back", 2)),
		turnsBody(turnJSON("t1", "replied", 1), turnJSON("t2", "handed_back", 2)),
		turnsBody(turnJSON("t1", "replied", 1), turnJSON("t2", "replied", 2), turnJSON("t3", "silent", 3)))
	out := &lineWriter{until: `"t3"`, end: end}
	code := cli.Run(ctx, []string{"turns", "--follow", "-o", "json", "--server", s.URL}, cli.Env{
		Stdout: out, Stderr: out, Stdin: strings.NewReader(""), LookupEnv: func(string) (string, bool) { return "", false },
	})
	var got []string
	for line := range strings.Lines(out.String()) {
		id, _, _ := strings.Cut(strings.TrimPrefix(line, `{"id":"`), `"`)
		_, outcome, _ := strings.Cut(line, `"outcome":"`)
		got = append(got, id+" "+strings.TrimRight(outcome, "\"}\n"))
	}
	want := []string{"t1 replied", "t2 handed_back", "t2 replied", "t3 silent"}
	if diff := cmp.Diff(want, got); diff != "" || code != 0 {
		t.Errorf("turns --follow = %d (-want +got)\n%s", code, diff)
	}
}

// lineWriter ends a run once a text has been written.
type lineWriter struct {
	bytes.Buffer
	until string
	end   context.CancelFunc
}

func (w *lineWriter) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if strings.Contains(w.String(), w.until) {
		w.end()
	}
	return n, err
}

func TestTurnsFollowLeavesOutWhatTheLimitLeftOut(t *testing.T) {
	var asked []url.Values
	ctx, end := context.WithCancel(t.Context())
	old := turnJSON("t1", "replied", 1)
	fresh := strings.Replace(old, "2026-03-01T12:00:01Z", time.Now().UTC().Format(time.RFC3339), 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/bots" {
			fmt.Fprint(w, oneBot)
			return
		}
		if asked = append(asked, r.URL.Query()); len(asked) > 1 {
			end()
		}
		fmt.Fprint(w, turnsBody(fresh))
	}))
	defer s.Close()
	code := cli.Run(ctx, []string{"turns", "--follow", "--limit", "1", "--server", s.URL}, cli.Env{
		Stdout: io.Discard, Stderr: io.Discard, LookupEnv: func(string) (string, bool) { return "", false },
	})
	if code != 0 || len(asked) < 2 || asked[0].Get("limit") != "1" || asked[1].Get("limit") != "500" {
		t.Fatalf("turns --follow = %d, asked %v, want limit 1, then 500", code, asked)
	}
	since, err := time.Parse(time.RFC3339, asked[1].Get("since"))
	if err != nil || time.Since(since) > 30*time.Second {
		t.Errorf("the second query asks since %s (%v), want the time of the oldest turn that was printed", since, err)
	}
}
