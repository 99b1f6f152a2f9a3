package messenger_test

import (
	"testing"

	"hookline/shared/provider"
	"hookline/shared/provider/messenger"
	"hookline/shared/provider/providertest"
)

var _ provider.Shaper = (*messenger.Messenger)(nil)

// Templates of permabots' bots read the event as permabots gave it to them.
func TestF27ShapeOfPermabots(t *testing.T) {
	providertest.Shapes(t, messenger.New(nil, ""), []struct{ Name, Body, Want string }{
		{
			"text",
			`{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1700000000123,"message":{"mid":"m","text":"hi"}}]}]}`,
			`{"sender":"2","recipient":"1","timestamp":"2023-11-14T22:13:20.123Z","text":"hi"}`,
		},
		{
			"postback",
			`{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1700000000123,"postback":{"mid":"m","title":"T","payload":"p"}}]}]}`,
			`{"sender":"2","recipient":"1","timestamp":"2023-11-14T22:13:20.123Z","postback":"p"}`,
		},
	})
}
