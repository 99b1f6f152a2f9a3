package sqsqueue

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"hookline/shared/bot"
	"hookline/shared/queue"
)

const (
	// answerReserve is kept of an invocation's time for what follows the jobs: without an answer in time the whole batch
	// comes again.
	answerReserve = time.Second
	// unreadable is how long a message is put aside that this version cannot read: another may. After 1000 receives,
	// three and a half days, SQS moves it to the dead-letter queue.
	unreadable = 5 * time.Minute
)

// visibilityAPI is what a Consumer calls of SQS.
type visibilityAPI interface {
	ChangeMessageVisibilityBatch(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error)
}

// Consumer handles the batches that Lambda takes from a queue, or from several of one account and region. The event source mapping must report batch item
// failures, and its batches have at most 10 messages.
//
// A message that is no job is logged as an error and handed back, and with it its group: it was accepted, so it is not
// dropped, and the only way for it to be there is a version that writes jobs which this one cannot read.
type Consumer struct {
	// Log takes what goes wrong with single messages; nil: slog.Default().
	Log *slog.Logger
	// AfterBatch, if set, is called when the jobs of a batch have been tried, before Lambda hears of it.
	AfterBatch func(context.Context)

	client visibilityAPI
	url    string
	handle queue.Handler
}

// NewConsumer gives the consumer that tries the jobs of the queue with a URL, and of those beside it.
func NewConsumer(client visibilityAPI, url string, handle queue.Handler) *Consumer {
	return &Consumer{client: client, url: url, handle: handle}
}

// Handle is the Lambda handler. Jobs have until a second before the invocation's deadline. It names the messages that
// were handed back as failures, so that Lambda deletes the others only, and returns no error.
func (c *Consumer) Handle(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	results := c.try(ctx, event.Records)
	if c.AfterBatch != nil {
		c.AfterBatch(ctx)
	}
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	var back []handedBack
	for i, record := range event.Records {
		if results[i].HandBack {
			response.BatchItemFailures = append(response.BatchItemFailures,
				events.SQSBatchItemFailure{ItemIdentifier: record.MessageId})
			back = append(back, handedBack{record, results[i].After})
		}
	}
	c.putAside(ctx, back)
	return response, nil
}

// try gives the results of the records by position.
func (c *Consumer) try(ctx context.Context, records []events.SQSMessage) []queue.Result {
	results := make([]queue.Result, len(records))
	var jobs []bot.Job
	var positions []int              // of the jobs in records
	stopped := make(map[string]bool) // groups with a message that cannot be read
	for i, record := range records {
		group := record.Attributes["MessageGroupId"]
		job, err := decode(record.Body)
		if err != nil {
			c.log().ErrorContext(ctx, "a message cannot be read", "message", record.MessageId, "group", group, "err", err)
			stopped[group] = true
		}
		if stopped[group] {
			results[i] = queue.HandBack(unreadable)
			continue
		}
		jobs, positions = append(jobs, job), append(positions, i)
	}
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-answerReserve))
		defer cancel()
	}
	for n, result := range queue.Work(ctx, c.log(), jobs, c.handle) {
		results[positions[n]] = result
	}
	return results
}

func (c *Consumer) log() *slog.Logger {
	if c.Log == nil {
		return slog.Default()
	}
	return c.Log
}
