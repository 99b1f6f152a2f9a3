package telegram

import (
	"context"
	"math/rand/v2"
	"strconv"
	"time"
	"unicode/utf8"

	"hookline/shared/simulate"
	"hookline/shared/simulate/telegram/markup"
)

// pressLife is how long a press may be answered.
const pressLife = 10 * time.Minute

// maxPresses bounds how many presses are remembered.
const maxPresses = 100_000

// press is a callback query that waits for its answer.
type press struct {
	chat int64
	at   time.Time
}

// presses remembers callback queries, oldest first.
type presses struct {
	asked map[string]press
	order []string
}

func (p *presses) add(chat int64, now time.Time) (id string) {
	for len(p.order) > 0 && (len(p.order) >= maxPresses || now.Sub(p.asked[p.order[0]].at) > pressLife) {
		delete(p.asked, p.order[0])
		p.order = p.order[1:]
	}
	id = strconv.FormatUint(rand.Uint64(), 10)
	p.asked[id] = press{chat, now}
	p.order = append(p.order, id)
	return id
}

// Limits of answerCallbackQuery's text, in code points.
const maxAnswerText = 200

func answerCallbackQuery(_ context.Context, a *account, p params) (answer, error) {
	id := p["callback_query_id"]
	a.mu.Lock()
	defer a.mu.Unlock()
	asked, ok := a.presses.asked[id]
	if !ok || a.net.Now().Sub(asked.at) > pressLife {
		return answer{}, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	if utf8.RuneCountInString(p["text"]) > maxAnswerText {
		return answer{}, badRequest("MESSAGE_TOO_LONG")
	}
	if link := p["url"]; link != "" && !markup.ValidLink(link) {
		return answer{}, badRequest("URL_INVALID")
	}
	done := answer{result: true}
	if room := a.room(asked.chat); room != nil {
		act := Act{Answer: &CallbackAnswer{ID: id, Text: p["text"], ShowAlert: p.flag("show_alert"), URL: p["url"]}}
		done.told = a.show(room, act, simulate.Shown{Text: p["text"]})
	}
	return done, nil
}
