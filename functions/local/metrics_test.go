package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"hookline/shared/simulate/countertest"
)

// What happens to calls and messages is counted where Prometheus looks for it, and nothing of what was said is there.
func TestMetrics(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	chats := w.chats(2)
	for _, c := range chats {
		c.Say(3)
		c.Wait()
	}
	w.turns(6) // a turn is counted before it is on record
	forged, err := http.Post(w.server.url+"/telegram/none", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	forged.Body.Close()

	answer, err := http.Get(w.server.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET /metrics = %d, %v", answer.StatusCode, err)
	}
	page := string(text)
	for _, want := range []string{
		`hookline_received_total{provider="telegram"} 6` + "\n",
		`hookline_matched_total{provider="telegram"} 6` + "\n",
		`hookline_refused_total{provider="telegram",reason="not_found"} 1` + "\n",
		`hookline_turn_seconds_count{provider="telegram",step="send"} 6` + "\n",
		`hookline_end_to_end_seconds_count{provider="telegram"} 6` + "\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	for _, private := range []string{chats[0].Talk.User.FirstName, botToken, botUser} {
		if strings.Contains(page, private) {
			t.Errorf("/metrics shows %q", private)
		}
	}
	if t.Failed() {
		t.Log(page)
	}
}
