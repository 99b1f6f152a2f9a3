package lambda_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"hookline/shared/simulate/countertest"
	"hookline/shared/store"
)

// A call to a hook goes through the functions, the table and the queue of notifications to every recipient once, over
// several pages, and its report says so.
func TestHook(t *testing.T) {
	t.Parallel()
	const recipients = 130 // two pages
	var file strings.Builder
	file.WriteString(countertest.Bot() + "hooks:\n  - name: courier\n    response: {text: \"{{ data.status }} for {{ recipient.name }}\"}\n    recipients:\n")
	for i := range recipients {
		fmt.Fprintf(&file, "      - {channel: telegram, chat: \"%d\", vars: {name: n%d}}\n", i+1, i+1)
	}
	w := newWorld(t, file.String())
	w.consume(1, 10)
	chats := w.chats(recipients)
	head, err := w.store.BotByName(t.Context(), "admin", "counter")
	if err != nil {
		t.Fatal(err)
	}
	id := head.Hooks["courier"]
	token, err := w.store.RotateToken(t.Context(), id, false)
	if err != nil {
		t.Fatal(err)
	}
	call := func(method, path, body, token string) (int, []byte) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, w.gateway+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, text
	}
	if status, _ := call(http.MethodPost, "/hook/"+id, "{}", "hook_AAAA"); status != http.StatusUnauthorized {
		t.Errorf("a call with a wrong token is answered %d, want 401", status)
	}
	status, answer := call(http.MethodPost, "/hook/"+id, `{"status":"baked"}`, token.Reveal())
	var accepted struct{ Call string }
	if err := json.Unmarshal(answer, &accepted); err != nil || status != http.StatusAccepted {
		t.Fatalf("a call is answered %d %s, want 202", status, answer)
	}
	var report store.Report
	w.until("the call has ended", func() bool {
		status, answer := call(http.MethodGet, "/hook/"+id+"/calls/"+accepted.Call, "", token.Reveal())
		if err := json.Unmarshal(answer, &report); err != nil || status != http.StatusOK {
			t.Fatalf("the report is answered %d %s, want 200", status, answer)
		}
		return report.Done
	})
	if want := (store.Counts{Sent: recipients}); report.Counts != want {
		t.Errorf("counts = %+v, want %+v", report.Counts, want)
	}
	for i, c := range chats {
		sent, want := c.Sent(), fmt.Sprintf("baked for n%d", i+1)
		if len(sent) != 1 || sent[0].Shown.Text != want {
			t.Errorf("chat %d got %d messages, want the one %q", i+1, len(sent), want)
		}
	}
	if broken := w.broken(); len(broken) != 0 {
		t.Errorf("%d invocations of the processor ended without an answer, the first with %v", len(broken), broken[0].err)
	}
}
