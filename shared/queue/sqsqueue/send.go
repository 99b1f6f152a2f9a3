package sqsqueue

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"hookline/shared/bot"
	"hookline/shared/queue"
)

// Limits of a SendMessageBatch request, which SQS takes up to 1 MiB: small ones are soon sent again. A job alone may be
// larger, as attributes and escapes come on top of queue.MaxJobBytes.
const (
	maxEntries    = 10
	maxBatchBytes = 256 << 10
)

// sendAPI is what a Sender calls of SQS.
type sendAPI interface {
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
	SendMessageBatch(context.Context, *sqs.SendMessageBatchInput, ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error)
}

// Sender puts jobs on one SQS FIFO queue.
type Sender struct {
	client sendAPI
	url    string
}

var _ queue.Sender = (*Sender)(nil)

// New gives the sender of the queue with a URL.
func New(client sendAPI, url string) *Sender { return &Sender{client: client, url: url} }

// Send implements queue.Sender. A job alone costs one SendMessage.
func (s *Sender) Send(ctx context.Context, jobs ...bot.Job) error {
	messages := make([]message, len(jobs))
	for i, job := range jobs {
		var err error
		if messages[i], err = encode(job); err != nil {
			return err
		}
	}
	for _, batch := range batches(messages) {
		if err := s.sendBatch(ctx, batch); err != nil {
			return bot.Wrap(bot.Unavailable, "the queue did not take the message", err)
		}
	}
	return nil
}

// batches divides messages into requests to be sent one after another. SQS may refuse single entries of a request, so
// none holds two messages of one group: the second would overtake the first. A message goes into the first request that
// has room, behind the last one with a message of its group.
func batches(messages []message) (batches [][]message) {
	var sizes []int
	next := map[string]int{} // by group: the first request that may have its next message
	for _, m := range messages {
		at := next[m.group]
		for at < len(batches) && (len(batches[at]) == maxEntries || sizes[at]+m.size() > maxBatchBytes) {
			at++
		}
		if at == len(batches) {
			batches, sizes = append(batches, nil), append(sizes, 0)
		}
		batches[at], sizes[at] = append(batches[at], m), sizes[at]+m.size()
		next[m.group] = at + 1
	}
	return batches
}

func (s *Sender) sendBatch(ctx context.Context, batch []message) error {
	if len(batch) == 1 {
		m := batch[0]
		_, err := s.client.SendMessage(ctx, &sqs.SendMessageInput{
			QueueUrl: &s.url, MessageBody: &m.body, MessageGroupId: &m.group, MessageDeduplicationId: &m.dedupe,
			MessageAttributes: m.attributes(), MessageSystemAttributes: m.systemAttributes(),
		})
		return err
	}
	request := &sqs.SendMessageBatchInput{QueueUrl: &s.url}
	for i, m := range batch {
		request.Entries = append(request.Entries, types.SendMessageBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), MessageBody: &m.body, MessageGroupId: &m.group, MessageDeduplicationId: &m.dedupe,
			MessageAttributes: m.attributes(), MessageSystemAttributes: m.systemAttributes(),
		})
	}
	answer, err := s.client.SendMessageBatch(ctx, request)
	if err != nil {
		return err
	}
	if len(answer.Failed) > 0 {
		return fmt.Errorf("%d of %d messages were refused, the first with %s",
			len(answer.Failed), len(batch), aws.ToString(answer.Failed[0].Code))
	}
	return nil
}

func (m message) attributes() map[string]types.MessageAttributeValue {
	text := func(value string) types.MessageAttributeValue {
		return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &value}
	}
	return map[string]types.MessageAttributeValue{attrGroup: text(m.readableGroup), attrDedupe: text(m.readableDedupeKey)}
}

// systemAttributes has X-Ray show the function that takes the message in the trace of the one that sent it. They do not
// count against the limits.
func (m message) systemAttributes() map[string]types.MessageSystemAttributeValue {
	if m.trace == "" {
		return nil
	}
	name := string(types.MessageSystemAttributeNameForSendsAWSTraceHeader)
	return map[string]types.MessageSystemAttributeValue{name: {DataType: aws.String("String"), StringValue: &m.trace}}
}
