package telegram

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// getUpdates are the parameters of https://core.telegram.org/bots/api#getupdates; timeout is in seconds.
type getUpdates struct {
	Offset         int64    `json:"offset,omitempty"`
	Limit          int      `json:"limit"`
	Timeout        int      `json:"timeout"`
	AllowedUpdates []string `json:"allowed_updates"`
}

const (
	pollUpdates = 100
	pollBytes   = 32 << 20
	longestPoll = 50 * time.Second // the server's own limit
)

// Pollable refuses while a webhook is set: getUpdates would fail, and deleting it would take the updates away from
// whoever set it.
func (t *Telegram) Pollable(ctx context.Context, ch bot.Channel) error {
	registered, err := t.webhook(ctx, ch)
	if err != nil || registered == "" {
		return err
	}
	return bot.Errorf(bot.Conflict, "telegram sends this bot's updates to "+shown(registered)+
		": disconnect it there, or use another bot's token here")
}

// Poll gives the updates from cursor on, which is the id of the first one wanted.
func (t *Telegram) Poll(
	ctx context.Context, ch bot.Channel, cursor string, wait time.Duration,
) (calls [][]byte, next string, err error) {
	var offset int64
	if cursor != "" {
		if offset, err = strconv.ParseInt(cursor, 10, 64); err != nil {
			return nil, cursor, bot.Wrap(bot.Invalid, "cursor is not an update id", err)
		}
	}
	wait = max(0, min(wait, longestPoll))
	var updates []json.RawMessage
	err = t.invokeWithin(ctx, ch, provider.Call{
		Address: "getUpdates", Timeout: wait + provider.CallTimeout, Limit: pollBytes,
		Body: getUpdates{offset, pollUpdates, int(wait / time.Second), allowedUpdates},
	}, &updates)
	if err != nil {
		return nil, cursor, err
	}
	for _, update := range updates {
		var u struct {
			ID int64 `json:"update_id"`
		}
		if err := json.Unmarshal(update, &u); err != nil {
			return nil, cursor, bot.Wrap(bot.Unavailable, "telegram's answer is not as documented", err)
		}
		calls = append(calls, update)
		offset = u.ID + 1
		next = strconv.FormatInt(offset, 10)
	}
	if next == "" {
		next = cursor
	}
	return calls, next, nil
}
