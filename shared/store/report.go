package store

import (
	"context"
	"time"

	"hookline/shared/bot"
)

// Report is what has become of a call so far.
type Report struct {
	Call       string    `json:"call"`
	AcceptedAt time.Time `json:"accepted_at"`
	// Done: every recipient got it, or will not get it. Until then there may be more recipients than are counted.
	Done   bool   `json:"done"`
	Counts Counts `json:"counts"`
	// Recipients are a page of those whose delivery has been worked on; Next is the cursor of the page behind it.
	Recipients []ReportedDelivery `json:"recipients"`
	Next       string             `json:"next,omitempty"`
}

// Counts are the numbers of a call's recipients by what became of it for them.
type Counts struct {
	Sent    int `json:"sent"`
	Skipped int `json:"skipped"`
	Failed  int `json:"failed"`
	Waiting int `json:"waiting"`
}

// ReportedDelivery is a delivery without what was said.
type ReportedDelivery struct {
	Channel string `json:"channel"` // name, id if it has been removed
	bot.Address
	Outcome bot.DeliveryOutcome `json:"outcome,omitempty"`
	Reason  string              `json:"reason,omitempty"`
	Notes   []string            `json:"notes,omitempty"`
	At      time.Time           `json:"at,omitzero"`
}

// Report tells what has become of a call so far, with up to limit (0: all) of its recipients behind the cursor. Counting reads
// all of its deliveries.
func (s *Store) Report(ctx context.Context, call bot.Call, cursor string, limit int) (Report, error) {
	report := Report{Call: call.ID, AcceptedAt: call.AcceptedAt, Recipients: []ReportedDelivery{}}
	if err := deliveryKey(call.ID, cursor).Check(); err != nil {
		return report, err
	}
	names, err := s.channelNames(ctx, call.Bot)
	if err != nil {
		return report, err
	}
	page, err := s.deliveries(ctx, call.ID, cursor, limit)
	if err != nil {
		return report, err
	}
	for _, d := range page {
		if name, ok := names[d.Channel]; ok {
			d.Channel = name
		}
		report.Recipients = append(report.Recipients, ReportedDelivery{d.Channel, d.Address, d.Outcome, d.Reason, d.Notes, d.At})
	}
	if limit > 0 && len(page) == limit {
		last := page[len(page)-1]
		report.Next = last.Group(last.Channel)
	}
	report.Counts, err = s.count(ctx, call)
	report.Done = call.Paged && report.Counts.Waiting == 0
	return report, err
}

// channelNames gives the names of a bot's channels by their ids; none of a bot that has been removed.
func (s *Store) channelNames(ctx context.Context, botID string) (map[string]string, error) {
	head, _, err := read[bot.Head](ctx, s, headKey(botID), "bot")
	if err != nil && bot.KindOf(err) != bot.NotFound {
		return nil, err
	}
	names := make(map[string]string, len(head.Channels))
	for name, id := range head.Channels {
		names[id] = name
	}
	return names, nil
}

// deliveries gives deliveries of a call that have been worked on, those behind the recipient whose id is after.
func (s *Store) deliveries(ctx context.Context, call, after string, limit int) ([]bot.Delivery, error) {
	q := Query{PK: callKey(call).PK, Prefix: deliveries, Limit: limit}
	if after != "" {
		q.After = deliveries + after
	}
	items, err := s.table.Query(ctx, q)
	if err != nil {
		return nil, err
	}
	found := make([]bot.Delivery, len(items))
	for i, item := range items {
		if err := decode(item, &found[i]); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// countPage is how many deliveries are counted at a time.
const countPage = 1000

func (s *Store) count(ctx context.Context, call bot.Call) (counts Counts, err error) {
	for after := ""; ; {
		page, err := s.deliveries(ctx, call.ID, after, countPage)
		if err != nil {
			return counts, err
		}
		for _, d := range page {
			switch d.Outcome {
			case bot.DeliverySent:
				counts.Sent++
			case bot.DeliverySkipped:
				counts.Skipped++
			case bot.DeliveryFailed:
				counts.Failed++
			}
		}
		if len(page) < countPage {
			break
		}
		last := page[len(page)-1]
		after = last.Group(last.Channel)
	}
	// More may have ended since the call was read than were queued then.
	counts.Waiting = max(0, call.Queued-counts.Sent-counts.Skipped-counts.Failed)
	return counts, nil
}
