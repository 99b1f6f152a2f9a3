package simulate

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"hookline/shared/bot"
)

// maxPatience bounds how long a reader is made to wait.
const maxPatience = time.Minute

// userRoutes are the addresses of the users' side.
func (t *Telegram) userRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /chat/{bot}/{chat}/messages", t.getMessages)
	acts := map[string]func(Talk, action) (any, error){
		"open":    func(k Talk, _ action) (any, error) { return nil, t.Open(k) },
		"say":     func(k Talk, a action) (any, error) { return said(t.Say(k, a.Text)) },
		"post":    func(k Talk, a action) (any, error) { return said(t.Post(k, a.Message)) },
		"press":   func(k Talk, a action) (any, error) { return nil, t.Press(k, a.Button) },
		"block":   func(k Talk, _ action) (any, error) { return nil, t.Block(k) },
		"unblock": func(k Talk, _ action) (any, error) { return nil, t.Unblock(k) },
		"upgrade": func(k Talk, _ action) (any, error) {
			id, err := t.Upgrade(k)
			return map[string]int64{"chat": id}, err
		},
	}
	for name, act := range acts {
		mux.HandleFunc("POST /chat/{bot}/{chat}/"+name, func(w http.ResponseWriter, r *http.Request) { serveAct(w, r, act) })
	}
	mux.HandleFunc("PUT /faults", t.putFaults)
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) {
		_ = writeJSON(w, http.StatusOK, t.FaultCounts())
	})
	return mux
}

// action is the body of every POST on the users' side; each reads what it needs.
type action struct {
	From    User                       `json:"from"`
	Thread  int64                      `json:"thread"`
	Text    string                     `json:"text"`
	Message map[string]json.RawMessage `json:"message"`
	Button  Choice                     `json:"button"`
}

func said(messageID int64, err error) (any, error) {
	return map[string]int64{"message_id": messageID}, err
}

func serveAct(w http.ResponseWriter, r *http.Request, act func(Talk, action) (any, error)) {
	var a action
	if err := readJSON(w, r, &a); err != nil {
		writeError(w, err)
		return
	}
	chat, err := chatOf(r)
	if err != nil {
		writeError(w, err)
		return
	}
	// Of a private chat the address says who its user is.
	a.From.ID = cmp.Or(a.From.ID, max(0, chat))
	a.From.FirstName = cmp.Or(a.From.FirstName, "User "+strconv.FormatInt(a.From.ID, 10))
	result, err := act(Talk{Bot: r.PathValue("bot"), Chat: chat, Thread: a.Thread, User: a.From}, a)
	if err != nil {
		writeError(w, err)
		return
	}
	if result == nil {
		result = struct{}{}
	}
	_ = writeJSON(w, http.StatusOK, result)
}

func chatOf(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("chat"), 10, 64)
	if err != nil {
		return 0, bot.Wrap(bot.Invalid, "a chat's id is a whole number", err)
	}
	return id, nil
}

func (t *Telegram) getMessages(w http.ResponseWriter, r *http.Request) {
	chat, err := chatOf(r)
	if err != nil {
		writeError(w, err)
		return
	}
	after, _ := strconv.ParseInt(r.FormValue("after"), 10, 64)
	seconds, _ := strconv.ParseFloat(r.FormValue("wait"), 64)
	patience := min(time.Duration(max(0, min(seconds, 3600))*float64(time.Second)), maxPatience)
	sent, err := t.Messages(r.Context(), r.PathValue("bot"), chat, after, patience)
	if err != nil {
		writeError(w, err)
		return
	}
	_ = writeJSON(w, http.StatusOK, map[string][]Sent{"messages": sent})
}

func (t *Telegram) putFaults(w http.ResponseWriter, r *http.Request) {
	var f Faults
	if err := readJSON(w, r, &f); err != nil {
		writeError(w, err)
		return
	}
	if err := t.SetFaults(f); err != nil {
		writeError(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
