package feed_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"hookline/shared/bot"
)

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world{channels: []bot.Channel{channel("c", "t")}}
		w.network.answers = map[string][]answer{"c": {
			{calls: []string{"one", "two"}, next: "2"}, {next: "2"}, {calls: []string{"three"}, next: "3"},
		}}
		w.run(t, func() {})
		page := httptest.NewRecorder()
		w.counts.ServeHTTP(page, nil)
		if want := `hookline_received_total{provider="fake"} 3`; !strings.Contains(page.Body.String(), want) {
			t.Errorf("metrics lack %s:\n%s", want, page.Body)
		}
	})
}
