package catalog_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/provider/catalog"
)

func TestNewReadsBaseAddress(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if want := "/base/bot7:key/getMe"; r.URL.Path != want {
			t.Errorf("Identify() calls %s, want %s", r.URL.Path, want)
		}
		io.WriteString(w, `{"ok":true,"result":{"id":7,"is_bot":true,"first_name":"Seven","username":"sevenbot"}}`)
	}))
	defer server.Close()
	set := catalog.New(server.Client(), func(name string) string {
		return map[string]string{"HOOKLINE_TELEGRAM_URL": server.URL + "/base/"}[name]
	})
	connector, ok := set["telegram"].(provider.Connector)
	if !ok {
		t.Fatalf("New() holds %v, want telegram, which can connect", set)
	}
	ch := bot.Channel{Credentials: map[string][]bot.Credential{"token": {{Value: "7:key"}}}}
	got, err := connector.Identify(t.Context(), ch)
	if want := (bot.Identity{Account: "7", Username: "sevenbot", Name: "Seven"}); err != nil || got != want {
		t.Errorf("Identify() = %+v, %v, want %+v", got, err, want)
	}
}

func TestNamesAreThoseDescribed(t *testing.T) {
	for name, p := range catalog.New(http.DefaultClient, func(string) string { return "" }) {
		if got := p.Describe().Name; got != name {
			t.Errorf("New() holds %q as %q", got, name)
		}
	}
}
