package cli

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"hookline/shared/bot"
)

// talk is a made-up user's chat with a bot on the simulated Telegram. The requests are those of its users' side, not of
// the Bot API.
type talk struct {
	server        *client
	bot, username string
	chat          int64
	user          chatUser

	read     int64  // number of the bot's last act that was read
	lastTurn string // id of the chat's newest turn
	// buttons are those of the message that can be pressed.
	pressable int64
	buttons   int
}

type chatUser struct {
	ID        int64  `json:"id"`
	FirstName string `json:"first_name"`
}

const (
	// patience is how long a line's turn is waited for.
	patience = 30 * time.Second
	// lookEvery is how often; records of turns take a moment to be written.
	lookEvery = 25 * time.Millisecond
)

func (t *talk) path(act string) string {
	return fmt.Sprintf("/simulate/telegram/chat/%s/%d/%s", t.username, t.chat, act)
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
	turns, err := t.server.turns(ctx, turnQuery{bot: t.bot, chat: strconv.FormatInt(t.chat, 10), limit: 1})
	if err != nil || len(turns) == 0 {
		return bot.Turn{}, err
	}
	return turns[0], nil
}

// sentMessage is what the bot did in the chat, as the simulated Telegram tells it.
type sentMessage struct {
	N       int64 `json:"n"`
	Message *struct {
		ID     int64  `json:"message_id"`
		Text   string `json:"text"`
		Markup struct {
			Inline   [][]chatButton `json:"inline_keyboard"`
			Keyboard [][]chatButton `json:"keyboard"`
		} `json:"reply_markup"`
	} `json:"message"`
	Answer struct {
		Text string `json:"text"`
	} `json:"callback_answer"`
}

// news reads what the bot has done since it was last asked.
func (t *talk) news(ctx context.Context) ([]chatReply, error) {
	var page struct {
		Messages []sentMessage `json:"messages"`
	}
	if err := t.server.call(ctx, "GET "+t.path("messages")+fmt.Sprintf("?after=%d", t.read), nil, &page); err != nil {
		return nil, err
	}
	var replies []chatReply
	for _, sent := range page.Messages {
		t.read = sent.N
		if sent.Message == nil {
			if sent.Answer.Text != "" {
				replies = append(replies, chatReply{Text: sent.Answer.Text})
			}
			continue
		}
		reply := chatReply{Text: sent.Message.Text}
		for _, row := range append(sent.Message.Markup.Inline, sent.Message.Markup.Keyboard...) {
			reply.Buttons = append(reply.Buttons, row...)
		}
		t.pressable, t.buttons = sent.Message.ID, len(reply.Buttons)
		replies = append(replies, reply)
	}
	return replies, nil
}
