package messenger

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// event is one of a page's that waits for a call.
type event struct {
	page *page
	list string // messaging or standby
	body json.RawMessage
}

// push has an event of a person's thread delivered to the apps that are subscribed to such: key says what it is. m.mu is
// held.
func (p *page) push(person, key string, fields map[string]any) error {
	body, err := encoded(fields)
	if err != nil {
		return bot.Wrap(bot.Invalid, "the event cannot be encoded", err)
	}
	e := event{page: p, list: "messaging", body: body}
	if key == standby {
		e.list = standby
	}
	for _, s := range p.subscribed {
		if field := fieldsOf[key]; field != "" && !slices.Contains(s.fields, field) {
			continue
		}
		lane := s.app.id
		if p.net.MaxInCall <= 1 {
			lane += "/" + p.id + "/" + person
		}
		if err := p.net.Deliver(lane, p.net.attempts(s.app, lane)); err != nil {
			return err
		}
		p.net.pending[lane] = append(p.net.pending[lane], e)
	}
	return nil
}

// patience is after how long of failures Meta unsubscribes the app from the page.
const patience = time.Hour

// attempts post what waits in a lane when it is its turn: nothing, if a call before took it along.
func (m *Messenger) attempts(a *app, lane string) simulate.Attempts {
	var events []event
	var begun time.Time
	return func(try int) (simulate.Delivery, bool) {
		m.mu.Lock()
		defer m.mu.Unlock()
		now := m.Now()
		if try == 1 {
			events, begun = m.take(lane), now
		}
		if len(events) == 0 || a.callback == "" {
			return simulate.Delivery{}, false
		}
		if now.Sub(begun) > patience {
			for _, e := range events {
				e.page.unsubscribe(a)
			}
			m.Log.Debug("simulated messenger: webhooks disabled", "app", a.id)
			return simulate.Delivery{}, false
		}
		body := bodyOf(events, now.UnixMilli()+int64(try))
		header := http.Header{
			"Content-Type":        {"application/json"},
			"User-Agent":          {"facebookexternalua"},
			"X-Hub-Signature":     {"sha1=" + sign(sha1.New, a.secret, body)},
			"X-Hub-Signature-256": {"sha256=" + sign(sha256.New, a.secret, body)},
		}
		return simulate.Delivery{URL: a.callback, Header: header, Body: body}, true
	}
}

func sign(algorithm func() hash.Hash, secret string, body []byte) string {
	mac := hmac.New(algorithm, []byte(secret))
	mac.Write(body)
	return fmt.Sprintf("%x", mac.Sum(nil))
}

// take takes from a lane what goes in one call. m.mu is held.
func (m *Messenger) take(lane string) []event {
	waiting := m.pending[lane]
	n := min(len(waiting), max(1, m.MaxInCall))
	m.pending[lane] = waiting[n:]
	if n == len(waiting) {
		delete(m.pending, lane)
	}
	return waiting[:n]
}

// bodyOf is a call with events, an entry for each stretch of one page's. Each try of it has another time.
func bodyOf(events []event, millisecond int64) []byte {
	var entries []map[string]any
	var last event
	for _, e := range events {
		if e.page != last.page || e.list != last.list {
			entries = append(entries, map[string]any{"id": e.page.id, "time": millisecond, e.list: []json.RawMessage(nil)})
		}
		entry := entries[len(entries)-1]
		entry[e.list] = append(entry[e.list].([]json.RawMessage), e.body)
		last = e
	}
	body, err := encoded(object{"object": "page", "entry": entries})
	if err != nil {
		return nil // they were encoded before: it cannot be
	}
	return escaped(body)
}

// encoded leaves <, > and & as they are, as Meta does.
func encoded(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSpace(out.Bytes()), err
}

// escaped writes JSON as Meta does, in ASCII and with \/: whoever encodes it anew gets other bytes.
func escaped(body []byte) []byte {
	var out strings.Builder
	for _, r := range string(body) {
		switch {
		case r == '/':
			out.WriteString(`\/`)
		case r < utf8.RuneSelf:
			out.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&out, `\u%04x`, unit)
			}
		}
	}
	return []byte(out.String())
}
