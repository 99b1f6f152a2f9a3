package emulators

import (
	"context"
	"path"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Mapping takes batches from a queue to a function, as a Lambda event source mapping that reports batch item failures
// does.
type Mapping struct {
	Client *sqs.Client
	Queue  string // URL
	// BatchSize is how many messages a batch has at most: 1 to 10.
	BatchSize int
	// Invoke calls the function.
	Invoke func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)
}

// Run moves batches, one after another, until ctx ends; then the batch in work is finished and nil returned. An error of
// SQS ends it too. One of the function leaves its batch to the visibility timeout.
func (m *Mapping) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		// A receive that is broken off takes messages all the same, so it is let finish, and waits a second only.
		taken, err := m.Client.ReceiveMessage(context.WithoutCancel(ctx), &sqs.ReceiveMessageInput{
			QueueUrl: &m.Queue, MaxNumberOfMessages: int32(m.BatchSize), WaitTimeSeconds: 1,
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
			MessageAttributeNames:       []string{"All"},
		})
		switch {
		case err != nil:
			return err
		case len(taken.Messages) == 0:
			continue
		case ctx.Err() != nil:
			return m.giveBack(taken.Messages)
		}
		if err := m.move(context.WithoutCancel(ctx), taken.Messages); err != nil {
			return err
		}
	}
	return nil
}

// move hands messages to the function and deletes those that are done.
func (m *Mapping) move(ctx context.Context, messages []types.Message) error {
	var event events.SQSEvent
	for _, message := range messages {
		event.Records = append(event.Records, m.record(message))
	}
	response, err := m.Invoke(ctx, event)
	if err != nil {
		return nil // Lambda would try again as well
	}
	failed := map[string]bool{}
	for _, f := range response.BatchItemFailures {
		failed[f.ItemIdentifier] = true
	}
	for _, message := range messages {
		if failed[*message.MessageId] {
			continue
		}
		_, err := m.Client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &m.Queue, ReceiptHandle: message.ReceiptHandle})
		if err != nil {
			return err
		}
	}
	return nil
}

// giveBack has messages that were taken too late come again at once.
func (m *Mapping) giveBack(messages []types.Message) error {
	for _, message := range messages {
		_, err := m.Client.ChangeMessageVisibility(context.Background(), &sqs.ChangeMessageVisibilityInput{
			QueueUrl: &m.Queue, ReceiptHandle: message.ReceiptHandle,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// record is a message as Lambda shows it.
func (m *Mapping) record(message types.Message) events.SQSMessage {
	r := events.SQSMessage{
		MessageId: *message.MessageId, ReceiptHandle: *message.ReceiptHandle, Body: *message.Body,
		Md5OfBody: aws.ToString(message.MD5OfBody), Attributes: message.Attributes,
		MessageAttributes: map[string]events.SQSMessageAttribute{}, EventSource: "aws:sqs",
		EventSourceARN: "arn:aws:sqs:eu-central-1:000000000000:" + path.Base(m.Queue), AWSRegion: "eu-central-1",
	}
	for name, value := range message.MessageAttributes {
		r.MessageAttributes[name] = events.SQSMessageAttribute{
			DataType: aws.ToString(value.DataType), StringValue: value.StringValue,
		}
	}
	return r
}
