package store

import (
	"context"
	"encoding/json"

	"hookline/shared/bot"
)

// sendings is the hook under which a bot's messages to single chats are kept, as calls. There is no such hook: the ids of
// hooks have no ':'.
func sendings(botID string) string { return "sending:" + botID }

// PutSending keeps a message to one chat and gives the job that sends it. An idempotency key means what it does for
// PutCall.
func (s *Store) PutSending(ctx context.Context, botID string, sending bot.Sending, key string) (bot.Job, error) {
	body, err := json.Marshal(sending)
	if err != nil {
		return bot.Job{}, bot.Wrap(bot.Invalid, "the message cannot be encoded", err)
	}
	call := bot.Call{Hook: sendings(botID), Bot: botID, Queued: 1, Paged: true}
	if call, err = s.PutCall(ctx, call, body, key); err != nil {
		return bot.Job{}, err
	}
	return bot.NewSendingJob(call, sending, s.now()), nil
}

// Sending tells what has become of a message to one chat; kind not_found if the bot has none of this id, or if it is no
// longer kept.
func (s *Store) Sending(ctx context.Context, botID, id string) (Report, error) {
	call, err := s.Call(ctx, id)
	if err == nil && call.Hook != sendings(botID) {
		err = bot.Errorf(bot.NotFound, "no such call")
	}
	if err != nil {
		return Report{}, err
	}
	return s.Report(ctx, call, "", 1)
}
