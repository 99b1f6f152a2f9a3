package sqsqueue

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// maxVisibility is below the 12 hours, counted from when a message was taken, that SQS allows.
const maxVisibility = 11 * time.Hour

type handedBack struct {
	record events.SQSMessage
	after  time.Duration
}

// putAside has messages come again after their time. What SQS does not take is only logged: it comes when the
// visibility timeout ends. The order of a group is safe in any case, as SQS gives out none of it while one is taken.
func (c *Consumer) putAside(ctx context.Context, back []handedBack) {
	if len(back) == 0 {
		return
	}
	url := c.urlOf(back[0].record)
	request := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &url}
	for i, b := range back {
		request.Entries = append(request.Entries, types.ChangeMessageVisibilityBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), ReceiptHandle: &b.record.ReceiptHandle, VisibilityTimeout: seconds(b.after),
		})
	}
	answer, err := c.client.ChangeMessageVisibilityBatch(ctx, request)
	if err != nil {
		c.log().WarnContext(ctx, "jobs come again late", "queue", url, "count", len(back), "err", err)
		return
	}
	for _, failed := range answer.Failed {
		c.log().WarnContext(ctx, "a job comes again late", "queue", url, "code", aws.ToString(failed.Code))
	}
}

// urlOf gives the URL of the queue that a record is from. One function may take from several queues; those of one account
// and region have URLs that differ in the name only, with which their ARNs end.
func (c *Consumer) urlOf(record events.SQSMessage) string {
	name := record.EventSourceARN[strings.LastIndexByte(record.EventSourceARN, ':')+1:]
	if name == "" {
		return c.url
	}
	return c.url[:strings.LastIndexByte(c.url, '/')+1] + name
}

// seconds rounds up: a job does not come before its time.
func seconds(d time.Duration) int32 {
	return int32((min(max(d, 0), maxVisibility) + time.Second - 1) / time.Second)
}
