package telegram

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"hookline/shared/simulate"
)

// params are a call's arguments by name. As on the real servers a JSON string and the same text in a form are one, and
// objects and arrays are kept as JSON.
type params map[string]string

func readParams(w http.ResponseWriter, r *http.Request) (params, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil, &apiError{Code: http.StatusMethodNotAllowed, Description: "Method Not Allowed"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, simulate.MaxBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &apiError{Code: http.StatusRequestEntityTooLarge, Description: "Request Entity Too Large"}
	}
	if err != nil {
		return nil, badRequest("can't read the request body")
	}
	p := params{}
	p.addForm(r.URL.Query())
	if len(body) == 0 {
		return p, nil
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, badRequest("can't parse the form")
		}
		p.addForm(form)
		return p, nil
	}
	return p, p.addJSON(body)
}

func (p params) addForm(form url.Values) {
	for name, values := range form {
		p[name] = values[0]
	}
}

func (p params) addJSON(body []byte) error {
	if !utf8.Valid(body) {
		return badRequest("strings must be encoded in UTF-8")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return badRequest("can't parse request JSON object")
	}
	for name, raw := range fields {
		var text string
		if raw[0] == '"' && json.Unmarshal(raw, &text) == nil {
			p[name] = text
			continue
		}
		if string(raw) != "null" {
			p[name] = string(raw)
		}
	}
	return nil
}

func (p params) flag(name string) bool {
	switch p[name] {
	case "true", "True", "yes", "1":
		return true
	}
	return false
}

// number gives an integer, or zero if there is none.
func (p params) number(name string) int64 {
	n, _ := strconv.ParseInt(p[name], 10, 64)
	return n
}

// clamped gives an integer within bounds, or what is usual if it is absent.
func (p params) clamped(name string, low, high, usual int) int {
	if p[name] == "" {
		return usual
	}
	return int(min(max(p.number(name), int64(low)), int64(high)))
}
