package permabots_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/bot"
)

func TestImportRequest(t *testing.T) {
	param := func(model, key, name, value string) string {
		return object(model, key, `"request": "q", "key": "`+name+`", "value_template": "`+value+`"`)
	}
	const path = "handlers[0].request"
	const inClear = ": sounds like a credential, and stands here for all to read: move it to secrets, and write {{ secret.NAME }}"
	tests := []struct {
		name    string
		objects []string
		want    bot.Request
		notes   []string
	}{
		{"F22 method", []string{request("q", `"url_template": "http://x/{{ pattern.a }}", "method": "Delete"`)}, bot.Request{URL: "http://x/{{ pattern.a }}", Method: "DELETE"}, nil},
		{"F22 the usual method", []string{request("q", `"url_template": "http://x", "method": "Get"`)}, bot.Request{URL: "http://x"}, nil},
		{"F22 no such method", []string{request("q", `"url_template": "http://x", "method": "Fetch"`)}, bot.Request{URL: "http://x"}, []string{path + `: the method "FETCH" is not known: GET, as in permabots`}},
		{
			"F23 parameters and headers", []string{request("q", `"url_template": "http://x", "method": "Get"`), param("urlparam", "u", "a", "{{ env.A }}"), param("headerparam", "p", "X-A", "1")},
			bot.Request{URL: "http://x", Query: map[string]string{"a": "{{ env.A }}"}, Headers: map[string]string{"X-A": "1"}}, nil,
		},
		{
			"F45 parameters of one name", []string{request("q", `"url_template": "http://x", "method": "Get"`), param("urlparam", "u", "a", "1"), param("urlparam", "v", "a", "2")},
			bot.Request{URL: "http://x", Query: map[string]string{"a": "2"}}, []string{path + ".query.a: was there several times: the one made last is taken"},
		},
		{
			"B18 credentials in clear", []string{
				request("q", `"url_template": "http://x", "method": "Get"`), param("headerparam", "p", "Authorization", "Token 1"), param("urlparam", "u", "api_key", "2"), param("urlparam", "v", "token", "{{ env.T }}"),
			},
			bot.Request{URL: "http://x", Query: map[string]string{"api_key": "2", "token": "{{ env.T }}"}, Headers: map[string]string{"Authorization": "Token 1"}},
			[]string{path + ".query.api_key" + inClear, path + ".headers.Authorization" + inClear},
		},
		{"F24 data with GET", []string{request("q", `"url_template": "http://x", "method": "Get", "data": "{\"a\": 1}"`)}, bot.Request{URL: "http://x"}, []string{path + ": data is left out: permabots sent none with GET"}},
		{
			"F24 no data", []string{request("q", `"url_template": "http://x", "method": "Patch", "data": " "`)}, bot.Request{URL: "http://x", Method: "PATCH"},
			[]string{path + ": has no data: permabots gave up there, and sent nothing and said nothing"},
		},
		{
			"F24 nothing that says it is JSON", []string{request("q", `"url_template": "http://x", "method": "Put", "data": "{}"`), param("headerparam", "p", "Content-Type", "application/json")},
			bot.Request{URL: "http://x", Method: "PUT", Headers: map[string]string{"Content-Type": "application/json"}}, nil,
		},
		{
			"F24 a form that says it is JSON", []string{request("q", `"url_template": "http://x", "method": "Put", "data": "{\"a\": 1}"`), param("headerparam", "p", "content-type", "application/json")},
			bot.Request{URL: "http://x", Method: "PUT", Headers: map[string]string{"content-type": "application/json"}, Form: map[string]string{"a": "1"}},
			[]string{path + ".headers.content-type: says JSON where permabots sent a form: if the server wants JSON, write json in place of form"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			whole := dump(append(tt.objects, response("r", `"text_template": "hi"`), handler("h", `"response": "r", "request": "q"`))...)
			got, left := importOne(t, whole)
			if diff := cmp.Diff(&tt.want, got.Definition.Handlers[0].Request); diff != "" || len(left) > 0 {
				t.Errorf("Import(%s), left %v (-want +got):\n%s", whole, left, diff)
			}
			wantNotes(t, got, tt.notes...)
		})
	}
}

// F24: what permabots' data becomes.
func TestImportData(t *testing.T) {
	const (
		body   = "handlers[0].request.body: "
		untold = body + "permabots made a form of it, which cannot be told before it is rendered ("
		rest   = "): write form or json"
		list   = ": permabots sent the items of a list, and the names in an object, one by one; here they are JSON: write what the server takes"
	)
	form := func(pairs ...string) bot.Request {
		r := bot.Request{Form: map[string]string{}}
		for i := 0; i < len(pairs); i += 2 {
			r.Form[pairs[i]] = pairs[i+1]
		}
		return r
	}
	tests := []struct {
		name, data string
		want       bot.Request
		notes      []string
	}{
		{"scalars", `{"a": "x", "b": 1, "c": 1.50, "d": true, "e": false, "f": null}`, form("a", "x", "b", "1", "c", "1.50", "d", "True", "e", "False"), nil},
		{"insertions in texts", `{"a": "x {{ pattern["y"] }}\n", "b": "{% if z %}\"{% endif %}"}`, form("a", "x {{ pattern[\"y\"] }}\n", "b", `{% if z %}"{% endif %}`), nil},
		{"insertions of values", `{"a": {{ env.a }}, "b": {{ env.b | tojson }}, "c": "{{ env.c|tojson }}"}`, form("a", "{{ env.a }}", "b", "{{ env.b }}", "c", "{{ env.c|tojson }}"), nil},
		{"a comment", `{"a": 1 {# one #}}`, form("a", "1"), nil},
		{"lists of one, and of none", `{"a": ["{{ x }}"], "b": []}`, form("a", "{{ x }}"), nil},
		{"lists and objects", `{"a": [1, "{{ x }}"], "b": {"c": "<{{ y }}>"}}`, form("a", `[1,"{{ x }}"]`, "b", `{"c":"<{{ y }}>"}`), []string{"handlers[0].request.form.a" + list, "handlers[0].request.form.b" + list}},
		{"nothing to send", "{}", bot.Request{}, nil},
		{"null", "null", bot.Request{}, nil},
		{"an empty list", "[]", bot.Request{}, nil},
		{"a text", `"{\"a\": \"{{ x }}\"}"`, bot.Request{Body: `{"a": "{{ x }}"}`}, nil},
		{"a list", `["a"]`, bot.Request{Body: `["a"]`}, []string{body + "it is neither an object nor a text: permabots could not send it"}},
		{"an insertion", "{{ x }}", bot.Request{Body: "{{ x }}"}, []string{untold + "a template makes the whole of it" + rest}},
		{"a statement", `{ {% if x %}"a": 1{% endif %} }`, bot.Request{Body: `{ {% if x %}"a": 1{% endif %} }`}, []string{untold + "a statement decides what it holds" + rest}},
		{"a name that is inserted", `{"{{ x }}": 1}`, bot.Request{Body: `{"{{ x }}": 1}`}, []string{untold + "a template makes the names in it" + rest}},
		{"no JSON", `{'a': 1}`, bot.Request{Body: `{'a': 1}`}, []string{untold + "it is no JSON" + rest}},
		{"two values", `{} {}`, bot.Request{Body: `{} {}`}, []string{untold + "it is more than one JSON value" + rest}},
		{"B11 our own marks", "{\"a\": \"\ue0000\ue001{{ x }}\"}", bot.Request{Body: "{\"a\": \"\ue0000\ue001{{ x }}\"}"}, []string{untold + "it holds private-use characters" + rest}},
		{"B11 our own marks, escaped", `{"a": "\uE0007\ue001"}`, bot.Request{Body: `{"a": "\uE0007\ue001"}`}, []string{untold + "it holds private-use characters" + rest}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			whole := dump(request("q", `"url_template": "http://x", "method": "Post", "data": `+quotedJSON(tt.data)), response("r", `"text_template": "hi"`), handler("h", `"response": "r", "request": "q"`))
			got, _ := importOne(t, whole)
			tt.want.URL, tt.want.Method = "http://x", "POST"
			if diff := cmp.Diff(&tt.want, got.Definition.Handlers[0].Request); diff != "" {
				t.Errorf("Import(data %s) (-want +got):\n%s", tt.data, diff)
			}
			wantNotes(t, got, tt.notes...)
		})
	}
}

// F24: texts come through whatever stands in them: JSON's escapes outside of tags are undone, what is in tags stays.
func TestImportDataOfTexts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want, data := map[string]string{}, strings.Builder{}
		for name := range rapid.MapOfN(rapid.StringMatching(`[a-z\\"é]*`), rapid.Bool(), 1, 4).Draw(rt, "names") {
			data.WriteString(map[bool]string{true: "{", false: ", "}[len(want) == 0] + quotedJSON(name) + ": ")
			value := quotedJSON("")
			for range rapid.IntRange(0, 3).Draw(rt, "pieces") {
				text := rapid.StringMatching(`[a-z\\\n"'<&é\x{e001}]*`).Draw(rt, "text")
				tag := rapid.StringMatching(`\{\{ [a-z"\\]+ \}\}|\{% [a-z"]+ %\}`).Draw(rt, "tag")
				value = strings.TrimSuffix(value, `"`) + strings.Trim(quotedJSON(text+"|"), `"`) + tag + `"`
				want[name] += text + "|" + tag
			}
			want[name] += ""
			data.WriteString(value)
		}
		whole := dump(request("q", `"url_template": "http://x", "method": "Post", "data": `+quotedJSON(data.String()+"}")), response("r", `"text_template": "hi"`), handler("h", `"response": "r", "request": "q"`))
		got, _ := importOne(t, whole)
		if diff := cmp.Diff(want, got.Definition.Handlers[0].Request.Form); diff != "" {
			rt.Errorf("Import(%s) (-want +got):\n%s", whole, diff)
		}
	})
}
