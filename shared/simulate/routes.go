package simulate

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// maxPatience bounds how long a reader is made to wait.
const maxPatience = time.Minute

// Routes serves the users' side of a network and its faults.
func (n *Network) Routes(u Users) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /chat/{bot}/{chat}/messages", func(w http.ResponseWriter, r *http.Request) { serveMessages(w, r, u) })
	acts := map[string]Act{
		"open":    func(k Talk, _ Doing) (any, error) { return struct{}{}, u.Open(k) },
		"say":     func(k Talk, d Doing) (any, error) { return said(u.Say(k, d.Text)) },
		"post":    func(k Talk, d Doing) (any, error) { return said(u.Post(k, d.Message)) },
		"press":   func(k Talk, d Doing) (any, error) { return struct{}{}, u.Press(k, d.Button) },
		"block":   func(k Talk, _ Doing) (any, error) { return struct{}{}, u.Block(k) },
		"unblock": func(k Talk, _ Doing) (any, error) { return struct{}{}, u.Unblock(k) },
	}
	for name, act := range acts {
		mux.Handle("POST /chat/{bot}/{chat}/"+name, act)
	}
	mux.HandleFunc("PUT /faults", n.putFaults)
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) {
		_ = WriteJSON(w, http.StatusOK, n.FaultCounts())
	})
	return mux
}

// Doing is the body of every POST on the users' side; each act reads what it needs.
type Doing struct {
	From    User                       `json:"from"`
	Thread  ID                         `json:"thread"`
	Text    string                     `json:"text"`
	Message map[string]json.RawMessage `json:"message"`
	Button  Choice                     `json:"button"`
}

// Act does something in a chat and gives the answer, which is encoded as JSON. A network may add its own to Routes, as
// POST /chat/{bot}/{chat}/<name>.
type Act func(k Talk, d Doing) (any, error)

func said(messageID ID, err error) (any, error) {
	return map[string]ID{"message_id": messageID}, err
}

// ServeHTTP reads who acts: of a private chat the address says who its user is, and nobody is without a name.
func (act Act) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var d Doing
	if err := readJSON(w, r, &d); err != nil {
		writeError(w, err)
		return
	}
	k := Talk{Bot: r.PathValue("bot"), Chat: ID(r.PathValue("chat")), Thread: d.Thread, User: d.From}
	k.User.ID = cmp.Or(k.User.ID, k.Chat)
	k.User.FirstName = cmp.Or(k.User.FirstName, "User "+string(k.User.ID))
	result, err := act(k, d)
	if err != nil {
		writeError(w, err)
		return
	}
	_ = WriteJSON(w, http.StatusOK, result)
}

func serveMessages(w http.ResponseWriter, r *http.Request, u Users) {
	after, _ := strconv.ParseInt(r.FormValue("after"), 10, 64)
	seconds, _ := strconv.ParseFloat(r.FormValue("wait"), 64)
	patience := min(time.Duration(max(0, min(seconds, 3600))*float64(time.Second)), maxPatience)
	k := Talk{Bot: r.PathValue("bot"), Chat: ID(r.PathValue("chat"))}
	sent, err := u.Messages(r.Context(), k, after, patience)
	if err != nil {
		writeError(w, err)
		return
	}
	_ = WriteJSON(w, http.StatusOK, map[string][]Sent{"messages": sent})
}

func (n *Network) putFaults(w http.ResponseWriter, r *http.Request) {
	var f Faults
	if err := readJSON(w, r, &f); err != nil {
		writeError(w, err)
		return
	}
	if err := n.SetFaults(f); err != nil {
		writeError(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
