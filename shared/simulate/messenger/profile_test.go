package messenger_test

import (
	"strings"
	"testing"
)

func TestProfile(t *testing.T) {
	const path = "/v25.0/me/messenger_profile"
	const all = path + "?fields=get_started,greeting,persistent_menu,ice_breakers"
	w := newWorld(t)
	menu := func(entries string) string {
		return `{"persistent_menu":[{"locale":"default","call_to_actions":[` + entries + `]}]}`
	}
	entry := func(title string) string { return `{"type":"postback","title":"` + title + `","payload":"p"}` }
	questions := func(items string) string {
		return `{"ice_breakers":[{"locale":"default","call_to_actions":[` + items + `]}]}`
	}
	for _, step := range []struct{ name, method, path, body, want string }{
		{"nothing", "GET", all, "", `200 {"data":[]}`},
		{"M41 menu without get_started", "POST", path, menu(entry("Help")), `400 {"error":{"message":"(#100) You must set a Get Started button`},
		{"M41 get_started", "POST", path, `{"get_started":{"payload":"go"}}`, `200 {"result":"success"}`},
		{"M41 menu", "POST", path, menu(entry("Help") + `,{"type":"web_url","title":"Site","url":"https://example.com"}`), `200 {"result":"success"}`},
		{"M41 greeting of 160", "POST", path, `{"greeting":[{"locale":"default","text":"` + strings.Repeat("ä", 160) + `"}]}`, "200"},
		{"M41 greeting of 161", "POST", path, `{"greeting":[{"locale":"default","text":"` + strings.Repeat("ä", 161) + `"}]}`, "400"},
		{"M41 greeting", "POST", path, `{"greeting":[{"locale":"default","text":"Hi"}]}`, "200"},
		{"greeting without default", "POST", path, `{"greeting":[{"locale":"de_DE","text":"Hallo"}]}`, "400"},
		{"M41 title of 30", "POST", path, menu(entry(strings.Repeat("x", 30))), "200"},
		{"M41 title of 31", "POST", path, menu(entry(strings.Repeat("x", 31))), `400 {"error":{"message":"(#100) Param persistent_menu, item 0: the title must have 1 to 30`},
		{"21 entries", "POST", path, menu(strings.Repeat(entry("a")+",", 20) + entry("a")), "400"},
		{"menu without default", "POST", path, `{"persistent_menu":[{"locale":"de_DE","call_to_actions":[` + entry("a") + `]}]}`, "400"},
		{"M41 four questions", "POST", path, questions(strings.Repeat(`{"question":"q","payload":"p"},`, 3) + `{"question":"q","payload":"p"}`), "200"},
		{"five questions", "POST", path, questions(strings.Repeat(`{"question":"q","payload":"p"},`, 4) + `{"question":"q","payload":"p"}`), "400"},
		{"question without payload", "POST", path, questions(`{"question":"q"}`), "400"},
		{"questions without default", "POST", path, `{"ice_breakers":[{"locale":"de_DE","call_to_actions":[{"question":"q","payload":"p"}]}]}`, "400"},
		{"get_started without payload", "POST", path, `{"get_started":{}}`, "400"},
		{"nothing to set", "POST", path, `{}`, "400"},
		{"unknown", "POST", path, `{"commands":[]}`, `400 {"error":{"message":"(#100) Param is not as documented: json: unknown field \"commands\"`},
		{"what there is", "GET", path + "?fields=get_started,greeting", "", `200 {"data":[{"get_started":{"payload":"go"},"greeting":[{"locale":"default","text":"Hi"}]}]}`},
		{"unknown to get", "GET", path + "?fields=x", "", "400"},
		{"no fields to get", "GET", path, "", "400"},
		{"M41 delete get_started under the menu", "DELETE", path, `{"fields":["get_started"]}`, `400 {"error":{"message":"(#100) You must set a Get Started button`},
		{"M41 delete", "DELETE", path, `{"fields":["get_started","persistent_menu","ice_breakers","greeting"]}`, `200 {"result":"success"}`},
		{"what is left", "GET", all, "", `200 {"data":[]}`},
	} {
		t.Run(step.name, func(t *testing.T) {
			if got := w.serve(request(token, appSecret, step.method, step.path, step.body)); !strings.HasPrefix(got, step.want) {
				t.Errorf("%s %s %s = %s, want %s", step.method, step.path, step.body, got, step.want)
			}
		})
	}
	w.call("POST", path, `{"get_started":{"payload":"go"},`+menu(`{"type":"web_url","title":"Site","url":"https://example.com"}`)[1:], "200")
	w.call("GET", path+"?fields=persistent_menu", "", `200 {"data":[{"persistent_menu":[{"locale":"default","composer_input_disabled":false,"call_to_actions":[`+
		`{"type":"web_url","title":"Site","url":"https://example.com","webview_height_ratio":"full"}]}]}]}`)
}
