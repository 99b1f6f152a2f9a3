package cli

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"hookline/shared/bot"
)

// talk is a made-up user's chat with a bot on a simulated network. The requests are those of the users' side, which is the
// same for all networks.
type talk struct {
	server                        *client
	bot, provider, username, chat string
	user                          chatUser

	read     int64  // number of the bot's last act that was read
	lastTurn string // id of the chat's newest turn
	// buttons are those of the message that can be pressed.
	pressable string
	buttons   int
}

type chatUser struct {
	ID        string `json:"id"`
	FirstName string `json:"first_name"`
}

const (
	// patience is how long a line's turn is waited for.
	patience = 30 * time.Second
	// lookEvery is how often; records of turns take a moment to be written.
	lookEvery = 25 * time.Millisecond
)

func (t *talk) path(act string) string {
	return fmt.Sprintf("/simulate/%s/chat/%s/%s/%s", t.provider, url.PathEscape(t.username), url.PathEscape(t.chat), act)
}

// open makes the chat and passes over what was said in it before.
func (t *talk) open(ctx context.Context) error {
	if err := t.server.call(ctx, "POST "+t.path("open"), map[string]any{"from": t.user}, nil); err != nil {
		return err
	}
	if _, err := t.news(ctx); err != nil {
		return err
	}
	newest, err := t.newest(ctx)
	t.lastTurn = newest.ID
	return err
}

// act sends a line: it presses a button where the line is its number, and says it otherwise.
func (t *talk) act(ctx context.Context, line string) error {
	if place, ok := press(line, t.buttons); ok {
		button := map[string]any{"message_id": t.pressable, "place": place}
		return t.server.call(ctx, "POST "+t.path("press"), map[string]any{"from": t.user, "button": button}, nil)
	}
	return t.server.call(ctx, "POST "+t.path("say"), map[string]any{"from": t.user, "text": line}, nil)
}

// outcome waits for the end of the turn that the last act has started. A turn that takes too long is not an error: it is
// given as far as it has come.
func (t *talk) outcome(ctx context.Context) (bot.Turn, error) {
	var turn bot.Turn
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		newest, err := t.newest(ctx)
		if err != nil {
			return turn, err
		}
		if newest.ID != t.lastTurn {
			turn = newest
		}
		if turn.ID != "" && turn.Outcome != bot.HandedBack {
			break
		}
		select {
		case <-ctx.Done():
			return turn, ctx.Err()
		case <-time.After(lookEvery):
		}
	}
	if turn.ID != "" {
		t.lastTurn = turn.ID
	}
	return turn, nil
}

func (t *talk) newest(ctx context.Context) (bot.Turn, error) {
	turns, err := t.server.turns(ctx, turnQuery{bot: t.bot, chat: t.chat, limit: 1})
	if err != nil || len(turns) == 0 {
		return bot.Turn{}, err
	}
	return turns[0], nil
}

// did is something the bot did in the chat, as every simulated network tells it.
type did struct {
	N       int64     `json:"n"`
	Message string    `json:"message_id"`
	Shown   chatReply `json:"shown"`
}

// news reads what the bot has done since it was last asked. Its buttons can be pressed until it says something else; of
// what it only shows for a moment, such as that it types, there is nothing to print.
func (t *talk) news(ctx context.Context) ([]chatReply, error) {
	var page struct {
		Messages []did `json:"messages"`
	}
	if err := t.server.call(ctx, "GET "+t.path("messages")+fmt.Sprintf("?after=%d", t.read), nil, &page); err != nil {
		return nil, err
	}
	var replies []chatReply
	said := false
	for _, d := range page.Messages {
		t.read = d.N
		if d.Shown.empty() {
			continue
		}
		if d.Message != "" && !said {
			t.buttons, said = 0, true
		}
		if len(d.Shown.Buttons) > 0 {
			t.pressable, t.buttons = d.Message, len(d.Shown.Buttons)
		}
		replies = append(replies, d.Shown)
	}
	return replies, nil
}
