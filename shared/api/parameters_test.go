package api_test

import "testing"

func TestEveryParameterIsDescribed(t *testing.T) {
	w := newWorld(t)
	told := map[string]bool{}
	for _, o := range w.operations() {
		for _, p := range o.Parameters {
			if p.Description == "" {
				t.Errorf("%s %s does not say what %s is", o.method, o.path, p.Name)
			}
			told[p.Name+": "+p.Description] = true
		}
	}
	for _, want := range []string{"bot: the bot's name", "bot: only changes of this bot", "limit: how many at most"} {
		if !told[want] {
			t.Errorf("no operation says of its parameter %q", want)
		}
	}
}
