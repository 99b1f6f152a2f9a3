package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hookline/shared/simulate/countertest"
)

// known is a call that the server took, from which hostile ones are made.
func (w *world) known() delivery {
	w.Helper()
	// A reply may come before the answer to the call that it replies to.
	w.until("a call was answered 200", func() bool { return len(w.front.accepted()) > 0 })
	return w.front.accepted()[0]
}

// secret is what shows a call of Telegram's to be genuine.
func (d delivery) secret() string { return d.header.Get(onTelegram.header) }

// dial opens a connection to the server that is closed at the end of the test.
func (w *world) dial() net.Conn {
	w.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.server.url, "http://"))
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		w.Fatal(err)
	}
	return conn
}

// raw writes a call as it stands, says that no more comes, and gives the status of the answer.
func (w *world) raw(head string, body io.Reader) string {
	w.Helper()
	conn := w.dial()
	answer := make(chan string, 1)
	go func() {
		line := make([]byte, len("HTTP/1.1 200"))
		n, _ := io.ReadFull(conn, line)
		answer <- strings.TrimPrefix(string(line[:n]), "HTTP/1.1 ")
	}()
	// A server that has heard enough closes the connection.
	if _, err := io.WriteString(conn, head); err == nil {
		_, _ = io.Copy(conn, body)
	}
	_ = conn.(*net.TCPConn).CloseWrite()
	return <-answer
}

// head is the start of a call to the webhook.
func head(d delivery, fields ...string) string {
	lines := append([]string{"POST " + d.path + " HTTP/1.1", "Host: localhost", onTelegram.header + ": " + d.secret()}, fields...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// Calls that are forged, or make no sense, get the right status; nothing of them is queued, and the next good call is
// answered.
func TestHostileCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	c := w.chats(1)[0]
	c.Say(1)
	c.Wait()
	good := w.known()
	deep := `{"update_id":1,"message":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`
	object := `{"update_id":1,"message":{"a":` + strings.Repeat(`{"a":`, 100_000)
	tests := []struct {
		name         string
		secret, body string
		status       int
	}{
		{"wrong secret", "wrong", string(good.body), 401},
		{"empty secret", "", string(good.body), 401},
		{"start of the secret", good.secret()[:len(good.secret())-1], string(good.body), 401},
		{"more than the secret", good.secret() + "x", string(good.body), 401},
		{"wrong secret and no JSON", "wrong", "{", 401},
		{"no body", good.secret(), "", 400},
		{"not JSON", good.secret(), "{", 400},
		{"JSON of the wrong kind", good.secret(), "[1]", 400},
		{"deep arrays", good.secret(), deep, 400},
		{"deep objects that do not end", good.secret(), object, 400},
		{"invalid UTF-8", good.secret(), strings.Replace(string(good.body), `"text":"`, "\"text\":\"\xff\xfe", 1), 400},
		{"huge number for an id", good.secret(), `{"update_id":1e999999999,"message":{}}`, 400},
		{"long number for an id", good.secret(), `{"update_id":` + strings.Repeat("9", 1<<20) + `,"message":{}}`, 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			forged := delivery{good.path, http.Header{onTelegram.header: {tt.secret}}, []byte(renumbered(tt.body))}
			answer, err := w.front.post(t.Context(), forged)
			if err != nil || answer.StatusCode != tt.status {
				t.Errorf("answer %v, %v, want %d", answer, err, tt.status)
			}
			c.Say(1)
			c.Wait()
		})
	}
	w.goodOnly(c)
}

// renumbered makes another update of a call, which the server has not seen.
func renumbered(body string) string {
	return strings.Replace(body, `"update_id":`, `"update_id":9`, 1)
}

// goodOnly checks that there is a turn, and a reply, for what was said and for nothing else.
func (w *world) goodOnly(c *countertest.Chat) {
	w.Helper()
	if repeats := c.Check(); len(repeats) > 0 {
		w.Errorf("%d replies came again, want none", len(repeats))
	}
	w.turns(c.Said)
}

// Bodies whose bytes are not what was announced.
func TestB1UnreadableCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	c := w.chats(1)[0]
	c.Say(1)
	c.Wait()
	good := w.known()
	body := renumbered(string(good.body))
	length := "Content-Length: " + strconv.Itoa(len(body))
	unsigned := delivery{path: good.path}
	tests := []struct {
		name, head, body, status string
	}{
		{"no secret at all", strings.Replace(head(unsigned, length), onTelegram.header+": \r\n", "", 1), body, "401"},
		{"no length", head(good), body, "400"},
		{"ends early", head(good, length), body[:len(body)/2], "400"},
		{"ends at once", head(good, length), "", "400"},
		{"length is not a number", head(good, "Content-Length: 1x"), body, "400"},
		{"two lengths", head(good, length, "Content-Length: 1"), body, "400"},
		{"chunk without a length", head(good, "Transfer-Encoding: chunked"), "zz\r\n" + body, "400"},
		{"chunks that do not end", head(good, "Transfer-Encoding: chunked"), fmt.Sprintf("%x\r\n%s\r\n", len(body), body), "400"},
		{"endless header", head(good, "X-Long: "+strings.Repeat("x", 1<<20)), "", "431"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := w.raw(tt.head, strings.NewReader(tt.body)); got != tt.status {
				t.Errorf("status %q, want %s", got, tt.status)
			}
			c.Say(1)
			c.Wait()
		})
	}
	w.goodOnly(c)
}

// Many bodies that are far too large cost little memory, whatever they announce.
func TestB4OversizedCalls(t *testing.T) {
	t.Parallel()
	const (
		calls = 16
		size  = 1 << 30 // bytes
	)
	// What the bodies may cost, in KiB: 4 MiB each, as much again that is not collected yet, and room. The race detector
	// keeps several bytes for each byte of ours.
	mayGrow := 192 << 10
	if raceDetector() {
		mayGrow *= 6
	}
	w := newWorld(t, countertest.Bot())
	c := w.chats(1)[0]
	c.Say(1)
	c.Wait()
	good := w.known()
	before := w.peak()
	var calling sync.WaitGroup
	for i := range calls {
		calling.Go(func() {
			announced, body := fmt.Sprint("Content-Length: ", size), io.LimitReader(spaces{}, size)
			if i%2 == 0 {
				announced, body = "Transfer-Encoding: chunked", io.MultiReader(strings.NewReader(fmt.Sprintf("%x\r\n", size)), body)
			}
			if got := w.raw(head(good, announced), body); got != strconv.Itoa(http.StatusRequestEntityTooLarge) {
				t.Errorf("%s: status %q, want 413", announced, got)
			}
		})
	}
	calling.Wait()
	grown := w.peak() - before
	t.Logf("%d calls of %d MiB cost %d MiB", calls, size>>20, grown>>10)
	if grown > mayGrow {
		t.Errorf("memory grew by %d MiB, want at most %d", grown>>10, mayGrow>>10)
	}
	c.Say(1)
	c.Wait()
	w.goodOnly(c)
}

// raceDetector tells whether the server was built with it.
func raceDetector() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// spaces is white space without end.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) { return copy(p, bytes.Repeat([]byte(" "), len(p))), nil }

// peak gives the most memory that the server has had, in KiB; 0 where the system does not tell.
func (w *world) peak() (kib int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.server.cmd.Process.Pid))
	if err != nil {
		w.Log("memory is not measured: ", err)
		return 0
	}
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(line, &kib); err != nil {
		w.Errorf("no peak in %q: %v", status, err)
	}
	return kib
}

// Callers that send next to nothing hold up nobody else.
func TestSlowCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	c := w.chats(1)[0]
	c.Say(1)
	c.Wait()
	good := w.known()
	starts := []string{"P", "POST " + good.path + " HTTP/1.1\r\nHost: ", head(good, "Content-Length: 1000"), head(good, "Content-Length: 1000") + "{"}
	var slow []net.Conn
	for i := range 200 {
		conn := w.dial()
		if _, err := io.WriteString(conn, starts[i%len(starts)]); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, conn)
	}
	c.Say(50)
	c.Wait()
	w.goodOnly(c)
	// Whoever does not even finish a header is cut off meanwhile.
	if _, err := io.ReadAll(slow[0]); err != nil {
		t.Errorf("a connection without a header: %v, want its end", err)
	}
	w.terminate()
}
