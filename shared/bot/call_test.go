package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"hookline/shared/bot"
)

func TestJobsOfACall(t *testing.T) {
	call := bot.Call{
		ID: "C", Hook: "H", Bot: "b", Cursor: "c#9", NextPage: noon.Add(time.Second), Trace: "Root=1",
	}
	zone := noon.In(time.FixedZone("", 3600))
	to := bot.Address{Chat: "1", Thread: "3", User: "7"}
	for _, test := range []struct {
		name string
		got  bot.Job
		want bot.Job
	}{
		{"page", bot.NewPageJob(call, zone), bot.Job{
			Kind: "page", AcceptedAt: noon, Bot: "b", Trace: "Root=1",
			Call: &bot.CallShare{Call: "C", Hook: "H", After: "c#9", NotBefore: noon.Add(time.Second)},
		}},
		{"delivery", bot.NewDeliveryJob(call, "c", to, zone), bot.Job{
			Kind: "delivery", AcceptedAt: noon, Channel: "c", Bot: "b", Trace: "Root=1",
			Call: &bot.CallShare{Call: "C", Hook: "H", To: to},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.got, cmpopts.IgnoreFields(bot.Job{}, "ID")); diff != "" || test.got.ID == "" {
				t.Errorf("job %q (-want +got):\n%s", test.got.ID, diff)
			}
		})
	}
}

// A hook's deliveries take turns with the chat's own events wherever both are on one queue.
func TestAddressIsInTheGroupOfItsEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := drawID()
		e := happened("c", id.Draw(t, "chat"), id.Draw(t, "user"), "e")
		if e.Address().Place() == "" {
			t.Skip("nobody can be written to there")
		}
		job := bot.NewEventJob(bot.Channel{ID: "c"}, e, noon)
		if got := e.Address().Group("c"); got != job.Group() {
			t.Fatalf("Group(%+v) = %q, want %q as of its events", e.Address(), got, job.Group())
		}
	})
}
