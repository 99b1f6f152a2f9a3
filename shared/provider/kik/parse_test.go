package kik_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"hookline/shared/bot"
	"hookline/shared/provider/kik"
)

func parse(body string) ([]bot.Event, error) {
	return kik.New(http.DefaultClient, "").Parse(channel(), []byte(body))
}

// call makes a call of messages: the fields of each, beside those that all have.
func call(messages ...string) string {
	for i, fields := range messages {
		messages[i] = fmt.Sprintf(`{"id":"m%d","chatId":"c%d","from":"user%d","timestamp":1439576628405,%s}`, i+1, i+1, i+1, fields)
	}
	return `{"messages":[` + strings.Join(messages, ",") + `]}`
}

// TestF14ParseRows names what each row of the network's checklist asks of one event; whole events are in testdata.
func TestF14ParseRows(t *testing.T) {
	for _, test := range []struct {
		name, fields string
		kind         bot.EventKind
		said         string // what patterns are searched in
		payload      string
	}{
		{"K15 metadata a string", `"type":"text","body":"Yes","metadata":"y"`, bot.Text, "y", "y"},
		{"K15 metadata an object", `"type":"text","body":"Yes","metadata":{"a": ["y", 1.50]}`, bot.Text, "Yes", `{"a":["y",1.50]}`},
		{"K15 metadata null", `"type":"text","body":"Yes","metadata":null`, bot.Text, "Yes", ""},
		{"K15 metadata a number", `"type":"text","body":"Yes","metadata":12345678901234567890`, bot.Text, "Yes", "12345678901234567890"},
		{"K15 metadata of white space", `"type":"text","body":"Yes","metadata":" "`, bot.Text, "Yes", ""},
		{"K15 metadata of a picture", `"type":"picture","picUrl":"https://x.example","metadata":"p"`, bot.Photo, "p", "p"},
		{"K16 delivery receipt", `"type":"delivery-receipt","messageIds":["a"]`, bot.Receipt, "", ""},
		{"K16 read receipt", `"type":"read-receipt","messageIds":["a"]`, bot.Receipt, "", ""},
		{"K16 typing", `"type":"is-typing","isTyping":true`, bot.Typing, "", ""},
		{"K17 start-chatting without body", `"type":"start-chatting"`, bot.Start, "/start", ""},
		{"K17 start-chatting with null", `"type":"start-chatting","body":null`, bot.Start, "/start", ""},
		{"K17 start-chatting with a body", `"type":"start-chatting","body":"hi","metadata":"x"`, bot.Start, "/start", ""},
		{"K18 scan-data", `"type":"scan-data","data":"poster-12"`, bot.Start, "/start", "poster-12"},
		{"K18 scan-data of an object", `"type":"scan-data","data":{"poster": 12}`, bot.Start, "/start", `{"poster":12}`},
		{"K18 scan-data of nothing", `"type":"scan-data"`, bot.Start, "/start", ""},
		{"K19 mention of another bot", `"type":"text","body":"hi","mention":"otherbot"`, bot.Other, "hi", ""},
		{"K19 mention of ours", `"type":"text","body":"hi","mention":"PizzaBot"`, bot.Text, "hi", ""},
		{"K26 pressed button", `"type":"text","body":"Surprise me","metadata":"any"`, bot.Text, "any", "any"},
		{"G22 our own message", `"type":"text","body":"hi","from":"PizzaBot"`, bot.Echo, "hi", ""},
		{"text trimmed", `"type":"text","body":" hi \n"`, bot.Text, "hi", ""},
		{"text of white space", `"type":"text","body":" \n"`, bot.Other, "", ""},
		{"text without body", `"type":"text"`, bot.Other, "", ""},
		{"text of the wrong type", `"type":"text","body":{"a":1}`, bot.Other, "", ""},
		{"G15 no type", `"body":"hi"`, bot.Other, "", ""},
		{"picture without address", `"type":"picture"`, bot.Photo, "", ""},
		{"link without address", `"type":"link","text":"look"`, bot.Link, "look", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, _ := parse(call(test.fields))
			if len(events) != 1 {
				t.Fatalf("Parse(%s) = %d events, want 1", test.fields, len(events))
			}
			got := events[0]
			if got.Kind != test.kind || got.Utterance() != test.said || got.Payload != test.payload {
				t.Errorf("Parse(%s) = kind %q, says %q, payload %q, want %q, %q, %q",
					test.fields, got.Kind, got.Utterance(), got.Payload, test.kind, test.said, test.payload)
			}
			if !strings.Contains(string(got.Raw), test.fields) {
				t.Errorf("Parse(%s) keeps raw %s, want the message untouched", test.fields, got.Raw)
			}
		})
	}
}

func TestK7ParseRefuses(t *testing.T) {
	for _, test := range []struct{ name, body string }{
		{"K7 malformed", `{"messages":[}`},
		{"K7 empty body", ""},
		{"K7 messages missing", `{}`},
		{"K7 messages null", `{"messages":null}`},
		{"K7 messages an object", `{"messages":{}}`},
		{"K7 messages a string", `{"messages":"x"}`},
		{"K7 a message alone", `{"type":"text","id":"m","from":"user","body":"x"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := parse(test.body)
			if len(events) > 0 || bot.KindOf(err) != bot.Invalid {
				t.Errorf("Parse(%s) = %d events, %v, want none and kind invalid", test.body, len(events), err)
			}
		})
	}
}

// TestParseSkips: what is wrong with one message is said, and takes nothing from the others.
func TestParseSkips(t *testing.T) {
	const good = `"type":"text","body":"x"`
	for _, test := range []struct {
		name, body string
		want       string // ids
		says       string // of the error
	}{
		{"K8 no messages", `{"messages":[]}`, "", ""},
		{"K11 unknown type in the middle", call(good, `"type":"beam"`, good), "m1 m2 m3", ""},
		{"K12 without id", call(good, good+`,"id":""`, good), "m1 m3", "message 2: skipped: it has no id or no sender"},
		{"K12 id null", `{"messages":[{"id":null,"from":"b"},{"id":"a","from":"b"}]}`, "a", "message 1: skipped"},
		{"K12 without sender", call(good+`,"from":" "`, good), "m2", "message 1: skipped"},
		{"K12 id a number", call(good, good+`,"id":7`), "m1 m2", "message 2"},
		{"G19 not an object", `{"messages":["x",{"id":"a","from":"b"},null,7]}`, "a", "message 1: skipped"},
		{"G19 only bad ones", `{"messages":[{"from":"b"}]}`, "", "1 messages of the call"},
		{"K13 the same id twice", call(good, good+`,"id":"m1"`, good), "m1 m3", ""},
		{"id too long", call(good, good+`,"id":"`+strings.Repeat("x", 257)+`"`), "m1", "message 2: skipped: its ids are too long"},
		{"chat too long", call(good, good+`,"chatId":"`+strings.Repeat("x", 257)+`"`), "m1", "message 2: skipped: its ids are too long"},
		{"a field of the wrong type", call(good+`,"participants":7`, good), "m1 m2", "message 1: json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := parse(test.body)
			var ids []string
			for _, e := range events {
				ids = append(ids, e.ID)
			}
			if got := strings.Join(ids, " "); got != test.want {
				t.Errorf("Parse(%s) = events %q, want %q", test.body, got, test.want)
			}
			if bot.KindOf(err) == bot.Invalid || (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("Parse(%s) = %v, want %q in it, of another kind than invalid", test.body, err, test.says)
			}
		})
	}
}

func TestParseBoundsWhatItSays(t *testing.T) {
	_, err := parse(`{"messages":[` + strings.Repeat("1,", 100_000) + `1]}`)
	if err == nil || len(err.Error()) > 2000 || !strings.Contains(err.Error(), "100001 messages") {
		t.Errorf("Parse() of 100001 numbers = %v, want a short error that counts them", err)
	}
}

func TestK14Timestamps(t *testing.T) {
	second := time.Date(2015, 8, 14, 18, 23, 48, 0, time.UTC)
	for _, test := range []struct {
		name, timestamp string
		want            time.Time
	}{
		{"K14 milliseconds", "1439576628000", second},
		{"K14 seconds", "1439576628", second},
		{"milliseconds, exact", "1439576628405", second.Add(405 * time.Millisecond)},
		{"seconds with a fraction", "1439576628.405", second.Add(405 * time.Millisecond)},
		{"exponent", "1.439576628e12", second},
		{"null", "null", time.Time{}},
		{"text", `"1439576628"`, time.Time{}},
		{"zero", "0", time.Time{}},
		{"negative", "-1439576628", time.Time{}},
		{"after the year 9999", "253402300800000", time.Time{}},
		{"no float", "1e400", time.Time{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := parse(call(`"type":"text","body":"x","timestamp":` + test.timestamp))
			if err != nil || len(events) != 1 || !events[0].Time.Equal(test.want) {
				t.Errorf("Parse(timestamp %s) = %v, %v, want time %v", test.timestamp, events, err, test.want)
			}
		})
	}
}

func TestChatTypes(t *testing.T) {
	for _, test := range []struct {
		name, fields string
		want         bot.ChatType
	}{
		{"direct", `"chatType":"direct"`, bot.Direct},
		{"private", `"chatType":"private"`, bot.Group},
		{"public", `"chatType":"public"`, bot.Group},
		{"new type", `"chatType":"broadcast","participants":["a","b"]`, ""},
		{"older, one person", `"participants":["a"]`, bot.Direct},
		{"older, several", `"participants":["a","b"]`, bot.Group},
		{"K16 not told", `"type":"read-receipt"`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := parse(call(test.fields))
			if err != nil || len(events) != 1 || events[0].Chat.Type != test.want {
				t.Errorf("Parse(%s) = %v, %v, want chat type %q", test.fields, events, err, test.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	bodies, err := filepath.Glob("testdata/*.json")
	if err != nil || len(bodies) == 0 {
		f.Fatalf("Glob() = %d files, %v", len(bodies), err)
	}
	for _, file := range bodies {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	network := kik.New(http.DefaultClient, "")
	f.Fuzz(func(t *testing.T, body []byte) {
		events, _ := network.Parse(channel(), body)
		seen := map[string]bool{}
		for _, e := range events {
			if e.ID == "" || e.Kind == "" || e.From == nil || e.Kind.Said() && e.Utterance() == "" || !utf8.ValidString(e.Text) {
				t.Errorf("Parse(%q) = %+v, want id, kind, sender, and words where something was said", body, e)
			}
			if seen[e.ID] {
				t.Errorf("Parse(%q) gives id %q twice", body, e.ID)
			}
			seen[e.ID] = true
		}
	})
}
