package lambda_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/simulate/countertest"
)

// A stack's bots are managed over its own address: published, connected to an address of the stack, and shown without
// their secrets; by whoever has the token that the master secret gives, and nobody else.
func TestManagement(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	manage := func(token bot.Secret, method, path, body string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, w.gateway+"/v1/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token.Reveal())
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text)
	}

	file := `{"bot":"managed","channels":{"telegram":{"token":"` + botToken + `"}},"handlers":[{"name":"all","response":{"text":"hello"}}]}`
	if status, _ := manage("admin.guessed", "PUT", "bots/managed", file); status != http.StatusUnauthorized {
		t.Errorf("PUT with a wrong token is answered %d, want 401", status)
	}
	token := masterKeys(t).AdminToken("admin")
	status, text := manage(token, "PUT", "bots/managed", file)
	var published struct{ Channels []struct{ Address string } }
	if err := json.Unmarshal([]byte(text), &published); err != nil || status != http.StatusOK || len(published.Channels) != 1 {
		t.Fatalf("PUT is answered %d %s, want 200 and its channel", status, text)
	}
	if address := published.Channels[0].Address; !strings.HasPrefix(address, "https://"+strings.TrimPrefix(w.gateway, "http://")+"/telegram/") {
		t.Errorf("address of the channel = %s, want one of the stack, by https", address)
	}
	if status, text = manage(token, "GET", "bots/managed", ""); status != http.StatusOK || strings.Contains(text, botToken) {
		t.Errorf("GET is answered %d %s, want 200 and no token in it", status, text)
	}
	// The network has the webhook of the world's own bot: the same token.
	if status, text = manage(token, "POST", "bots/managed/channels/telegram/connect", "{}"); status != http.StatusConflict || strings.Contains(text, botToken) {
		t.Errorf("connecting what is registered elsewhere is answered %d %s, want 409", status, text)
	}
	if status, text = manage(token, "POST", "bots/managed/channels/telegram/connect", `{"take_over":true}`); status != http.StatusOK {
		t.Errorf("taking it over is answered %d %s, want 200", status, text)
	}
}
