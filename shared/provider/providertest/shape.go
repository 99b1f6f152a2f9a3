package providertest

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// Shapes parses each body, a call of one event, and compares its shape with the JSON that templates are to see as message.
func Shapes(t *testing.T, network provider.Provider, cases []struct{ Name, Body, Want string }) {
	shaper, ok := network.(provider.Shaper)
	if !ok {
		t.Fatalf("%T is no Shaper", network)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			events, err := network.Parse(bot.Channel{ID: "c", Provider: network.Describe().Name}, []byte(c.Body))
			if err != nil || len(events) != 1 {
				t.Fatalf("Parse = %v, %v, want one event", events, err)
			}
			shape, err := shaper.Shape(events[0])
			if err != nil {
				t.Fatal(err)
			}
			encoded, err := json.Marshal(shape)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(value(t, c.Want), value(t, string(encoded))); diff != "" {
				t.Errorf("Shape (-want +got):\n%s", diff)
			}
		})
	}
}

func value(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}
