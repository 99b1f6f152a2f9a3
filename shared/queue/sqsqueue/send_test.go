package sqsqueue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/infra/emulators"
	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/queue/sqsqueue"
)

// sent is a fake of SQS: the requests it took.
type sent struct {
	requests [][]types.SendMessageBatchRequestEntry
	refuse   string // body of the entry to refuse in a batch
	err      error
	singly   int // how many requests were SendMessage
}

func (s *sent) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	s.singly++
	s.requests = append(s.requests, []types.SendMessageBatchRequestEntry{{
		MessageBody: in.MessageBody, MessageGroupId: in.MessageGroupId, MessageDeduplicationId: in.MessageDeduplicationId,
		MessageAttributes: in.MessageAttributes, MessageSystemAttributes: in.MessageSystemAttributes,
	}})
	return &sqs.SendMessageOutput{}, s.err
}

func (s *sent) SendMessageBatch(_ context.Context, in *sqs.SendMessageBatchInput, _ ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error) {
	s.requests = append(s.requests, in.Entries)
	out := &sqs.SendMessageBatchOutput{}
	for _, entry := range in.Entries {
		if s.refuse != "" && strings.Contains(*entry.MessageBody, s.refuse) {
			out.Failed = append(out.Failed, types.BatchResultErrorEntry{Id: entry.Id, Code: aws.String("InternalError")})
		}
	}
	return out, s.err
}

// events gives the event ids of the requests.
func (s *sent) events(t *testing.T) (requests []string) {
	t.Helper()
	for _, request := range s.requests {
		var ids []string
		for _, entry := range request {
			var j bot.Job
			if err := json.Unmarshal([]byte(*entry.MessageBody), &j); err != nil {
				t.Fatalf("body %q: %v", *entry.MessageBody, err)
			}
			ids = append(ids, j.Event.ID)
		}
		requests = append(requests, strings.Join(ids, " "))
	}
	return requests
}

func TestSend(t *testing.T) {
	large := func(chat, event string) bot.Job {
		j := job(chat, event)
		j.Event.Text = strings.Repeat("x", 100<<10)
		return j
	}
	var many []bot.Job
	for n := range 11 {
		many = append(many, job(fmt.Sprint(n), fmt.Sprint(n)))
	}
	down := errors.New("down")
	for _, test := range []struct {
		name   string
		jobs   []bot.Job
		refuse string
		err    error
		want   []string // event ids by request
		kind   bot.ErrorKind
	}{
		{name: "none"},
		{name: "one alone", jobs: []bot.Job{job("a", "a1")}, want: []string{"a1"}},
		{name: "chats together", jobs: []bot.Job{job("a", "a1"), job("b", "b1")}, want: []string{"a1 b1"}},
		{
			name: "a chat's jobs apart", jobs: []bot.Job{job("a", "a1"), job("a", "a2"), job("b", "b1"), job("a", "a3"), job("b", "b2")},
			want: []string{"a1 b1", "a2 b2", "a3"},
		},
		{name: "eleven", jobs: many, want: []string{"0 1 2 3 4 5 6 7 8 9", "10"}},
		{
			name: "256 KB", jobs: []bot.Job{large("a", "a1"), large("b", "b1"), large("c", "c1"), job("d", "d1"), large("a", "a2")},
			want: []string{"a1 b1 d1", "c1 a2"},
		},
		{
			name: "an entry refused", jobs: []bot.Job{job("a", "a1"), job("b", "b1"), job("a", "a2")}, refuse: `"a1"`,
			want: []string{"a1 b1"}, kind: bot.Unavailable,
		},
		{name: "a batch refused", jobs: many, err: down, want: []string{"0 1 2 3 4 5 6 7 8 9"}, kind: bot.Unavailable},
		{name: "one refused", jobs: []bot.Job{job("a", "a1"), job("a", "a2")}, err: down, want: []string{"a1"}, kind: bot.Unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			fake := &sent{refuse: test.refuse, err: test.err}
			err := sqsqueue.New(fake, "url").Send(t.Context(), test.jobs...)
			if bot.KindOf(err) != test.kind {
				t.Errorf("Send() = %v, want kind %q", err, test.kind)
			}
			if diff := cmp.Diff(test.want, fake.events(t)); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			singly := 0
			for _, ids := range test.want {
				if !strings.Contains(ids, " ") {
					singly++
				}
			}
			if fake.singly != singly {
				t.Errorf("%d of the requests %q were SendMessage, want %d", fake.singly, test.want, singly)
			}
		})
	}
}

// Whatever is sent: no request is too large or has two jobs of one chat, and a chat's jobs keep their order.
func TestSendOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var jobs []bot.Job
		want := map[string][]string{}
		for n := range rapid.IntRange(0, 40).Draw(rt, "jobs") {
			j := job(fmt.Sprint(rapid.IntRange(0, 12).Draw(rt, "chat")), fmt.Sprint(n))
			j.Event.Text = strings.Repeat("x", rapid.SampledFrom([]int{0, 0, 60 << 10, 250 << 10}).Draw(rt, "size"))
			jobs = append(jobs, j)
			want[queue.ID(j.Group())] = append(want[queue.ID(j.Group())], j.Event.ID)
		}
		fake := &sent{}
		if err := sqsqueue.New(fake, "url").Send(t.Context(), jobs...); err != nil {
			rt.Fatalf("Send() = %v", err)
		}
		got := map[string][]string{}
		ids := fake.events(t)
		for i, request := range fake.requests {
			size, chats := 0, map[string]bool{}
			for n, entry := range request {
				size += len(*entry.MessageBody)
				chats[*entry.MessageGroupId] = true
				got[*entry.MessageGroupId] = append(got[*entry.MessageGroupId], strings.Fields(ids[i])[n])
			}
			if len(chats) != len(request) || len(request) > 10 || len(request) > 1 && size > 256<<10 {
				rt.Errorf("a request of %d jobs, %d chats, %d bytes", len(request), len(chats), size)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Errorf("jobs by chat (-want +got):\n%s", diff)
		}
	})
}

func TestSendIDs(t *testing.T) {
	fake := &sent{}
	if err := sqsqueue.New(fake, "url").Send(t.Context(), job("chat", "1\x01")); err != nil {
		t.Fatalf("Send() = %v", err)
	}
	entry := fake.requests[0][0]
	got := map[string]string{"MessageGroupId": *entry.MessageGroupId, "MessageDeduplicationId": *entry.MessageDeduplicationId}
	for name, attribute := range entry.MessageAttributes {
		got[name] = *attribute.DataType + " " + *attribute.StringValue
	}
	want := map[string]string{ // sha256sum of the keys
		"MessageGroupId":         "bba0bc06c991f1f5ee4eb2904152e2a5e35a879384a3543955b20784a647341b",
		"MessageDeduplicationId": "3469b181c7cca0657f693bea31c27f8f6c6cf017a63210732360b11935fad5a7",
		"group":                  "String channel#chat", "dedupe": "String channel#chat#1\ufffd",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}

// awkward is what JSON allows and SQS does not.
func awkward() bot.Job {
	j := job("a\uffff", "1\x01")
	j.Event.Text = "\x00 \x1f \ufffe \uffff \U0001fffe 🤖"
	j.Event.Raw = json.RawMessage("{\"a\":\"\xff\uffff\"}")
	return j
}

func TestSendAwkward(t *testing.T) {
	fake := &sent{}
	want := awkward()
	if err := sqsqueue.New(fake, "url").Send(t.Context(), want); err != nil {
		t.Fatalf("Send() = %v", err)
	}
	body := *fake.requests[0][0].MessageBody
	if strings.ContainsAny(body, "\ufffe\uffff") || !utf8.ValidString(body) {
		t.Errorf("body %q has characters that SQS refuses", body)
	}
	var got bot.Job
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatalf("body %q: %v", body, err)
	}
	want.Event.Raw = json.RawMessage(`{"a":"` + "\ufffd" + `\uffff"}`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("job (-want +got):\n%s", diff)
	}
}

func TestSendAwkwardToSQS(t *testing.T) {
	q := openQueue(t)
	if err := q.Send(t.Context(), awkward(), job("b", "1")); err != nil {
		t.Errorf("Send() = %v", err)
	}
}

// A job whose answer is lost is sent again and is on the queue once.
func TestSendLostAnswer(t *testing.T) {
	client := sqs.NewFromConfig(emulators.SQS(t))
	url := emulators.CreateQueue(t, client)
	wire := &emulators.Wire{}
	options := client.Options()
	options.HTTPClient = wire
	sender := sqsqueue.New(sqs.New(options), url)
	broken := emulators.Answer(http.StatusInternalServerError, "")
	wire.Inject("SendMessage", emulators.Lose(broken, nil), emulators.Cut)
	wire.Inject("SendMessageBatch", emulators.Lose(emulators.Cut, nil))
	if err := sender.Send(t.Context(), job("a", "1")); err != nil {
		t.Errorf("Send(one) = %v", err)
	}
	if err := sender.Send(t.Context(), job("b", "1"), job("c", "1")); err != nil {
		t.Errorf("Send(two) = %v", err)
	}
	counted, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: &url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages},
	})
	if err != nil {
		t.Fatalf("GetQueueAttributes() = %v", err)
	}
	if got := counted.Attributes["ApproximateNumberOfMessages"]; got != "3" {
		t.Errorf("%s messages on the queue, want 3", got)
	}
}

func TestSendDown(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault emulators.Fault
	}{
		{"throttled", emulators.Refuse("RequestThrottled")},
		{"no queue", emulators.Refuse("QueueDoesNotExist")},
		{"no right", emulators.Refuse("AccessDenied")},
		{"cut", emulators.Cut},
	} {
		t.Run(test.name, func(t *testing.T) {
			wire := &emulators.Wire{}
			wire.Inject("SendMessage", test.fault)
			client := sqs.New(sqs.Options{
				Region: "eu-central-1", BaseEndpoint: aws.String("http://queue.invalid"), HTTPClient: wire,
				Credentials: aws.AnonymousCredentials{}, Retryer: aws.NopRetryer{},
			})
			err := sqsqueue.New(client, "http://queue.invalid/q.fifo").Send(t.Context(), job("a", "1"))
			if bot.KindOf(err) != bot.Unavailable {
				t.Errorf("Send() = %v, want unavailable", err)
			}
		})
	}
}
