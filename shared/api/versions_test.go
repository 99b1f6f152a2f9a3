package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVersions(t *testing.T) {
	w := newWorld(t)
	w.publish(pizza)
	w.publish(pizza + "description: better\n")
	versions := func() (numbers []any) {
		for _, v := range w.ask("GET", "/v1/bots/pizza/versions", "", http.StatusOK)["versions"].([]any) {
			one := v.(map[string]any)
			numbers = append(numbers, one["version"], one["live"])
		}
		return numbers
	}
	if diff := cmp.Diff([]any{2.0, true, 1.0, nil}, versions()); diff != "" {
		t.Errorf("versions and which is live (-want +got):\n%s", diff)
	}
	first := w.ask("GET", "/v1/bots/pizza/versions/1", "", http.StatusOK)
	token := first["channels"].(map[string]any)["telegram"].(map[string]any)["token"]
	if first["description"] != nil || token != "${TELEGRAM_TOKEN}" {
		t.Errorf("version 1 = %v, want it as it was, its token masked", first)
	}
	got := w.ask("POST", "/v1/bots/pizza/versions/1/rollback", "", http.StatusOK)
	if got["version"] != 3.0 || got["changed"] != true {
		t.Errorf("rollback = %v, want version 3, changed", got)
	}
	if live := w.ask("GET", "/v1/bots/pizza", "", http.StatusOK); live["description"] != nil {
		t.Errorf("bot after the rollback = %v, want that of version 1", live)
	}
	if ch := w.channel("telegram"); ch.Secret("token").Reveal() != "1:secret-token" {
		t.Errorf("token after the rollback = %q, want it kept", ch.Secret("token").Reveal())
	}
	for _, path := range []string{"/v1/bots/pizza/versions/9", "/v1/bots/nobody/versions/1"} {
		w.ask("GET", path, "", http.StatusNotFound)
	}
}

func TestSecretsAreMasked(t *testing.T) {
	w := newWorld(t)
	file := pizza + "secrets: {KEY: {value: hunter2-and-more, from: SHOP_KEY}}\n"
	w.publish(file)
	for _, path := range []string{"/v1/bots/pizza", "/v1/bots/pizza/versions/1"} {
		if _, body := w.send("GET", path, ""); strings.Contains(body, "hunter2") || !strings.Contains(body, `"KEY":"${SHOP_KEY}"`) {
			t.Errorf("GET %s = %s, want the secret's name and not its value", path, body)
		}
	}
	got := w.ask("PUT", "/v1/bots/pizza?dry_run=true", strings.Replace(file, "hunter2", "hunter3", 1), http.StatusOK)
	want := []any{map[string]any{"path": "secrets.KEY", "what": "new value"}}
	if diff := cmp.Diff(want, got["changes"]); diff != "" {
		t.Errorf("changes of a dry run (-want +got):\n%s", diff)
	}
}
