package store

import (
	"context"

	"hookline/shared/bot"
)

// DeliveryScene is all that a delivery starts from, read at one moment. What is not there any more is empty.
type DeliveryScene struct {
	Channel bot.Channel
	Head    bot.Head
	Hook    Hook
	// Body is what was posted; nil if the call is no longer kept.
	Body []byte
	// Recipient is who gets it; without a channel if it is no recipient any more.
	Recipient Recipient
	// Blocked tells that the chat did not want to hear from us.
	Blocked bool
	// Delivery is what was done so far.
	Delivery bot.Delivery
}

// DeliveryScene reads what a delivery job needs.
func (s *Store) DeliveryScene(ctx context.Context, job bot.Job) (DeliveryScene, error) {
	share := job.Call
	scene := DeliveryScene{Delivery: bot.Delivery{Channel: job.Channel, Address: share.To}}
	readers := map[Key]func(Item) error{
		channelKey(job.Channel):                   func(i Item) (err error) { scene.Channel, err = s.openChannel(job.Channel, i); return err },
		headKey(job.Bot):                          func(i Item) error { return decode(i, &scene.Head) },
		callBodyKey(share.Call):                   func(i Item) error { scene.Body = i.Body; return nil },
		blockedKey(job.Channel, share.To.Place()): func(Item) error { scene.Blocked = true; return nil },
		hookKey(share.Hook): func(i Item) (err error) {
			var stored hookItem
			if err = decode(i, &stored); err == nil {
				scene.Hook, err = s.openHook(share.Hook, stored)
			}
			return err
		},
		recipientKey(share.Hook, job.Group()): func(i Item) error {
			var stored recipientItem
			err := decode(i, &stored)
			scene.Recipient = stored.recipient()
			return err
		},
		deliveryKey(share.Call, job.Group()): func(i Item) error {
			scene.Delivery.Version = i.Version
			return decode(i, &scene.Delivery)
		},
	}
	keys := make([]Key, 0, len(readers))
	for key := range readers {
		keys = append(keys, key)
	}
	items, err := s.table.BatchGet(ctx, keys...)
	if err != nil {
		return scene, err
	}
	for _, item := range items {
		if err := readers[item.Key](item); err != nil {
			return scene, err
		}
	}
	if !scene.Head.DeletedAt.IsZero() {
		scene.Head = bot.Head{}
	}
	return scene, nil
}

// PutDelivery writes how far a delivery has come and gives its new version. Only its own job writes it.
func (s *Store) PutDelivery(ctx context.Context, call string, d bot.Delivery, cond Condition) (int64, error) {
	item, err := s.deliveryItem(call, d)
	if err != nil {
		return 0, err
	}
	return s.table.Put(ctx, item, cond)
}

func (s *Store) deliveryItem(call string, d bot.Delivery) (Item, error) {
	return encode(deliveryKey(call, d.Group(d.Channel)), d, s.now().Add(bot.CallKept))
}

// BuryDelivery puts a delivery's dead letter and writes how it ended, both or neither.
func (s *Store) BuryDelivery(ctx context.Context, letter bot.DeadLetter, call string, d bot.Delivery) error {
	grave, err := encode(deadKey(letter.Bot, letter.ID), letter, noExpiry)
	if err != nil {
		return err
	}
	item, err := s.deliveryItem(call, d)
	if err != nil {
		return err
	}
	return s.table.Transact(ctx,
		Op{Verb: PutVerb, Item: grave, Cond: Always},
		Op{Verb: PutVerb, Item: item, Cond: Always})
}
