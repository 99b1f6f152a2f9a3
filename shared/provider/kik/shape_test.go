package kik_test

import (
	"testing"

	"hookline/shared/provider"
	"hookline/shared/provider/kik"
	"hookline/shared/provider/providertest"
)

var _ provider.Shaper = (*kik.Kik)(nil)

// Templates of permabots' bots read the event as permabots gave it to them.
func TestF27ShapeOfPermabots(t *testing.T) {
	providertest.Shapes(t, kik.New(nil, ""), []struct{ Name, Body, Want string }{
		{
			"text",
			`{"messages":[{"id":"i","type":"text","from":"ada","chatId":"c","body":"hi","timestamp":1439576628405,"participants":["ada"]}]}`,
			`{"id":"i","type":"text","from":"ada","chatId":"c","body":"hi","timestamp":"2015-08-14T18:23:48.405Z","participants":["ada"]}`,
		},
		{
			"the beginning of a chat is a text as well",
			`{"messages":[{"id":"i","type":"start-chatting","from":"ada","chatId":"c","timestamp":1439576628405}]}`,
			`{"id":"i","type":"text","from":"ada","chatId":"c","body":"/start","timestamp":"2015-08-14T18:23:48.405Z"}`,
		},
	})
}
