package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/simulate/countertest"
)

// calls are bodies of one network's calls. In each %d is the number of an event that nobody has sent yet.
type calls struct {
	// text says "forged" in chat 1.
	text string
	// unknown is an event of a kind that nobody has heard of.
	unknown string
	// misshapen are JSON, and not this network's.
	misshapen []string
}

var callsOf = map[string]calls{
	"kik": {
		text: `{"messages":[{"type":"text","id":"9%d","chatId":"1","from":"user_1","participants":["user_1"],"chatType":"direct",` +
			`"timestamp":1439576628405,"body":"forged"}]}`,
		unknown: `{"messages":[{"type":"hologram","id":"9%d","chatId":"1","from":"user_1","participants":["user_1"],"chatType":"direct",` +
			`"timestamp":1439576628405,"beam":{"colour":"green"}}]}`,
		misshapen: []string{`{}`, `{"messages":null}`, `{"messages":{}}`, `{"messages":"x"}`},
	},
	"messenger": {
		text: `{"object":"page","entry":[{"id":"100","time":1700000000128,"messaging":[{"sender":{"id":"1"},"recipient":{"id":"100"},` +
			`"timestamp":1700000000123,"message":{"mid":"m_9%d","text":"forged"}}]}]}`,
		unknown: `{"object":"page","entry":[{"id":"100","time":1700000000128,"messaging":[{"sender":{"id":"1"},"recipient":{"id":"100"},` +
			`"timestamp":17%d,"holography":{"new":1}}]}]}`,
		misshapen: []string{`{}`, `{"update_id":1}`},
	},
	"pyrus": {
		text: `{"event":"comment","task_id":1,"user_id":5,"task":{"id":1,"author":{"id":1,"first_name":"User 1","type":"user"},` +
			`"comments":[{"id":9%d,"text":"forged","create_date":"2026-05-31T12:00:00Z","author":{"id":1,"type":"user"}}]}}`,
		unknown: `{"event":"levitated","task_id":1,"user_id":5,"task":{"id":1,"author":{"id":1,"first_name":"User 1","type":"user"},` +
			`"comments":[{"id":9%d,"levitation":3,"create_date":"2026-05-31T12:00:00Z","author":{"id":1,"type":"user"}}]}}`,
		misshapen: []string{`{}`, `{"task_id":"x"}`, `{"task_id":1.5}`, `{"task_id":[]}`},
	},
	"telegram": {
		text: `{"update_id":9%d,"message":{"message_id":9,"date":1,"chat":{"id":1,"type":"private","first_name":"User 1"},` +
			`"from":{"id":1,"is_bot":false,"first_name":"User 1"},"text":"forged"}}`,
		unknown:   `{"update_id":9%d,"hologram":{"chat":{"id":1,"type":"private"},"from":{"id":1,"first_name":"User 1"}}}`,
		misshapen: []string{`{}`, `{"update_id":"x"}`, `{"update_id":[]}`},
	},
}

// anywhere are bodies that no network sends.
var anywhere = []string{`null`, `true`, `7`, `"x"`, `[]`, `[{}]`}

// forgery is a call that is not as the network makes it.
type forgery struct {
	name string
	// forge changes the proof, and with it the header that carries it; nil leaves it as the body wants it.
	forge func(c *forged)
	body  string
	// status is the answer's. Where it is 200 the call is taken, and must not be answered all the same.
	status int
	// signedOnly: a network whose calls are only shown to come from it, by a word that it was told, cannot tell.
	signedOnly bool
}

// forged is a call that is being forged.
type forged struct {
	*world
	delivery
	secret string
}

// prove shows a body to be genuine.
func (c *forged) prove(secret string, body []byte) {
	c.header = http.Header{c.at.header: {c.at.prove(secret, body)}}
}

// write makes it a genuine call with another body.
func (c *forged) write(body string) {
	c.body = []byte(body)
	c.prove(c.secret, c.body)
}

// value changes the value of the header.
func value(change func(string) string) func(*forged) {
	return func(c *forged) { c.header[c.at.header][0] = change(c.header[c.at.header][0]) }
}

// forgeries are the matrix's rows for one network. oversized is a body just over what is taken.
func (c calls) forgeries(oversized string) []forgery {
	rows := []forgery{
		{"G5 no proof", func(c *forged) { c.header = nil }, c.text, 401, false},
		{"G4 empty proof", value(func(string) string { return "" }), c.text, 401, false},
		{"G4 truncated proof", value(func(v string) string { return v[:len(v)-1] }), c.text, 401, false},
		{"G4 half a proof", value(func(v string) string { return v[:len(v)/2] }), c.text, 401, false},
		{"G4 lengthened proof", value(func(v string) string { return v + "0" }), c.text, 401, false},
		{"G4 two proofs", func(c *forged) { c.header.Add(c.at.header, "x") }, c.text, 401, false},
		{"G5 a header of nearly that name", func(c *forged) {
			c.header = http.Header{strings.ReplaceAll(c.at.header, "-", "_"): c.header[c.at.header]}
		}, c.text, 401, false},
		{"G3 another secret", func(c *forged) { c.prove("another-secret", c.body) }, c.text, 401, false},
		{"G3 the secret and more", func(c *forged) { c.prove(c.secret+".", c.body) }, c.text, 401, false},
		{"G2 signed after encoding anew", func(c *forged) { c.prove(c.secret, encodedAnew(c.body)) }, c.text, 401, true},
		{"G2 changed after signing", func(c *forged) { c.body = bytes.Replace(c.body, []byte("forged"), []byte("FORGED"), 1) }, c.text, 401, true},
		{"G10 white space behind it that is not signed", func(c *forged) { c.body = append(c.body, '\n') }, c.text, 401, true},
		{"G3 wrong proof of what is no JSON", value(func(v string) string { return "x" + v[1:] }), "{", 401, false},
		{"G16 another channel", func(c *forged) { c.path += "x" }, c.text, 404, false},
		{"G13 M11 oversized", nil, oversized, 413, false},
		{"G13 M11 oversized and not proven", func(c *forged) { c.header = nil }, oversized, 413, false},
		{"G12 no body", nil, "", 400, false},
		{"G12 not JSON", nil, "hello", 400, false},
		{"G12 JSON that ends early", nil, c.text[:len(c.text)-2], 400, false},
		{"G12 JSON and more", nil, c.text + "{}", 400, false},
		{"G12 not UTF-8", nil, strings.Replace(c.text, "forged", "\xff\xfe", 1), 400, false},
		{"G15, B5 unknown kind", nil, c.unknown, 200, false},
	}
	for _, body := range slices.Concat(anywhere, c.misshapen) {
		rows = append(rows, forgery{"G12 the JSON " + body, nil, body, 400, false})
	}
	return rows
}

// encodedAnew gives the same JSON in other bytes.
func encodedAnew(body []byte) []byte {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return body
	}
	again, err := json.Marshal(v)
	if err != nil {
		return body
	}
	return again
}

// Of calls that are forged, or make no sense, nothing is answered on any network, and the next good one is.
func TestB2ForgedCalls(t *testing.T) {
	t.Parallel()
	const tooLarge = 4<<20 + 1
	for _, at := range platforms {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			w := newWorldOn(t, at, countertest.Bot())
			c := w.chats(1)[0]
			c.Say(1)
			c.Wait()
			good := w.known()
			bodies := callsOf[at.name]
			oversized := bodies.text + strings.Repeat(" ", tooLarge-len(bodies.text)+2) // %d becomes a digit or more
			for i, row := range bodies.forgeries(oversized) {
				if row.signedOnly && at.secret == "" {
					continue
				}
				t.Run(row.name, func(t *testing.T) {
					call := w.forged(good, numbered(row.body, i))
					if row.forge != nil {
						row.forge(call)
					}
					if answer, err := w.front.post(t.Context(), call.delivery); err != nil || answer.StatusCode != row.status {
						t.Errorf("POST %.200s with %v = %v, %v, want %d", call.body, call.header, answer, err, row.status)
					}
					c.Say(1)
					c.Wait()
				})
			}
			if repeats := c.Check(); len(repeats) > 0 {
				t.Errorf("%d replies came again, want none", len(repeats))
			}
		})
	}
}

// numbered puts a number into a body.
func numbered(body string, n int) string { return strings.Replace(body, "%d", fmt.Sprint(n), 1) }

// forged gives a call that nothing is wrong with, but for its body.
func (w *world) forged(good delivery, body string) *forged {
	call := &forged{world: w, delivery: delivery{path: good.path, body: []byte(body)}, secret: w.at.secret}
	if call.secret == "" {
		call.secret = good.header.Get(w.at.header)
	}
	call.prove(call.secret, call.body)
	return call
}

// G18: what a network really sends in other forms is taken, and three times at once it is one reply.
func TestGenuineCalls(t *testing.T) {
	t.Parallel()
	for _, at := range platforms {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			w := newWorldOn(t, at, countertest.Bot())
			c := w.chats(1)[0]
			c.Say(1)
			c.Wait()
			good := w.known()
			tests := []struct {
				name  string
				forge func(*forged)
			}{
				{"G1 as it is", func(*forged) {}},
				{"G6 the header's name in small letters", func(c *forged) {
					c.header = http.Header{strings.ToLower(at.header): c.header[at.header]}
				}},
				{"G6 the header's name in capitals", func(c *forged) {
					c.header = http.Header{strings.ToUpper(at.header): c.header[at.header]}
				}},
				{"G7 hex in the other case", value(func(v string) string { return otherCase(at, v) })},
				{"G10 escapes", func(c *forged) { c.write(strings.Replace(string(c.body), "forged", `\u0066orged`, 1)) }},
				{"G10 line ends", func(c *forged) { c.write(strings.ReplaceAll(string(c.body), ",", ",\r\n") + "\r\n") }},
			}
			for i, tt := range tests {
				call := w.forged(good, numbered(callsOf[at.name].text, i))
				tt.forge(call)
				w.postAgain([]delivery{call.delivery})
				want := fmt.Sprintf("forged in %d", i+1)
				w.until(tt.name+" has the reply "+want, func() bool { return slices.Contains(c.Texts(), want) })
			}
			// A chat's jobs are handled in turn: once the next message is answered, those before it have been.
			next := len(tests) + 1
			c.Said = next
			c.Say(1)
			c.Wait()
			if got := len(c.Texts()); got != next+1 {
				t.Errorf("the bot says %q, want %d replies", c.Texts(), next+1)
			}
			w.until("each call is one turn", func() bool { return w.replied() == next+1 })
		})
	}
}

// otherCase changes the case of hex. What is no hex stays as it is.
func otherCase(at platform, proof string) string {
	prefix, digits, found := strings.Cut(proof, "=")
	switch {
	case at.secret == "":
		return proof
	case found:
		return prefix + "=" + strings.ToUpper(digits)
	}
	return strings.ToLower(proof)
}

// replied counts the turns that were answered.
func (w *world) replied() (n int) {
	w.Helper()
	var list struct{ Turns []bot.Turn }
	w.manage(http.MethodGet, "/turns?limit=500", &list)
	for _, turn := range list.Turns {
		if turn.Outcome == bot.Replied {
			n++
		}
	}
	return n
}
