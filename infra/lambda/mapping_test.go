package lambda_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"hookline/infra/emulators"
	"hookline/shared/bot"
	"hookline/shared/simulate/countertest"
)

type sqsAttribute = types.QueueAttributeName

// batch is an invocation of the processor.
type batch struct {
	event    events.SQSEvent
	response events.SQSEventResponse
	err      error
}

// failed gives the ids that the processor handed back.
func (b batch) failed() (ids []string) {
	for _, f := range b.response.BatchItemFailures {
		ids = append(ids, f.ItemIdentifier)
	}
	return ids
}

// messages are what the jobs of the batch are about.
func (b batch) messages() (list []countertest.Message) {
	for _, record := range b.event.Records {
		var job bot.Job
		if json.Unmarshal([]byte(record.Body), &job) == nil && job.Event != nil {
			list = append(list, countertest.Message{Chat: job.Event.Chat.ID, Text: job.Event.Text})
		}
	}
	return list
}

// consume has so many mappings take batches of up to so many messages to the processor, and one those of notifications,
// until stop is called or the test ends.
func (w *world) consume(mappings, batchSize int) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.Context()))
	var running sync.WaitGroup
	queues := append(slices.Repeat([]string{w.queue}, mappings), w.notifications)
	for _, queue := range queues {
		running.Go(func() {
			m := &emulators.Mapping{Client: w.sqs, Queue: queue, BatchSize: batchSize, Invoke: w.process}
			if err := m.Run(ctx); err != nil {
				w.Errorf("Run() = %v", err)
			}
		})
	}
	stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
	})
	w.Cleanup(stop)
	return stop
}

// process is an invocation of the processor.
func (w *world) process(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	b := batch{event: event}
	payload, err := json.Marshal(event)
	if err != nil {
		return b.response, err
	}
	answer, err := w.processor.Invoke(ctx, payload)
	if err == nil {
		err = json.Unmarshal(answer, &b.response)
	}
	b.err = err
	w.mu.Lock()
	defer w.mu.Unlock()
	w.batches = append(w.batches, b)
	return b.response, err
}

// processed gives the invocations of the processor so far.
func (w *world) processed() []batch {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.batches)
}

// broken gives the invocations that did not end with an answer.
func (w *world) broken() []batch {
	return slices.DeleteFunc(w.processed(), func(b batch) bool { return b.err == nil })
}
