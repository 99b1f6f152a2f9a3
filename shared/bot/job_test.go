package bot_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/bot"
)

// jobNames are the names that queue and store know a job by.
type jobNames struct{ Group, Dedupe, Try, Letter string }

func namesOf(j bot.Job) jobNames { return jobNames{j.Group(), j.DedupeKey(), j.Try(), j.LetterID()} }

func TestJobNames(t *testing.T) {
	accepted := time.Date(2026, 3, 4, 5, 6, 7, 89_999_999, time.FixedZone("", 2*60*60))
	letter := "20260304T030607.089Z-J1"
	event, odd := happened("c", "-100", "7", "e1"), happened("c", "a#b", "7", "e#1")
	redrive := func(count int) *bot.Redrive { return &bot.Redrive{Letter: "L9", Count: count, Group: "c#-100"} }
	for _, test := range []struct {
		name string
		job  bot.Job
		want jobNames
	}{
		{"event", bot.Job{Event: &event}, jobNames{"c#-100", "c#-100#e1", "J1", letter}},
		{"ids escaped", bot.Job{Event: &odd}, jobNames{"c#a%23b", "c#a%23b#e%231", "J1", letter}},
		{
			"event redriven", bot.Job{Event: &event, Redrive: redrive(1)},
			jobNames{"c#-100", "c#-100#e1#L9#1", "J1.1", "L9"},
		},
		{
			"event redriven again", bot.Job{Event: &event, Redrive: redrive(2)},
			jobNames{"c#-100", "c#-100#e1#L9#2", "J1.2", "L9"},
		},
		{"reply", bot.Job{Redrive: redrive(1)}, jobNames{"c#-100", "c#-100##L9#1", "J1.1", "L9"}},
		{
			"page", bot.Job{Kind: bot.PageJob, Call: &bot.CallShare{Call: "C", Hook: "H", After: "c#9"}},
			jobNames{"hook:H", "hook:H#call:C#c#9", "J1", letter},
		},
		{
			"page redriven", bot.Job{Kind: bot.PageJob, Call: &bot.CallShare{Call: "C", Hook: "H"}, Redrive: redrive(1)},
			jobNames{"hook:H", "hook:H#call:C##L9#1", "J1.1", "L9"},
		},
		{
			"delivery, in the group of the chat's events", bot.Job{Kind: bot.DeliveryJob, Call: &bot.CallShare{Call: "C", Hook: "H", To: bot.Address{Chat: "-100", User: "7"}}},
			jobNames{"c#-100", "c#-100#call:C#", "J1", letter},
		},
		{
			"delivery to a user without a chat", bot.Job{Kind: bot.DeliveryJob, Call: &bot.CallShare{Call: "C", Hook: "H", To: bot.Address{User: "7"}}},
			jobNames{"c#user:7", "c#user:7#call:C#", "J1", letter},
		},
		{"neither", bot.Job{}, jobNames{"c#job:J1", "c#job:J1#", "J1", letter}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.job.ID, test.job.Channel, test.job.AcceptedAt = "J1", "c", accepted
			if diff := cmp.Diff(test.want, namesOf(test.job)); diff != "" {
				t.Errorf("names of the job: (-want +got)\n%s", diff)
			}
		})
	}
}

func TestNewEventJob(t *testing.T) {
	ch, e := bot.Channel{ID: "c", Bot: "b"}, happened("c", "1", "7", "e1")
	now := noon.In(time.FixedZone("", -5*60*60))
	first, second := bot.NewEventJob(ch, e, now), bot.NewEventJob(ch, e, now.Add(time.Hour))
	want := bot.Job{ID: first.ID, Kind: "event", AcceptedAt: noon, Channel: "c", Bot: "b", Event: &e}
	if diff := cmp.Diff(want, first); diff != "" || first.AcceptedAt.Location() != time.UTC {
		t.Errorf("NewEventJob() in %v: (-want +got)\n%s", first.AcceptedAt.Location(), diff)
	}
	if first.ID == "" || first.ID == second.ID || first.LetterID() == second.LetterID() {
		t.Errorf("NewEventJob() twice has ids %q and %q, letters %q and %q, want them to differ",
			first.ID, second.ID, first.LetterID(), second.LetterID())
	}
	if first.DedupeKey() != second.DedupeKey() {
		t.Errorf("DedupeKey() = %q and %q, want one for both posts of an event", first.DedupeKey(), second.DedupeKey())
	}
}

func drawJob(t *rapid.T) bot.Job {
	id := drawID()
	e := happened("c", id.Draw(t, "chat"), id.Draw(t, "user"), "e"+id.Draw(t, "event"))
	nanoseconds := rapid.Int64Range(0, 1<<62).Draw(t, "accepted")
	return bot.NewEventJob(bot.Channel{ID: "c", Bot: "b"}, e, time.Unix(0, nanoseconds))
}

// redriven is what becomes of a buried job: with its event, or as a reply job.
func redriven(j bot.Job, count int, reply bool) bot.Job {
	j.Redrive = &bot.Redrive{Letter: j.LetterID(), Count: count, Group: j.Group()}
	if reply {
		j.Kind, j.Event = bot.ReplyJob, nil
	}
	return j
}

func TestJobNamesLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		original, reply := drawJob(t), rapid.Bool().Draw(t, "reply")
		first, second := redriven(original, 1, reply), redriven(original, 2, reply)
		seen := map[string]bool{}
		for _, job := range []bot.Job{original, first, second, redriven(first, 3, reply)} {
			names := namesOf(job)
			if names.Group != original.Group() || names.Letter != original.LetterID() {
				t.Fatalf("names of %+v = %+v, want group and letter of the original, %q, %q",
					job.Redrive, names, original.Group(), original.LetterID())
			}
			if !strings.HasPrefix(names.Dedupe, names.Group+"#") {
				t.Fatalf("DedupeKey() = %q, want it to begin with the group %q", names.Dedupe, names.Group)
			}
			if seen[names.Dedupe] || seen[names.Try] {
				t.Fatalf("DedupeKey() = %q, Try() = %q, want others than before it was redriven: %v", names.Dedupe, names.Try, seen)
			}
			seen[names.Dedupe], seen[names.Try] = true, true
			if diff := cmp.Diff(names, namesOf(redelivered(t, job))); diff != "" {
				t.Fatalf("names after redelivery: (-before +after)\n%s", diff)
			}
		}
	})
}

// redelivered gives the job as the queue gives it: encoded and read back.
func redelivered(t *rapid.T, job bot.Job) (again bot.Job) {
	encoded, err := json.Marshal(job)
	if err != nil {
		t.Fatalf("Marshal(%+v) = %v", job, err)
	}
	if err := json.Unmarshal(encoded, &again); err != nil {
		t.Fatalf("Unmarshal(%s) = %v", encoded, err)
	}
	return again
}

func TestLetterIDsSortByTime(t *testing.T) {
	// Years have four digits: from 1970 to 9999, in milliseconds.
	instant := rapid.Custom(func(t *rapid.T) time.Time {
		milliseconds := rapid.OneOf(rapid.Int64Range(0, 253402300799999), rapid.Int64Range(0, 3000)).Draw(t, "milliseconds")
		zone := time.FixedZone("", 900*rapid.IntRange(-48, 56).Draw(t, "quarter hours east"))
		return time.UnixMilli(milliseconds).In(zone)
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := instant.Draw(t, "a"), instant.Draw(t, "b")
		first, second := bot.Job{ID: "J", AcceptedAt: a}.LetterID(), bot.Job{ID: "J", AcceptedAt: b}.LetterID()
		if got, want := strings.Compare(first, second), a.Compare(b); got != want {
			t.Errorf("Compare(%q, %q) = %d, want %d as of %v and %v", first, second, got, want, a, b)
		}
	})
}
