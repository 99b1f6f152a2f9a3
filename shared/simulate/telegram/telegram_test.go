package telegram_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hookline/shared/simulate"
	"hookline/shared/simulate/telegram"
)

const (
	prefix  = "/simulate/telegram"
	token   = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
	botName = "sim_110201543_bot"
)

var ann = simulate.User{ID: "7", FirstName: "Ann", Username: "ann", LanguageCode: "en"}

// network is a simulated Telegram behind real HTTP, with a clock and without pauses between deliveries.
type network struct {
	*telegram.Telegram
	t       *testing.T
	address string

	mu     sync.Mutex
	now    time.Time
	reads  int             // of the clock
	pauses []time.Duration // asked for between two tries of an update
}

func newNetwork(t *testing.T) *network {
	n := &network{Telegram: telegram.New(), t: t, now: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)}
	n.Now = func() time.Time {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.reads++
		return n.now
	}
	n.Wait = func(_ context.Context, d time.Duration) {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.pauses = append(n.pauses, d)
	}
	server := httptest.NewServer(http.StripPrefix(prefix, n))
	t.Cleanup(server.Close)
	t.Cleanup(n.Close) // first: it ends the calls that wait
	n.address = server.URL + prefix
	return n
}

func (n *network) clockReads() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.reads
}

func (n *network) pass(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now = n.now.Add(d)
}

// reply is an answer of the Bot API.
type reply struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MovedTo    int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// text is the description of an error, or the result.
func (r reply) text() string {
	if r.OK {
		return string(r.Result)
	}
	return fmt.Sprintf("%d %s", r.Code, r.Description)
}

// call makes a call of the Bot API with JSON.
func (n *network) call(method, body string) reply {
	n.t.Helper()
	r, err := n.try(method, body)
	if err != nil {
		n.t.Fatalf("%s %s: %v", method, body, err)
	}
	return r
}

func (n *network) try(method, body string) (reply, error) {
	resp, err := http.Post(n.address+"/bot"+token+"/"+method, "application/json", strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	return decode(resp)
}

func decode(resp *http.Response) (r reply, err error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return r, fmt.Errorf("%s: %w", body, err)
	}
	if !r.OK && r.Code != resp.StatusCode {
		return r, fmt.Errorf("status %d with error_code %d", resp.StatusCode, r.Code)
	}
	return r, nil
}

// started is a network on which Ann's private chat with the bot is open.
func started(t *testing.T) *network {
	n := newNetwork(t)
	n.call("getMe", "")
	if err := n.Open(private(ann)); err != nil {
		t.Fatalf("Open: %v", err)
	}
	return n
}

func private(u simulate.User) simulate.Talk { return simulate.Talk{Bot: botName, User: u} }

func in(chat int64, u simulate.User) simulate.Talk {
	return simulate.Talk{Bot: botName, Chat: id64(chat), User: u}
}

// at is a chat without a user, to look at.
func at(chat int64) simulate.Talk { return in(chat, simulate.User{}) }

func id64(id int64) simulate.ID { return simulate.ID(strconv.FormatInt(id, 10)) }

// encode gives v as JSON.
func encode(t *testing.T, v any) string {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestCalls(t *testing.T) {
	n := started(t)
	n.Revoke("110201543:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	json := "application/json"
	tests := []struct {
		name, method, path, kind, body string
		want                           string // begins with
	}{
		{"json", "POST", token + "/getMe", json, "{}", `{"id":110201543,"is_bot":true`},
		{"no body", "POST", token + "/getMe", "", "", `{"id":110201543`},
		{"get", "GET", token + "/getMe", "", "", `{"id":110201543`},
		{"any letter case", "POST", token + "/GETme", json, "{}", `{"id":110201543`},
		{"query", "GET", token + "/sendMessage?chat_id=7&text=hi", "", "", `{"message_id":`},
		{"form", "POST", token + "/sendMessage", "application/x-www-form-urlencoded", "chat_id=7&text=hi", `{"message_id":`},
		{"numbers may be texts", "POST", token + "/sendMessage", json, `{"chat_id":"7","text":1.50}`, `{"message_id":`},
		{"unknown method", "POST", token + "/sendMassage", json, "{}", "404 Not Found: method not found"},
		{"token too short", "POST", "1:short/getMe", json, "{}", "404 Not Found"},
		{"token without a number", "POST", "x" + token + "/getMe", json, "{}", "404 Not Found"},
		{"token revoked", "POST", "110201543:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/getMe", json, "{}", "401 Unauthorized"},
		{"no token", "POST", "/getMe", json, "{}", "404 Not Found"},
		{"put", "PUT", token + "/getMe", json, "{}", "405 Method Not Allowed"},
		{"not json", "POST", token + "/getMe", json, "{", "400 Bad Request: can't parse request JSON object"},
		{"null", "POST", token + "/getMe", json, "null", "400 Bad Request: can't parse request JSON object"},
		{"array", "POST", token + "/getMe", json, "[]", "400 Bad Request: can't parse request JSON object"},
		{"not utf-8", "POST", token + "/getMe", json, "{\"text\":\"\xff\"}", "400 Bad Request: strings must be encoded in UTF-8"},
		{"not a form", "POST", token + "/getMe", "", "%zz", "400 Bad Request: can't parse the form"},
		{"too large", "POST", token + "/getMe", json, strings.Repeat(" ", 1<<20+1), "413 Request Entity Too Large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequest(tt.method, n.address+"/bot"+tt.path, bytes.NewReader([]byte(tt.body)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", tt.kind)
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := decode(resp)
			if err != nil || !strings.HasPrefix(got.text(), tt.want) {
				t.Errorf("%s %s = %s, %v, want %s", tt.method, tt.path, got.text(), err, tt.want)
			}
		})
	}
}
