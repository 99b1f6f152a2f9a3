package telegram_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/simulate"
)

func (n *network) misbehave(f simulate.Faults) {
	n.t.Helper()
	if err := n.SetFaults(f); err != nil {
		n.t.Fatal(err)
	}
}

// always is a network on which every sendMessage goes wrong in one way.
func always(kind simulate.Fault) simulate.Faults {
	return simulate.Faults{
		Rates: map[simulate.Fault]float64{kind: 1}, Methods: []string{"sendMessage"}, RetryAfter: 5, HangSeconds: 0.01,
	}
}

func TestFaults(t *testing.T) {
	const broken = "broken" // the connection, without an answer
	tests := []struct {
		kind       simulate.Fault
		want       string
		carriedOut int
	}{
		{simulate.TooManyRequests, "429 Too Many Requests: retry after 5", 0},
		{simulate.ServerError, "500 Internal Server Error: restart", 0},
		{simulate.BadGateway, "502 Bad Gateway", 1},
		{simulate.ResetBefore, broken, 0},
		{simulate.ResetAfter, broken, 1},
		{simulate.HangBefore, broken, 0},
		{simulate.HangAfter, broken, 1},
	}
	for _, tt := range tests {
		t.Run(string(tt.kind), func(t *testing.T) {
			n := started(t)
			n.misbehave(always(tt.kind))
			got, err := n.try("sendMessage", `{"chat_id":7,"text":"x"}`)
			switch {
			case tt.want == broken && !errors.Is(err, io.EOF):
				t.Errorf("sendMessage = %s, %v, want a broken connection", got.text(), err)
			case tt.want != broken && (err != nil || got.text() != tt.want):
				t.Errorf("sendMessage = %s, %v, want %s", got.text(), err, tt.want)
			}
			if tt.kind == simulate.TooManyRequests && got.Parameters.RetryAfter != 5 {
				t.Errorf("retry_after = %d, want 5", got.Parameters.RetryAfter)
			}
			sent, err := n.Messages(t.Context(), at(7), 0, 0)
			if err != nil || len(sent) != tt.carriedOut {
				t.Fatalf("Messages = %v, %v, want %d of them", sent, err, tt.carriedOut)
			}
			for _, s := range sent {
				if s.Answered {
					t.Errorf("the message that the bot was not told of = %+v, want answered false", s)
				}
			}
			if got := n.call("getMe", ""); !got.OK {
				t.Errorf("getMe, which has no faults = %s", got.text())
			}
			if diff := cmp.Diff(simulate.FaultCounts{tt.kind: 1}, n.FaultCounts()); diff != "" {
				t.Errorf("FaultCounts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestHangEndsWithTheCaller: a caller that gives up first is not waited for.
func TestHangEndsWithTheCaller(t *testing.T) {
	n := started(t)
	f := always(simulate.HangAfter)
	f.HangSeconds = 3600
	n.misbehave(f)
	client := &http.Client{Timeout: 50 * time.Millisecond}
	_, err := client.Get(n.address + "/bot" + token + "/sendMessage?chat_id=7&text=x")
	if err == nil {
		t.Error("a call that hangs was answered")
	}
	sent, err := n.Messages(t.Context(), at(7), 0, 0)
	if err != nil || len(sent) != 1 || sent[0].Answered {
		t.Errorf("Messages = %+v, %v, want the message, unanswered", sent, err)
	}
}

// TestHangEndsWithClose: a network can be closed while calls hang.
func TestHangEndsWithClose(t *testing.T) {
	n := started(t)
	f := always(simulate.HangAfter)
	f.HangSeconds = 3600
	n.misbehave(f)
	ended := make(chan error, 1)
	go func() {
		_, err := n.try("sendMessage", `{"chat_id":7,"text":"x"}`)
		ended <- err
	}()
	for n.FaultCounts()[simulate.HangAfter] == 0 {
		runtime.Gosched()
	}
	n.Close()
	if err := <-ended; err == nil {
		t.Error("a call that hangs was answered")
	}
}

// deaf is a connection that has broken: nothing can be written to it.
type deaf struct{ http.ResponseWriter }

func (deaf) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAnswerDoesNotArrive(t *testing.T) {
	n := started(t)
	r := httptest.NewRequest(http.MethodGet, "/bot"+token+"/sendMessage?chat_id=7&text=x", nil)
	n.ServeHTTP(deaf{httptest.NewRecorder()}, r)
	sent, err := n.Messages(t.Context(), at(7), 0, 0)
	if err != nil || len(sent) != 1 || sent[0].Answered {
		t.Errorf("Messages = %+v, %v, want the message, unanswered", sent, err)
	}
}

// TestFaultsComeBySeed: the same seed makes the same calls go wrong, about as often as was asked for.
func TestFaultsComeBySeed(t *testing.T) {
	n := started(t)
	f := simulate.Faults{Rates: map[simulate.Fault]float64{simulate.TooManyRequests: 0.1, simulate.ServerError: 0.2}}
	run := func(seed uint64) string {
		f.Seed = seed
		n.misbehave(f)
		var codes []string
		for range 500 {
			codes = append(codes, strconv.Itoa(n.call("getMe", "").Code))
		}
		return strings.Join(codes, " ")
	}
	first, again, other := run(1), run(1), run(2)
	if first != again {
		t.Errorf("seed 1 gave\n%s\nand then\n%s", first, again)
	}
	if first == other {
		t.Error("seeds 1 and 2 gave the same faults")
	}
	counts := n.FaultCounts()
	for kind, want := range map[simulate.Fault]int{simulate.TooManyRequests: 50, simulate.ServerError: 100} {
		if got := counts[kind]; got < want/2 || got > want*3/2 {
			t.Errorf("%d calls of 500 ended with %s, want about %d", got, kind, want)
		}
	}
}

func TestFaultsOverHTTP(t *testing.T) {
	n := started(t)
	tests := []struct {
		name, body string
		status     int
	}{
		{"set", `{"rates":{"server_error":1},"methods":["SENDMESSAGE"],"seed":3}`, http.StatusNoContent},
		{"unknown fault", `{"rates":{"earthquake":1}}`, http.StatusBadRequest},
		{"more than all", `{"rates":{"server_error":0.6,"reset_before":0.6}}`, http.StatusBadRequest},
		{"less than none", `{"rates":{"server_error":-1}}`, http.StatusBadRequest},
		{"not json", `{`, http.StatusBadRequest},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodPut, n.address+"/faults", strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != tt.status {
				t.Errorf("PUT /faults %s = %d, want %d", tt.body, resp.StatusCode, tt.status)
			}
		})
	}
	if got := n.call("sendMessage", `{"chat_id":7,"text":"x"}`); got.Code != http.StatusInternalServerError {
		t.Errorf("sendMessage = %s, want the fault that was set first", got.text())
	}
	status, body := n.get("/faults")
	if want := `{"server_error":1}`; status != http.StatusOK || body != want {
		t.Errorf("GET /faults = %d %s, want %s", status, body, want)
	}
}

// get makes a call of the users' side.
func (n *network) get(path string) (status int, body string) {
	n.t.Helper()
	return n.read(http.Get(n.address + path))
}

func (n *network) post(path, body string) (status int, answer string) {
	n.t.Helper()
	return n.read(http.Post(n.address+path, "application/json", strings.NewReader(body)))
}

func (n *network) read(resp *http.Response, err error) (status int, body string) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

// TestManyCalls makes calls from all sides at once, with every fault: for the race detector, and to see that what was
// carried out is what callers were told, but for unknown outcomes.
func TestManyCalls(t *testing.T) {
	n := started(t)
	const users, calls = 8, 100
	rates := map[simulate.Fault]float64{}
	for _, kind := range []simulate.Fault{
		simulate.TooManyRequests, simulate.ServerError, simulate.BadGateway, simulate.ResetBefore, simulate.ResetAfter,
	} {
		rates[kind] = 0.05
	}
	n.misbehave(simulate.Faults{Rates: rates, Methods: []string{"sendMessage"}, Seed: 1})
	type tally struct{ told, carriedOut, answered int }
	tallies := make(chan tally, users)
	for id := range int64(users) {
		go func() {
			chat := 100 + id
			n.say(private(simulate.User{ID: id64(chat), FirstName: "U"}), "hello")
			var sum tally
			for i := range calls {
				got, err := n.try("sendMessage", fmt.Sprintf(`{"chat_id":%d,"text":"%d"}`, chat, i))
				if err == nil && got.OK {
					sum.told++
				}
			}
			sent, _ := n.Messages(t.Context(), at(chat), 0, 0)
			sum.carriedOut = len(sent)
			for _, s := range sent {
				if s.Answered {
					sum.answered++
				}
			}
			tallies <- sum
		}()
	}
	var sum tally
	for range users {
		one := <-tallies
		sum = tally{sum.told + one.told, sum.carriedOut + one.carriedOut, sum.answered + one.answered}
	}
	counts := n.FaultCounts()
	unknown := counts[simulate.BadGateway] + counts[simulate.ResetAfter]
	if sum.told != sum.answered || sum.carriedOut != sum.told+unknown {
		t.Errorf("%+v with %d unknown outcomes, want answered = told and carried out = told + unknown", sum, unknown)
	}
}
