package store

import (
	"context"
	"time"

	"hookline/shared/bot"
)

// Bury puts the dead letter of a job and clears the conversation's outbox, both or neither. A letter that is already
// there is replaced: burying twice puts one. Kind conflict if the conversation is not what was read.
func (s *Store) Bury(ctx context.Context, letter bot.DeadLetter, key bot.ConversationKey, c bot.Conversation) error {
	grave, err := encode(deadKey(letter.Bot, letter.ID), letter, time.Time{})
	if err != nil {
		return err
	}
	if c.Version == 0 {
		_, err := s.table.Put(ctx, grave, Always)
		return err
	}
	c.Outbox, c.Failing = nil, nil
	conversation, err := s.conversationItem(key, c)
	if err != nil {
		return err
	}
	return s.table.Transact(ctx,
		Op{Verb: PutVerb, Item: grave, Cond: Always},
		Op{Verb: PutVerb, Item: conversation, Cond: IfVersion(c.Version)})
}

// PutDeadLetter writes a letter as it is now, if it still is what was read (letter.Version; 0: not there yet).
func (s *Store) PutDeadLetter(ctx context.Context, letter bot.DeadLetter) (int64, error) {
	return s.write(ctx, deadKey(letter.Bot, letter.ID), letter, IfVersion(letter.Version))
}

// MendDeadLetter writes a letter with other replies unsent, if it still is what was read. A delivery keeps by itself what it
// has to send, and gets them too. Kind conflict: the letter is another by now, or the delivery has ended.
func (s *Store) MendDeadLetter(ctx context.Context, letter bot.DeadLetter) error {
	var err error
	if letter.Job.Kind == bot.DeliveryJob && letter.Job.Call != nil {
		err = s.mendDelivery(ctx, letter)
	} else {
		_, err = s.PutDeadLetter(ctx, letter)
	}
	if bot.KindOf(err) == bot.Conflict {
		return bot.Wrap(bot.Conflict, "the letter has been changed meanwhile, or its delivery is no longer kept: read it again", err)
	}
	return err
}

func (s *Store) mendDelivery(ctx context.Context, letter bot.DeadLetter) error {
	call := letter.Job.Call.Call
	d, version, err := read[bot.Delivery](ctx, s, deliveryKey(call, letter.Job.Group()), "delivery")
	if bot.KindOf(err) == bot.NotFound || err == nil && d.Outcome != bot.DeliveryFailed {
		return bot.Errorf(bot.Conflict, "no delivery that failed is kept")
	}
	if err != nil {
		return err
	}
	d.Replies, d.Notes = letter.Unsent, letter.Decision.Notes
	item, err := s.deliveryItem(call, d)
	if err != nil {
		return err
	}
	grave, err := encode(deadKey(letter.Bot, letter.ID), letter, noExpiry)
	if err != nil {
		return err
	}
	return s.table.Transact(ctx,
		Op{Verb: PutVerb, Item: grave, Cond: IfVersion(letter.Version)},
		Op{Verb: PutVerb, Item: item, Cond: IfVersion(version)})
}

// DeadLetter reads one letter of a bot.
func (s *Store) DeadLetter(ctx context.Context, botID, id string) (bot.DeadLetter, error) {
	letter, version, err := read[bot.DeadLetter](ctx, s, deadKey(botID, id), "dead letter")
	letter.Version = version
	return letter, err
}

// DeadLetters gives letters of a bot in the order in which their jobs were accepted, those behind after.
func (s *Store) DeadLetters(ctx context.Context, botID, after string, limit int) ([]bot.DeadLetter, error) {
	items, err := s.table.Query(ctx, Query{PK: deadKey(botID, "").PK, After: after, Limit: limit})
	if err != nil {
		return nil, err
	}
	letters := make([]bot.DeadLetter, 0, len(items))
	for _, item := range items {
		var letter bot.DeadLetter
		if err := decode(item, &letter); err != nil {
			return nil, err
		}
		letter.Version = item.Version
		letters = append(letters, letter)
	}
	return letters, nil
}

// DropDeadLetter removes a letter; that it is gone already is no error.
func (s *Store) DropDeadLetter(ctx context.Context, botID, id string) error {
	return s.table.Delete(ctx, deadKey(botID, id), Always)
}

// Redrive gives the job to put on the queue for a letter and counts the redrive in the letter. The letter stays until the
// job has succeeded. One whose replies were committed is only sent; any other is handled anew.
func (s *Store) Redrive(ctx context.Context, botID, id string) (bot.Job, error) {
	letter, err := change(ctx, s, deadKey(botID, id), "dead letter", func(letter *bot.DeadLetter) {
		letter.Redriven++
		letter.RedrivenAt, letter.Failing = s.now().UTC(), nil
	})
	if err != nil {
		return bot.Job{}, err
	}
	job := letter.Job
	job.Redrive = &bot.Redrive{Letter: letter.ID, Count: letter.Redriven, Group: letter.Job.Group()}
	if len(letter.Unsent) > 0 && job.Event != nil { // a delivery keeps by itself what it has to send
		job.Kind, job.Event = bot.ReplyJob, nil
	}
	return job, nil
}

// LeaveDeadLetter notes that the job of a redrive has ended and left the letter, unless that was redriven once more meanwhile.
func (s *Store) LeaveDeadLetter(ctx context.Context, botID string, of bot.Redrive) error {
	_, err := change(ctx, s, deadKey(botID, of.Letter), "dead letter", func(letter *bot.DeadLetter) {
		if letter.Redriven == of.Count {
			letter.RedrivenAt = time.Time{}
		}
	})
	return err
}
