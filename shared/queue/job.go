package queue

import (
	"encoding/json"
	"fmt"
	"time"

	"hookline/shared/bot"
)

// Jobs makes the jobs of events that a channel's network told us and we accept at the time now, small enough for every
// queue.
func Jobs(ch bot.Channel, events []bot.Event, now time.Time) []bot.Job {
	jobs := make([]bot.Job, len(events))
	for i, e := range events {
		e.Provider, e.Channel, e.ReceivedAt = ch.Provider, ch.ID, now.UTC()
		jobs[i] = bot.NewEventJob(ch, Shrink(e), now)
	}
	return jobs
}

// Encode gives a job as it travels; kind too_large over MaxJobBytes.
func Encode(job bot.Job) ([]byte, error) {
	body, err := json.Marshal(job)
	if err != nil {
		return nil, bot.Wrap(bot.Internal, "", fmt.Errorf("encoding job %s: %w", job.ID, err))
	}
	if len(body) > MaxJobBytes {
		return nil, bot.Errorf(bot.TooLarge, fmt.Sprintf("a job of %d bytes, the limit is %d", len(body), MaxJobBytes))
	}
	return body, nil
}
