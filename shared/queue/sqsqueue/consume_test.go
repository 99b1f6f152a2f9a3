package sqsqueue_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"hookline/infra/emulators"
	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/queue/sqsqueue"
)

// visibility is a fake of SQS: the seconds of each receipt.
type visibility struct {
	seconds map[string]int32
	refuse  bool
	err     error
}

func (v *visibility) ChangeMessageVisibilityBatch(_ context.Context, in *sqs.ChangeMessageVisibilityBatchInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	out := &sqs.ChangeMessageVisibilityBatchOutput{}
	for _, entry := range in.Entries {
		if v.seconds == nil {
			v.seconds = map[string]int32{}
		}
		v.seconds[*entry.ReceiptHandle] = entry.VisibilityTimeout
		if v.refuse {
			out.Failed = append(out.Failed, types.BatchResultErrorEntry{Id: entry.Id, Code: aws.String("MessageNotInflight")})
		}
	}
	return out, v.err
}

// recordOf is a job as Lambda shows it; its message id is "m-" and its receipt "r-" before the event id.
func recordOf(t *testing.T, j bot.Job) events.SQSMessage {
	t.Helper()
	body, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	return events.SQSMessage{
		MessageId: "m-" + j.Event.ID, ReceiptHandle: "r-" + j.Event.ID, Body: string(body),
		Attributes: map[string]string{"MessageGroupId": queue.ID(j.Group())},
	}
}

func unreadable(chat, id string) events.SQSMessage {
	return events.SQSMessage{
		MessageId: "m-" + id, ReceiptHandle: "r-" + id, Body: `{"id":7}`,
		Attributes: map[string]string{"MessageGroupId": queue.ID(job(chat, id).Group())},
	}
}

func TestHandle(t *testing.T) {
	record := func(chat, event string) events.SQSMessage { return recordOf(t, job(chat, event)) }
	for _, test := range []struct {
		name    string
		records []events.SQSMessage
		answers map[string]queue.Result // by event id
		tried   []string                // sorted
		seconds map[string]int32        // of the failures, by event id
	}{
		{name: "none"},
		{"all done", []events.SQSMessage{record("a", "a1"), record("b", "b1")}, nil, []string{"a1", "b1"}, nil},
		{
			"a hand-back takes the later ones of its group along",
			[]events.SQSMessage{record("a", "a1"), record("b", "b1"), record("a", "a2"), record("a", "a3"), record("b", "b2")},
			map[string]queue.Result{"a2": queue.HandBack(7 * time.Second)},
			[]string{"a1", "a2", "b1", "b2"}, map[string]int32{"a2": 7, "a3": 7},
		},
		{
			"at once", []events.SQSMessage{record("a", "a1")}, map[string]queue.Result{"a1": queue.HandBack(0)},
			[]string{"a1"}, map[string]int32{"a1": 0},
		},
		{
			"not before its time", []events.SQSMessage{record("a", "a1")},
			map[string]queue.Result{"a1": queue.HandBack(1500 * time.Millisecond)}, []string{"a1"}, map[string]int32{"a1": 2},
		},
		{
			"longer than SQS allows", []events.SQSMessage{record("a", "a1")},
			map[string]queue.Result{"a1": queue.HandBack(48 * time.Hour)}, []string{"a1"}, map[string]int32{"a1": 39600},
		},
		{
			"unreadable, in the middle of a group",
			[]events.SQSMessage{record("a", "a1"), unreadable("a", "a2"), record("b", "b1"), record("a", "a3")}, nil,
			[]string{"a1", "b1"}, map[string]int32{"a2": 300, "a3": 300},
		},
		{
			"unreadable, behind one handed back", []events.SQSMessage{record("a", "a1"), unreadable("a", "a2")},
			map[string]queue.Result{"a1": queue.HandBack(time.Second)}, []string{"a1"}, map[string]int32{"a1": 1, "a2": 300},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			fake := &visibility{}
			var mu sync.Mutex
			var tried []string
			consumer := sqsqueue.NewConsumer(fake, "url", func(_ context.Context, j bot.Job) queue.Result {
				mu.Lock()
				defer mu.Unlock()
				tried = append(tried, j.Event.ID)
				return test.answers[j.Event.ID]
			})
			consumer.Log = slog.New(slog.DiscardHandler)
			response, err := consumer.Handle(t.Context(), events.SQSEvent{Records: test.records})
			if err != nil {
				t.Fatalf("Handle() = %v", err)
			}
			slices.Sort(tried)
			if diff := cmp.Diff(test.tried, tried); diff != "" {
				t.Errorf("jobs tried (-want +got):\n%s", diff)
			}
			want := []events.SQSBatchItemFailure{}
			var seconds map[string]int32
			for _, r := range test.records {
				event := strings.TrimPrefix(r.MessageId, "m-")
				if s, failed := test.seconds[event]; failed {
					want = append(want, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId})
					if seconds == nil {
						seconds = map[string]int32{}
					}
					seconds["r-"+event] = s
				}
			}
			if diff := cmp.Diff(want, response.BatchItemFailures); diff != "" {
				t.Errorf("failures (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(seconds, fake.seconds); diff != "" {
				t.Errorf("visibility (-want +got):\n%s", diff)
			}
		})
	}
}

// Lambda takes a null list for a failure of the whole batch.
func TestHandleAnswer(t *testing.T) {
	consumer := sqsqueue.NewConsumer(&visibility{}, "url", func(context.Context, bot.Job) queue.Result { return queue.Done() })
	response, err := consumer.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{recordOf(t, job("a", "a1"))}})
	got, _ := json.Marshal(response)
	if want := `{"batchItemFailures":[]}`; err != nil || string(got) != want {
		t.Errorf("Handle() = %s, %v, want %s", got, err, want)
	}
}

func TestHandleLogs(t *testing.T) {
	for _, test := range []struct {
		name   string
		fake   visibility
		record events.SQSMessage
		want   string
	}{
		{"unreadable", visibility{}, unreadable("a", "a1"), "level=ERROR msg=\"a message cannot be read\" message=m-a1"},
		{"visibility fails", visibility{err: errors.New("down")}, recordOf(t, job("a", "a1")), "err=down"},
		{"visibility refused", visibility{refuse: true}, recordOf(t, job("a", "a1")), "code=MessageNotInflight"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			consumer := sqsqueue.NewConsumer(&test.fake, "url", func(context.Context, bot.Job) queue.Result {
				return queue.HandBack(time.Minute)
			})
			consumer.Log = slog.New(slog.NewTextHandler(&log, nil))
			response, err := consumer.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{test.record}})
			if err != nil || len(response.BatchItemFailures) != 1 {
				t.Errorf("Handle() = %v, %v, want one failure", response, err)
			}
			if !strings.Contains(log.String(), test.want) {
				t.Errorf("log %q does not contain %q", log.String(), test.want)
			}
		})
	}
}

// Jobs end a second before the invocation does; what follows them has that second.
func TestHandleTime(t *testing.T) {
	deadline := time.Now().Add(queue.JobTime)
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	var steps []string
	consumer := sqsqueue.NewConsumer(&visibility{}, "url", func(ctx context.Context, _ bot.Job) queue.Result {
		steps = append(steps, "job")
		if got, ok := ctx.Deadline(); !ok || !got.Equal(deadline.Add(-time.Second)) {
			t.Errorf("a job's deadline is %v, want a second before %v", got, deadline)
		}
		return queue.Done()
	})
	consumer.AfterBatch = func(ctx context.Context) {
		steps = append(steps, "after")
		if got, ok := ctx.Deadline(); !ok || !got.Equal(deadline) {
			t.Errorf("the deadline after the batch is %v, want %v", got, deadline)
		}
	}
	if _, err := consumer.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{recordOf(t, job("a", "a1"))}}); err != nil {
		t.Fatalf("Handle() = %v", err)
	}
	if diff := cmp.Diff([]string{"job", "after"}, steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// Batches of ten from SQS: each chat's jobs are done in order, though some are handed back.
func TestBatches(t *testing.T) {
	q := openQueue(t)
	var jobs []bot.Job
	want := map[string][]string{}
	for n := range 40 {
		chat := fmt.Sprint(n % 4)
		jobs = append(jobs, job(chat, fmt.Sprint(n)))
		want[chat] = append(want[chat], fmt.Sprint(n))
	}
	if err := q.Send(t.Context(), jobs...); err != nil {
		t.Fatalf("Send() = %v", err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var mu sync.Mutex
	done, backs, left := map[string][]string{}, map[string]bool{}, len(jobs)
	consumer := sqsqueue.NewConsumer(q.client, q.url, func(_ context.Context, j bot.Job) queue.Result {
		mu.Lock()
		defer mu.Unlock()
		if id := j.Event.ID; strings.HasSuffix(id, "3") && !backs[id] {
			backs[id] = true
			return queue.HandBack(0)
		}
		done[j.Event.Chat.ID] = append(done[j.Event.Chat.ID], j.Event.ID)
		if left--; left == 0 {
			stop()
		}
		return queue.Done()
	})
	largest := 0
	mapping := emulators.Mapping{Client: q.client, Queue: q.url, BatchSize: 10}
	mapping.Invoke = func(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
		largest = max(largest, len(event.Records))
		return invoke(consumer)(ctx, event)
	}
	if err := mapping.Run(ctx); err != nil {
		t.Fatalf("Run() = %v", err)
	}
	if diff := cmp.Diff(want, done); diff != "" {
		t.Errorf("jobs done by chat (-want +got):\n%s", diff)
	}
	if largest != 10 || len(backs) != 4 {
		t.Errorf("largest batch %d, %d handed back, want 10 and 4", largest, len(backs))
	}
}
