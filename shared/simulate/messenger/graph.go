package messenger

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"hookline/shared/simulate"
)

// call is one of the Graph API, whose caller is known.
type call struct {
	net     *Messenger
	app     *app
	page    *page // nil: the app itself calls
	request *http.Request
	body    json.RawMessage // an object; {} if there is none
}

// answer is what a call that was carried out gives.
type answer struct {
	result any
	// told, if set, is called with whether the caller was given the answer.
	told func(bool)
}

// edge carries out a call. The error is a *refusal.
type edge func(c *call) (answer, error)

func (m *Messenger) apiRoutes() http.Handler {
	mux := http.NewServeMux()
	for pattern, e := range map[string]struct {
		name string
		run  edge
	}{
		"GET /{version}/{node}":                      {"node", (*call).node},
		"POST /{version}/{node}/messages":            {"messages", ofPage((*call).send)},
		"GET /{version}/{node}/messenger_profile":    {"messenger_profile", ofPage((*call).getProfile)},
		"POST /{version}/{node}/messenger_profile":   {"messenger_profile", ofPage((*call).setProfile)},
		"DELETE /{version}/{node}/messenger_profile": {"messenger_profile", ofPage((*call).deleteProfile)},
		"GET /{version}/{node}/subscribed_apps":      {"subscribed_apps", ofPage((*call).listApps)},
		"POST /{version}/{node}/subscribed_apps":     {"subscribed_apps", ofPage((*call).subscribe)},
		"DELETE /{version}/{node}/subscribed_apps":   {"subscribed_apps", ofPage((*call).unsubscribe)},
		"GET /{version}/{node}/subscriptions":        {"subscriptions", ofApp((*call).getCallback)},
		"POST /{version}/{node}/subscriptions":       {"subscriptions", ofApp((*call).setCallback)},
		"DELETE /{version}/{node}/subscriptions":     {"subscriptions", ofApp((*call).deleteCallback)},
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { m.serve(w, r, e.name, e.run) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeRefusal(w, refuse(codePath, 0, "Unknown path components: %s", r.URL.Path))
	})
	return mux
}

func (m *Messenger) serve(w http.ResponseWriter, r *http.Request, name string, run edge) {
	body, err := readBody(w, r)
	if err != nil {
		writeRefusal(w, err)
		return
	}
	c, err := m.caller(r)
	if err != nil {
		writeRefusal(w, err)
		return
	}
	c.body = body
	var done answer
	m.Carry(
		simulate.Call{Request: r, Method: name, Refuse: func(status, seconds int) { writeFault(w, status, seconds) }},
		func() { done, err = run(c) },
		func() {
			if err != nil {
				writeRefusal(w, err)
				return
			}
			done.write(w)
		},
	)
}

// readBody gives the body, which is a JSON object if there is one.
func readBody(w http.ResponseWriter, r *http.Request) (json.RawMessage, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, simulate.MaxBody))
	if err != nil {
		return nil, invalid("The body is too large, or broke off.")
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return json.RawMessage("{}"), nil
	}
	if r.Header.Get("Content-Type") != "application/json" {
		return nil, invalid("Only bodies of the type application/json are played.")
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil || object == nil {
		return nil, invalid("The body is not a JSON object.")
	}
	return body, nil
}

// write gives the answer to the caller. Whoever looks afterwards finds it noted that the caller has it.
func (d answer) write(w http.ResponseWriter) {
	if d.told == nil {
		d.told = func(bool) {}
	}
	d.told(true)
	err := simulate.WriteJSON(w, http.StatusOK, d.result)
	if err == nil {
		err = http.NewResponseController(w).Flush()
	}
	if err != nil {
		d.told(false)
	}
}

// caller finds out whose token a call has, and whether who has the token has the app's secret as well.
func (m *Messenger) caller(r *http.Request) (*call, error) {
	token := r.URL.Query().Get("access_token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token = bearer
	}
	if token == "" {
		return nil, refuse(codePath, 0, "An active access token must be used to query information about the current user.")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.expired[token] {
		return nil, refuse(codeToken, subcodeExpired, "Error validating access token: The session has been invalidated.")
	}
	appID, secret, own := strings.Cut(token, "|")
	parts := tokenShape.FindStringSubmatch(token)
	switch {
	case own && !equal(secret, m.secretOf(appID)):
		return nil, refuse(codeToken, 0, "Error validating application. Invalid application ID or secret.")
	case !own && parts == nil:
		return nil, refuse(codeToken, 0, "Malformed access token %s", token) // Meta quotes it, too
	case !own:
		appID = parts[1]
	}
	if err := checkProof(r.URL.Query().Get("appsecret_proof"), token, m.secretOf(appID)); err != nil {
		return nil, err
	}
	c := &call{net: m, request: r, app: m.app(appID)}
	if !own {
		c.page = m.page(parts[2])
	}
	if c.app == nil || !own && c.page == nil {
		return nil, refuse(codeUnavailable, 0, "There are too many pages or apps.")
	}
	if c.page != nil {
		c.page.app = c.app
	}
	return c, nil
}

// checkProof checks what every call must have: the app is one that requires it.
func checkProof(proof, token, secret string) error {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(token))
	switch {
	case proof == "":
		return invalid("API calls from the server require an appsecret_proof argument")
	case !equal(proof, hex.EncodeToString(mac.Sum(nil))):
		return invalid("Invalid appsecret_proof provided in the API argument")
	}
	return nil
}

func equal(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }

// ofPage is an edge of the page that calls.
func ofPage(run edge) edge {
	return func(c *call) (answer, error) {
		id := c.request.PathValue("node")
		switch {
		case c.page == nil:
			return answer{}, refuse(codeNotThisWay, 0, "This method must be called with a Page Access Token")
		case id != "me" && id != c.page.id:
			return answer{}, missing(id)
		}
		return run(c)
	}
}

// ofApp is an edge of the app that calls.
func ofApp(run edge) edge {
	return func(c *call) (answer, error) {
		id := c.request.PathValue("node")
		switch {
		case c.page != nil:
			return answer{}, refuse(codeNotThisWay, 0, "This method must be called with an app access_token.")
		case id != c.app.id:
			return answer{}, missing(id)
		}
		return run(c)
	}
}

func missing(id string) error {
	return refuse(codeInvalid, subcodeMissing, "Object with ID '%s' does not exist, cannot be loaded due to missing permissions, or does not support this operation", id)
}

// parameter gives one that is a text, from the body or the query.
func (c *call) parameter(name string) string {
	var fields map[string]json.RawMessage
	var text string
	if json.Unmarshal(c.body, &fields) == nil && json.Unmarshal(fields[name], &text) == nil {
		return text
	}
	return c.request.URL.Query().Get(name)
}

// list gives a parameter that is a list, or a text with commas.
func (c *call) list(name string) (items []string) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(c.body, &fields) == nil && json.Unmarshal(fields[name], &items) == nil {
		return items
	}
	if text := c.parameter(name); text != "" {
		return strings.Split(text, ",")
	}
	return nil
}

// node tells of the page, or of a person who has been there, as far as it is asked.
func (c *call) node() (answer, error) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	id := c.request.PathValue("node")
	if c.page == nil {
		return answer{}, missing(id)
	}
	known := map[string]any{"id": c.page.id, "name": "Page " + c.page.id}
	if id != "me" && id != c.page.id {
		t := c.page.thread(id)
		if t == nil {
			return answer{}, missing(id)
		}
		known = map[string]any{
			"id": id, "name": strings.TrimSpace(t.user.FirstName + " " + t.user.LastName), "first_name": t.user.FirstName,
			"last_name": t.user.LastName, "profile_pic": "https://pictures.example/" + id,
		}
	}
	fields := c.list("fields")
	if fields == nil {
		fields = []string{"id", "name"}
	}
	told := map[string]any{"id": known["id"]}
	for _, field := range fields {
		if value, ok := known[field]; ok && value != "" {
			told[field] = value
		}
	}
	return answer{result: told}, nil
}
