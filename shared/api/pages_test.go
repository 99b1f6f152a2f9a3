package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Every list of the API is read page by page, in one shape and a fixed order.
func TestListsPageByPage(t *testing.T) {
	w := newWorld(t)
	var handlers, states, env, hooks, channels strings.Builder
	for _, n := range []int{3, 1, 5, 2, 4} {
		fmt.Fprintf(&handlers, "  - {name: n%d, pattern: x}\n", n)
		fmt.Fprintf(&states, "  n%d: {expires: 1h}\n", n)
		fmt.Fprintf(&env, "  n%d: x\n", n)
		fmt.Fprintf(&hooks, "  - {name: n%d, response: {text: hi}}\n", n)
		fmt.Fprintf(&channels, "  n%d: {provider: telegram, token: '%d:token'}\n", n, n)
	}
	w.publish(fmt.Sprintf("bot: pizza\nhandlers:\n%sstates:\n%senv:\n%shooks:\n%schannels:\n%s",
		&handlers, &states, &env, &hooks, &channels))
	for i := range 4 {
		w.ask("PATCH", "/v1/bots/pizza", fmt.Sprintf(`{"description":"%d"}`, i), http.StatusOK)
	}
	sorted := []string{"n1", "n2", "n3", "n4", "n5"}
	for list, want := range map[string][]string{
		"handlers": {"n3", "n1", "n5", "n2", "n4"}, "states": sorted, "env": sorted, "hooks": sorted, "channels": sorted,
		"versions": {"5", "4", "3", "2", "1"},
	} {
		for _, limit := range []int{1, 2, 5, 100} {
			var got []string
			pages := 1
			for cursor := ""; ; pages++ {
				page := w.ask("GET", fmt.Sprintf("/v1/bots/pizza/%s?limit=%d&cursor=%s", list, limit, url.QueryEscape(cursor)), "", http.StatusOK)
				got = append(got, entries(page[list])...)
				next, more := page["next"].(string)
				if cursor = next; !more {
					break
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || pages != (5+limit-1)/limit {
				t.Errorf("%s in %d pages of %d (-want +got):\n%s", list, pages, limit, diff)
			}
		}
		for _, bad := range []string{"limit=0", "limit=501", "limit=x"} {
			w.ask("GET", "/v1/bots/pizza/"+list+"?"+bad, "", http.StatusUnprocessableEntity)
		}
	}
}

// entries are the names of a page, or the numbers of versions.
func entries(page any) (names []string) {
	switch page := page.(type) {
	case map[string]any:
		for name := range page {
			names = append(names, name)
		}
		slices.Sort(names)
	case []any:
		for _, element := range page {
			one := element.(map[string]any)
			if one["name"] != nil {
				names = append(names, one["name"].(string))
			} else {
				names = append(names, fmt.Sprint(one["version"]))
			}
		}
	}
	return names
}

// What a cursor stands behind may be gone by the time the next page is read.
func TestCursorsOfWhatIsGone(t *testing.T) {
	w := newWorld(t)
	w.publish("bot: pizza\nenv: {a: x, c: x}\nhandlers: [{name: a}]\n")
	for path, want := range map[string]string{
		"/env?cursor=b": `{"env":{"c":"x"}}`, "/env?cursor=z": `{"env":{}}`, "/versions?cursor=1": `{"versions":[]}`,
		"/handlers?cursor=a": `{"handlers":[]}`,
	} {
		if _, got := w.send("GET", "/v1/bots/pizza"+path, ""); strings.TrimSpace(got) != want {
			t.Errorf("GET %s = %s, want %s", path, got, want)
		}
	}
	for _, path := range []string{"/handlers?cursor=b", "/versions?cursor=b"} {
		if detail, _ := w.ask("GET", "/v1/bots/pizza"+path, "", http.StatusBadRequest)["detail"].(string); !strings.Contains(detail, "cursor") {
			t.Errorf("GET %s answers %q, want what is wrong with the cursor", path, detail)
		}
	}
}

// What has an address says which it is, and since when.
func TestF3ResourcesHaveIDsAndTimes(t *testing.T) {
	const made, changed = "2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z"
	w := newWorld(t)
	w.publish(withHook)
	w.ask("POST", "/v1/tokens", `{"name":"x","scopes":["read"]}`, http.StatusCreated)
	w.ask("POST", "/v1/accounts", `{"account":"acme"}`, http.StatusCreated)
	w.now = w.now.Add(time.Hour)
	w.ask("PATCH", "/v1/bots/pizza", `{"description":"d"}`, http.StatusOK)
	w.ask("PATCH", "/v1/bots/pizza/channels/telegram", `{"token":"2:other"}`, http.StatusOK)
	head := w.head()
	for _, test := range []struct {
		path, list string
		want       map[string]any
	}{
		{"/v1/bots", "bots", map[string]any{"id": head.ID, "created_at": made, "updated_at": changed}},
		{"/v1/bots/pizza/channels", "channels", map[string]any{"id": head.Channels["telegram"], "created_at": made, "updated_at": changed}},
		{"/v1/bots/pizza/hooks", "hooks", map[string]any{"id": head.Hooks["courier"], "created_at": made, "updated_at": made}},
		{"/v1/bots/pizza/versions", "versions", map[string]any{"version": 2.0, "created_at": changed}},
		{courier + "/recipients", "recipients", map[string]any{"id": head.Channels["telegram"] + "#12345", "created_at": made}},
		{"/v1/accounts", "accounts", map[string]any{"account": "acme", "created_at": made}},
		{"/v1/tokens", "tokens", map[string]any{"name": "x", "created_at": made}},
	} {
		got, _ := w.ask("GET", test.path, "", http.StatusOK)[test.list].([]any)
		if len(got) == 0 {
			t.Errorf("GET %s lists nothing", test.path)
			continue
		}
		for field, value := range test.want {
			if first := got[0].(map[string]any); first[field] != value {
				t.Errorf("GET %s: %s = %v, want %v", test.path, field, first[field], value)
			}
		}
	}
	for _, path := range []string{"", "/handlers", "/handlers/start", "/channels/telegram"} {
		resp, _ := w.send("GET", "/v1/bots/pizza"+path, "")
		if got := resp.Header.Get("Last-Modified"); got != "Sun, 01 Mar 2026 13:00:00 GMT" {
			t.Errorf("GET %s: Last-Modified = %q", path, got)
		}
	}
}
