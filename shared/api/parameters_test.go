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

// Operations are grouped by what they are about.
func TestEveryOperationHasItsGroup(t *testing.T) {
	w := newWorld(t)
	groups := map[string]string{}
	for _, o := range w.operations() {
		if len(o.Tags) != 1 {
			t.Errorf("%s %s has the tags %q, want one", o.method, o.path, o.Tags)
			continue
		}
		groups[o.ID] = o.Tags[0]
	}
	for id, want := range map[string]string{
		"put-bot": "bots", "rollback": "versions", "get-turn": "turns", "connect-channel": "channels", "add-recipient": "recipients",
		"get-call": "calls", "delete-conversation": "conversations", "redrive-all-dead": "dead", "revoke-token": "tokens",
	} {
		if groups[id] != want {
			t.Errorf("%s is among %q, want %q", id, groups[id], want)
		}
	}
}
