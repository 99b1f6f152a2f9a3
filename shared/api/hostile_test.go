package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Whatever stands where an id or a cursor belongs, it is answered, and it is never our fault.
func TestHostileIDsAndCursors(t *testing.T) {
	w := newWorld(t)
	w.publish(fmt.Sprintf(known, "nobody"))
	w.live("telegram", "7", "7")
	for _, odd := range []string{
		"\x00", "\xff", "%ff", " ", "#", "a:b", "..", "payload:~x", "user:7", "event:1", strings.Repeat("a", 1500), strings.Repeat("☃", 700),
	} {
		path, query := url.PathEscape(odd), url.QueryEscape(odd)
		for _, call := range []string{
			"GET /conversations?user=" + query, "GET /conversations?chat=" + query, "GET /conversations?chat=" + query + "&user=" + query,
			"GET /conversations?cursor=" + query, "GET /conversations?user=7&cursor=" + query,
			"GET /conversations?user=7&cursor=telegram:" + query, "GET /conversations?chat=7&cursor=telegram:" + query,
			"GET /channels/telegram/conversations/" + path + "/" + path, "DELETE /channels/telegram/conversations/7/" + path,
			"GET /channels/telegram/users/" + path + "/export", "DELETE /channels/telegram/users/" + path,
			"GET /channels/telegram/users/7/export?cursor=dead+" + query, "GET /channels/telegram/users/7/export?cursor=" + query,
			"GET /send/" + path,
		} {
			method, address, _ := strings.Cut(call, " ")
			if resp, text := w.send(method, "/v1/bots/pizza"+address, ""); resp.StatusCode >= http.StatusInternalServerError {
				t.Errorf("%.100s = %d %.200s", call, resp.StatusCode, text)
			}
		}
		for _, call := range []string{
			"GET /bots/pizza/hooks/courier/recipients/", "PUT /bots/pizza/hooks/courier/recipients/", "PATCH /bots/pizza/hooks/courier/recipients/",
			"GET /tokens/", "PATCH /tokens/", "GET /accounts/", "POST /bots/pizza/handlers?before=",
		} {
			method, address, _ := strings.Cut(call, " ")
			if resp, text := w.send(method, "/v1"+address+path, "{}"); resp.StatusCode/100 != 4 && odd != ".." { // which is cleaned away
				t.Errorf("%s%.100s = %d %.200s, want 4xx", call, path, resp.StatusCode, text)
			}
		}
		message := fmt.Sprintf(`{"channel": "telegram", "chat": %q, "user": %[1]q, "text": %[1]q}`, odd)
		if status, answer := w.post(message, ""); status >= http.StatusInternalServerError {
			t.Errorf("send %.100s = %d %v", message, status, answer)
		}
	}
}
