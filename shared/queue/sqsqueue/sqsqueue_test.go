package sqsqueue_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"hookline/infra/emulators"
	"hookline/shared/bot"
	"hookline/shared/queue"
	"hookline/shared/queue/queuetest"
	"hookline/shared/queue/sqsqueue"
)

// lambda is a queue whose consumers are as many Lambda functions as there are workers, taking batches of one.
type lambda struct {
	*sqsqueue.Sender
	client *sqs.Client
	url    string
}

func (l lambda) Consume(ctx context.Context, workers int, handle queue.Handler) error {
	consumer := sqsqueue.NewConsumer(l.client, l.url, handle)
	consumer.Log = slog.New(slog.DiscardHandler)
	mapping := emulators.Mapping{Client: l.client, Queue: l.url, BatchSize: 1, Invoke: invoke(consumer)}
	var running sync.WaitGroup
	errs := make(chan error, workers)
	for range workers {
		running.Go(func() { errs <- mapping.Run(ctx) })
	}
	running.Wait()
	for range workers {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

// invoke calls a consumer with the time that the function has.
func invoke(consumer *sqsqueue.Consumer) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
		ctx, cancel := context.WithTimeout(ctx, queue.JobTime)
		defer cancel()
		return consumer.Handle(ctx, event)
	}
}

func openQueue(t *testing.T) lambda {
	client := sqs.NewFromConfig(emulators.SQS(t))
	url := emulators.CreateQueue(t, client)
	return lambda{sqsqueue.New(client, url), client, url}
}

func TestQueue(t *testing.T) {
	queuetest.Run(t, func(t *testing.T) (queuetest.Queue, func(time.Duration)) {
		return openQueue(t), time.Sleep
	}, queuetest.Capabilities{RealTime: true, LateAnswers: true})
}

func job(chat, event string) bot.Job {
	channel := bot.Channel{ID: "channel", Bot: "bot"}
	e := bot.Event{ID: event, Channel: channel.ID, Chat: &bot.Chat{ID: chat}}
	return bot.NewEventJob(channel, e, time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC))
}
