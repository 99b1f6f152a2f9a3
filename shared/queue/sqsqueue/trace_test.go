package sqsqueue_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"hookline/infra/emulators"
	"hookline/shared/bot"
	"hookline/shared/queue/sqsqueue"
)

const traceHeader = "Root=1-5e9f0c65-1de4d666d4dd26aced652b6c;Parent=53995c3f42cd8ad8;Sampled=1"

func traced(chat, event string) bot.Job {
	j := job(chat, event)
	j.Trace = traceHeader
	return j
}

// A job's trace is where SQS and Lambda look for it, however the job is sent.
func TestSendTrace(t *testing.T) {
	tests := []struct {
		name string
		jobs []bot.Job
		want []string // by message
	}{
		{"alone", []bot.Job{traced("a", "1")}, []string{traceHeader}},
		{"alone without", []bot.Job{job("a", "1")}, []string{""}},
		{"batch", []bot.Job{traced("a", "1"), job("b", "1"), traced("c", "1")}, []string{traceHeader, "", traceHeader}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake := &sent{}
			if err := sqsqueue.New(fake, "url").Send(t.Context(), tt.jobs...); err != nil {
				t.Fatalf("Send() = %v", err)
			}
			var got []string
			for _, entry := range fake.requests[0] {
				attribute, ok := entry.MessageSystemAttributes["AWSTraceHeader"]
				got = append(got, aws.ToString(attribute.StringValue))
				if ok && (aws.ToString(attribute.DataType) != "String" || aws.ToString(attribute.StringValue) == "") {
					t.Errorf("attribute %v, want text", attribute) // SQS refuses an empty one
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("traces (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTraceOnSQS(t *testing.T) {
	client := sqs.NewFromConfig(emulators.SQS(t))
	url := emulators.CreateQueue(t, client)
	if err := sqsqueue.New(client, url).Send(t.Context(), traced("a", "1")); err != nil {
		t.Fatalf("Send() = %v", err)
	}
	got, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &url, WaitTimeSeconds: int32((5 * time.Second).Seconds()),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAWSTraceHeader},
	})
	if err != nil || len(got.Messages) != 1 {
		t.Fatalf("ReceiveMessage() = %v, %v, want one message", got, err)
	}
	if header := got.Messages[0].Attributes["AWSTraceHeader"]; header != traceHeader {
		t.Errorf("AWSTraceHeader = %q, want %q", header, traceHeader)
	}
}
