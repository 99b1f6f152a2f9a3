package lambda_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/simulate/countertest"
)

// A message that can never succeed is buried, and the others of its batch and of its chat are answered.
func TestBatchWithAPoisonedMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	chats := w.chats(4)
	for _, c := range chats {
		c.Say(1)
	}
	chats[0].Tell("poison")
	chats[0].Say(1)
	w.until("all calls are on the queue", func() bool { return w.waiting() == 6 })
	w.consume(1, 10)
	countertest.CheckOnce(chats)
	letters, err := w.store.DeadLetters(t.Context(), w.channel.Bot, "", 10)
	if err != nil || len(letters) != 1 || letters[0].Kind != bot.Invalid || letters[0].Job.Event.Text != "poison" {
		t.Errorf("DeadLetters() = %+v, %v, want the one that cannot be rendered", letters, err)
	}
	w.until("the queue is empty", func() bool { return w.waiting() == 0 })
	for _, b := range w.processed() {
		if failed := b.failed(); len(failed) > 0 {
			t.Errorf("a batch had the failures %v, want none", failed)
		}
	}
}

// A message that this version cannot read is handed back with all that follows it in its group, by id; all others are
// answered, and deleted.
func TestBatchWithAnUnreadableMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	chats := w.chats(4)
	for _, c := range chats[:2] {
		c.Say(1)
	}
	w.until("the first calls are on the queue", func() bool { return w.waiting() == 2 })
	for n, body := range []string{"{", `{"kind":"event","text":"behind"}`} {
		_, err := w.sqs.SendMessage(t.Context(), &sqs.SendMessageInput{
			QueueUrl: &w.queue, MessageBody: &body, MessageGroupId: aws.String("poison"),
			MessageDeduplicationId: aws.String(string(rune('a' + n))),
		})
		if err != nil {
			t.Fatalf("SendMessage() = %v", err)
		}
	}
	for _, c := range chats[2:] {
		c.Say(1)
	}
	w.until("all calls are on the queue", func() bool { return w.waiting() == 6 })
	stop := w.consume(1, 10)
	countertest.CheckOnce(chats)
	w.until("only what was handed back is left", func() bool { return w.waiting() == 2 })
	stop()
	for _, b := range w.processed() {
		var want []string
		for _, record := range b.event.Records {
			if record.Attributes["MessageGroupId"] == "poison" {
				want = append(want, record.MessageId)
			}
		}
		if diff := cmp.Diff(want, b.failed()); diff != "" {
			t.Errorf("batch item failures (-want +got):\n%s", diff)
		}
	}
	if !slices.ContainsFunc(w.processed(), func(b batch) bool { return len(b.failed()) > 0 && len(b.failed()) < len(b.event.Records) }) {
		t.Error("no batch held both kinds of messages")
	}
	if got := w.amazon.operations(0); !slices.Contains(got, "ChangeMessageVisibilityBatch") {
		t.Errorf("requests were %v: what was handed back comes again only when the visibility timeout ends", got)
	}
}

// An event that holds nothing is answered with no failures.
func TestEmptyBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, countertest.Bot())
	response, err := w.process(t.Context(), events.SQSEvent{})
	if err != nil || response.BatchItemFailures == nil || len(response.BatchItemFailures) > 0 {
		t.Errorf("process() = %+v, %v, want an empty list of failures", response, err)
	}
}
