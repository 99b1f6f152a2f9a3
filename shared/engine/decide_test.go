package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

func TestContinue(t *testing.T) {
	log := says("log", "", "logged", "")
	log.Continue = true
	mark := says("mark", "^hi", "marked", "marked")
	mark.Continue = true
	w := newWorld(t, log, mark, says("hi", "^hi$", "hello", "greeted"), says("all", "", "never", "lost"))
	job := w.said("hi")
	w.handle(job)
	if diff := cmp.Diff("1: logged\n1: marked\n1: hello", w.network.said()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	turn := w.turn(job)
	if diff := cmp.Diff([]string{"log", "mark", "hi"}, turn.Fired); diff != "" || w.conversation().State != "greeted" {
		t.Errorf("state %q, fired (-want +got):\n%s", w.conversation().State, diff)
	}
}

func TestStateExpires(t *testing.T) {
	def := bot.Definition{
		States: map[string]bot.State{"choosing": {Expires: "30m", Then: "late"}},
		Handlers: []bot.Handler{
			says("start", "^hi$", "hello", "choosing"),
			says("chosen", "", "chosen", "done", "choosing"),
			says("late", "", "too late", ""),
		},
	}
	for _, test := range []struct {
		name  string
		after time.Duration
		said  string
		state string
	}{
		{"in time", 30*time.Minute - time.Second, "chosen", "done"},
		{"too late", 30 * time.Minute, "too late", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publishDefinition(def)
			w.handle(w.said("hi"))
			entered := w.at
			w.at = w.at.Add(test.after)
			job := w.said("hi?")
			w.handle(job)
			if got := w.network.said(); got != "1: hello\n1: "+test.said || w.conversation().State != test.state {
				t.Errorf("sent %q in state %q, want %q in %q", got, w.conversation().State, test.said, test.state)
			}
			if late := test.state == ""; late != (w.turn(job).Expired == "choosing") || late != (len(w.conversation().Context) == 0) {
				t.Errorf("turn says %q had expired, context %v; want it of a late one only", w.turn(job).Expired, w.conversation().Context)
			}
			if turn := w.turn(job); !turn.State.Since.Equal(entered) || len(turn.Context) != 1 {
				t.Errorf("turn says the state was entered at %s, with the context %v, want %s and what was remembered in it", turn.State.Since, turn.Context, entered)
			}
		})
	}
}

// The handler of an expired state is tried before all others, and fires only if it fits.
func TestThenIsTriedFirst(t *testing.T) {
	for _, test := range []struct{ name, pattern, want string }{
		{"it fits", "", "1: late"}, {"it does not fit", "^never$", "1: any"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			late := says("late", test.pattern, "late", "")
			late.Priority = -10
			w.publishDefinition(bot.Definition{
				States:   map[string]bot.State{"s": {Expires: "1m", Then: "late"}},
				Handlers: []bot.Handler{says("go", "^go$", "", "s"), says("any", "", "any", ""), late},
			})
			w.handle(w.said("go"))
			w.at = w.at.Add(time.Hour)
			w.handle(w.said("x"))
			if got := w.network.said(); got != test.want {
				t.Errorf("sent %q, want %q", got, test.want)
			}
		})
	}
}

func TestOnFailure(t *testing.T) {
	broken := says("h", "", "{{ pattern.nobody.name }}", "moved")
	broken.Response.OnFailure = "Sorry, {{ event.from.first_name }}"
	refusing := says("h", "", "hello", "moved")
	refusing.Response.OnFailure = "Sorry, {{ event.from.first_name }}"
	for _, test := range []struct {
		name    string
		handler bot.Handler
	}{{"of a reply that cannot be rendered", broken}, {"of a reply that the network refuses", refusing}} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, test.handler)
			w.network.answer = func(p bot.Part) error {
				if p.Text == "hello" {
					return bot.Errorf(bot.Invalid, "not this")
				}
				return nil
			}
			job := w.said("x")
			w.handle(job)
			if got := w.network.said(); got != "1: Sorry, Ada" {
				t.Errorf("sent %q, want the apology", got)
			}
			if notes := strings.Join(w.turn(job).Notes, "; "); !strings.Contains(notes, "the user was told: Sorry, Ada") {
				t.Errorf("notes = %q, want the apology in them", notes)
			}
			w.redrive(w.letters()[0])
			if got := w.network.said(); got != "1: Sorry, Ada" {
				t.Errorf("sent after a redrive that failed again: %q, want the apology once", got)
			}
		})
	}
}

func TestOnFailureThatFails(t *testing.T) {
	h := says("h", "", "hello", "")
	h.Response.OnFailure = "Sorry"
	w := newWorld(t, h)
	w.network.answer = func(bot.Part) error { return bot.Errorf(bot.Invalid, "nothing at all") }
	job := w.said("x")
	if result := w.handle(job); result.HandBack || len(w.letters()) != 1 {
		t.Errorf("Handle = %+v, %d letters, want the job buried", result, len(w.letters()))
	}
}

func TestTurnHasTheContext(t *testing.T) {
	w := newWorld(t, says("one", "(?P<x>.*)", "", "a", ""), says("two", "", "{{ state_context._start.pattern.x }}", "b", "a"))
	w.handle(w.said("first"))
	job := w.said("second")
	w.handle(job)
	if got := w.turn(job).Context["_start"].Pattern["x"]; got == nil || *got != "first" {
		t.Errorf("context of the turn = %+v, want what was captured before it", w.turn(job).Context)
	}
}
