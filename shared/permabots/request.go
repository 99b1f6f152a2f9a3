package permabots

import (
	"net/http"
	"slices"
	"strings"

	"hookline/shared/bot"
)

var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

func (d *draft) request(path, key string) *bot.Request {
	r := d.find("request", key)
	if r == nil {
		d.note(path, "the dump lacks the request: the handler makes none now")
		return nil
	}
	made := &bot.Request{
		URL: r.text("url_template"), Method: strings.ToUpper(r.text("method")),
		Query: d.params(path+".query", r, "urlparam"), Headers: d.params(path+".headers", r, "headerparam"),
	}
	if !slices.Contains(methods, made.Method) {
		d.note(path, "the method %q is not known: GET, as in permabots", made.Method)
		made.Method = http.MethodGet
	}
	data := strings.TrimSpace(r.text("data"))
	switch without := made.Method == http.MethodGet || made.Method == http.MethodDelete; {
	case without && data != "":
		d.note(path, "data is left out: permabots sent none with %s", made.Method)
	case !without && data == "":
		d.note(path, "has no data: permabots gave up there, and sent nothing and said nothing")
	case !without:
		d.body(path, made, data)
	}
	if made.Method == http.MethodGet {
		made.Method = ""
	}
	return made
}

func (d *draft) params(path string, request *record, model string) map[string]string {
	var params map[string]string
	for _, r := range d.of(request, model) {
		key, value := r.text("key"), r.text("value_template")
		if _, twice := params[key]; twice {
			d.note(path+"."+key, "was there several times: the one made last is taken")
		}
		if soundsSecret(key) && !strings.Contains(value, "{{") {
			d.note(path+"."+key, "sounds like a credential, and stands here for all to read: move it to secrets, and write {{ secret.NAME }}")
		}
		if params == nil {
			params = map[string]string{}
		}
		params[key] = value
	}
	return params
}
