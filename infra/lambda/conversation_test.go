package lambda_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/simulate"
	"hookline/shared/simulate/telegram"
)

// A whole conversation with buttons goes from the gateway through both functions, the table and the queue, and back.
func TestConversation(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../../functions/local/examples/pizza.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, string(file))
	w.consume(2, 10)
	c := w.chats(1)[0]
	c.Talk.User.FirstName = "Ada"

	seen := int64(0)
	next := func() simulate.Sent {
		t.Helper()
		sent := c.After(t.Context(), seen, patience)
		if len(sent) == 0 {
			t.Fatalf("nothing came after what the bot did as number %d", seen)
		}
		seen++
		return sent[0]
	}
	answers := func(want string) simulate.ID {
		t.Helper()
		got := next()
		if got.Message == "" || got.Shown.Text != want {
			t.Fatalf("the bot did %+v, want the message %q", got, want)
		}
		return got.Message
	}
	press := func(message simulate.ID, label string) {
		t.Helper()
		if err := w.network.Press(c.Talk, simulate.Choice{Message: message, Label: label}); err != nil {
			t.Fatalf("Press(%q) = %v", label, err)
		}
		if got := next(); got.Native.(telegram.Act).Answer == nil {
			t.Errorf("after a press the bot did %+v first, want an answer to it", got)
		}
	}
	c.Tell("/start")
	press(answers("Welcome to Pizzeria Hookline, Ada! Which pizza may it be?"), "Diavola")
	press(answers("Diavola, a fine choice. How large?"), "32 cm")
	answers("Where shall we bring it?")
	c.Tell("Main Street 5")
	press(answers("A large Diavola to Main Street 5. Right?"), "Yes, please")
	answers("On its way, Ada.")
	answers("Say hi when you are hungry again.")

	var moves []string
	for _, turn := range w.turns(5) {
		moves = append(moves, turn.State.After)
	}
	if diff := cmp.Diff([]string{"idle", "confirming", "addressing", "sizing", "choosing"}, moves); diff != "" {
		t.Errorf("states after each turn, newest first (-want +got):\n%s", diff)
	}
	for _, b := range w.processed() {
		const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;"
		if got := b.event.Records[0].Attributes["AWSTraceHeader"]; !strings.HasPrefix(got, trace) {
			t.Errorf("a message has the trace %q, want the webhook's, %q", got, trace)
		}
	}
	w.until("the queue is empty", func() bool { return w.waiting() == 0 })
}
