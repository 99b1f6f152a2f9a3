package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"hookline/shared/simulate/countertest"
	"hookline/shared/store"
)

// news is a bot whose users join and leave its hook, which has the first n users as recipients.
func news(n int) string {
	var file strings.Builder
	file.WriteString(`bot: counter
channels: {telegram: {token: "${TELEGRAM_TOKEN}"}}
handlers:
  - {name: join, pattern: ^join$, subscribe: courier, response: {text: welcome}}
  - {name: leave, pattern: ^leave$, unsubscribe: courier, response: {text: bye}}
hooks:
  - name: courier
    response: {text: "{{ data.status }} for {{ recipient.name }}"}
    recipients:
`)
	for i := range n {
		fmt.Fprintf(&file, "      - {channel: telegram, chat: \"%d\", vars: {name: listed %d}}\n", i+1, i+1)
	}
	return file.String()
}

// hook is the bot's hook as an application calls it.
type hook struct {
	*world
	path, token string
}

// hook makes a token for the bot's hook.
func (w *world) hook() *hook {
	w.Helper()
	var made struct{ Address, Token string }
	w.manage(http.MethodPost, "/hooks/courier/rotate", &made)
	if !strings.HasPrefix(made.Address, publicURL+"/hook/") {
		w.Fatalf("the hook's address is %q", made.Address)
	}
	return &hook{w, strings.TrimPrefix(made.Address, publicURL), made.Token}
}

// call calls the hook, or an address below it, and decodes the answer. It gives the status, 0 without an answer.
func (h *hook) call(method, path, body string, answer any) int {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), method, h.server.url+path, strings.NewReader(body))
	if err != nil {
		h.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+h.token)
	r.Header.Set("Idempotency-Key", body)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0
	}
	if resp.StatusCode < 300 {
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(answer); err != nil {
			h.Fatalf("%s %s answers %q: %v", method, path, text, err)
		}
	}
	return resp.StatusCode
}

// post makes a call that must be taken and gives where its report is.
func (h *hook) post(body string) string {
	h.Helper()
	var answer struct{ Call string }
	if status := h.call(http.MethodPost, h.path, body, &answer); status != http.StatusAccepted {
		h.Fatalf("POST %s is answered %d, want 202", body, status)
	}
	return h.path + "/calls/" + answer.Call
}

// done waits until a call has ended and gives its report.
func (h *hook) done(report string) (last store.Report) {
	h.Helper()
	h.until("the call has ended", func() bool {
		last = store.Report{}
		if status := h.call(http.MethodGet, report, "", &last); status != http.StatusOK {
			h.Fatalf("the report is answered %d, want 200", status)
		}
		return last.Done
	})
	return last
}

// A hook's message goes to those whom the file lists and to those who joined, in the order of the calls; not to those who
// left or have blocked the bot.
func TestHook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, news(2))
	chats := w.chats(4)
	tell := func(c *countertest.Chat, text string) {
		t.Helper()
		seen := int64(len(c.Sent()))
		if _, err := w.network.Say(c.Talk, text); err != nil {
			t.Fatal(err)
		}
		c.After(t.Context(), seen, patience)
	}
	for _, c := range chats[1:] {
		tell(c, "join")
	}
	tell(chats[3], "leave")
	if err := w.network.Block(chats[2].Talk); err != nil {
		t.Fatal(err)
	}
	h := w.hook()
	reports := []string{h.post(`{"status":"baked"}`), h.post(`{"status":"out"}`)}
	want := store.Counts{Sent: 2, Skipped: 1}
	for _, report := range reports {
		if got := h.done(report).Counts; got != want {
			t.Errorf("counts = %+v, want %+v", got, want)
		}
	}
	for i, want := range []string{
		"baked for listed 1, out for listed 1", "welcome, baked for listed 2, out for listed 2", "welcome", "welcome, bye",
	} {
		if got := strings.Join(chats[i].Texts(), ", "); got != want {
			t.Errorf("chat %d got %q, want %q", i+1, got, want)
		}
	}
	if again := h.post(`{"status":"out"}`); again != reports[1] {
		t.Errorf("the same call again = %s, want %s", again, reports[1])
	}
	h.token = "hook_AAAAAAAAAAAAAAAAAAAAAAAAAA"
	if status := h.call(http.MethodPost, h.path, "{}", nil); status != http.StatusUnauthorized {
		t.Errorf("a call with a wrong token is answered %d, want 401", status)
	}
}

// Killed while it sends to many, the server goes on where it was: nobody is left out, and twice goes only what was on its
// way.
func TestHookSurvivesKills(t *testing.T) {
	t.Parallel()
	const recipients, kills = 250, 4
	w := newWorld(t, news(recipients))
	chats := w.chats(recipients)
	h := w.hook()
	report := h.post(`{"status":"baked"}`)
	sent := func() (total int) {
		for _, c := range chats {
			total += len(c.Texts())
		}
		return total
	}
	for i := range kills {
		w.until("some more have got it", func() bool { return sent() >= 20+i*recipients/kills })
		w.end(os.Kill)
		w.start()
	}
	if got, want := h.done(report).Counts, (store.Counts{Sent: recipients}); got != want {
		t.Errorf("counts = %+v, want %+v", got, want)
	}
	for i, c := range chats {
		want := fmt.Sprintf("baked for listed %d", i+1)
		for _, got := range c.Texts() {
			if got != want {
				t.Errorf("chat %d got %q, want %q", i+1, got, want)
			}
		}
		if len(c.Texts()) == 0 {
			t.Errorf("chat %d got nothing", i+1)
		}
	}
	if twice := sent() - recipients; twice > kills*noticeWorkers {
		t.Errorf("%d messages came again after %d kills, want at most the %d that were on their way", twice, kills, kills*noticeWorkers)
	} else {
		t.Logf("%d messages came again after %d kills", twice, kills)
	}
}

// A broadcast holds up no conversation: it has workers and a queue of its own.
func TestBroadcastDoesNotStarveChats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, news(300))
	chats := w.chats(300)
	h := w.hook()
	for i := range 3 {
		h.post(fmt.Sprintf(`{"status":"news %d"}`, i))
	}
	last := chats[len(chats)-1]
	started := time.Now()
	if _, err := w.network.Say(last.Talk, "join"); err != nil {
		t.Fatal(err)
	}
	w.until("the chat is answered", func() bool { return strings.Contains(strings.Join(last.Texts(), ","), "welcome") })
	t.Logf("answered after %v", time.Since(started))
	var waiting int
	for _, c := range chats {
		waiting += 3 - len(c.Texts())
	}
	if waiting <= 0 {
		t.Error("the broadcast was over before the chat was answered: the test shows nothing")
	}
}
