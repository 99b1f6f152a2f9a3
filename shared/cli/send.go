package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
)

type sendCommand struct {
	Bot      string        `arg:"" help:"Name of the bot."`
	Chat     string        `arg:"" help:"The chat, by the network's id."`
	Text     string        `arg:"" help:"What to say: a template, as in the bot file."`
	Channel  string        `help:"Name of the channel; not needed where the bot has only one." placeholder:"NAME"`
	Keyboard string        `help:"Buttons: rows divided by ';' and buttons by ',', or JSON as in the bot file." placeholder:"ROWS"`
	Values   string        `name:"vars" help:"What templates see as {{ data }}, as JSON." placeholder:"JSON"`
	Wait     time.Duration `help:"Wait this long for the message to be sent." placeholder:"30s"`
}

func (sendCommand) Help() string {
	return `Sends a message to a chat, behind what has come from there. Write -- before an id that begins with '-'.

  hookline send pizza 42 "Your pizza is ready"
  hookline send pizza 42 "Which size, {{ data.name }}?" --vars '{"name": "Ada"}' --keyboard "small,large;none"
  hookline send pizza --wait 30s -- -100123 "Hello, everybody"`
}

// message is a message to a chat as the server takes it.
type message struct {
	Channel  string          `json:"channel,omitempty"`
	Chat     string          `json:"chat"`
	Text     string          `json:"text"`
	Keyboard any             `json:"keyboard,omitempty"`
	Data     json.RawMessage `json:"data,omitempty"`
}

// sentMessage is what has become of a message.
type sentMessage struct {
	ID      string   `json:"id"`
	Outcome string   `json:"outcome"`
	Reason  string   `json:"reason,omitempty"`
	Notes   []string `json:"notes,omitempty"`
}

// waiting is the outcome of a message that is still to be sent.
const waiting = "waiting"

func (c *sendCommand) Run(ctx context.Context, s *session) error {
	m := message{Channel: c.Channel, Chat: c.Chat, Text: c.Text, Data: json.RawMessage(c.Values)}
	if c.Values != "" && !json.Valid(m.Data) {
		return &usage{"--vars is no JSON: " + c.Values}
	}
	var err error
	if m.Keyboard, err = keyboardOf(c.Keyboard); err != nil {
		return err
	}
	server := s.client()
	sent := sentMessage{Outcome: waiting}
	if err := server.call(ctx, "POST "+botPath(c.Bot)+"/send", m, &sent); err != nil {
		return err
	}
	if err := c.await(ctx, server, &sent); err != nil {
		return err
	}
	if err := s.print(sent, func(w io.Writer) { printSent(w, sent) }); err != nil {
		return err
	}
	if sent.Outcome == waiting && c.Wait == 0 || sent.Outcome == "sent" {
		return nil
	}
	return errReported
}

// keyboardOf reads the buttons of a flag; none: nil.
func keyboardOf(flag string) (any, error) {
	switch {
	case flag == "":
		return nil, nil
	case strings.HasPrefix(flag, "["):
		if !json.Valid([]byte(flag)) {
			return nil, &usage{"--keyboard is no JSON: " + flag}
		}
		return json.RawMessage(flag), nil
	}
	var rows [][]string
	for row := range strings.SplitSeq(flag, ";") {
		var buttons []string
		for button := range strings.SplitSeq(row, ",") {
			buttons = append(buttons, strings.TrimSpace(button))
		}
		rows = append(rows, buttons)
	}
	return rows, nil
}

// askEvery is how long it is until the fate of a message is asked for again.
const askEvery = 200 * time.Millisecond

// await asks what becomes of a message until that is settled, or the time is over.
func (c *sendCommand) await(ctx context.Context, server *client, sent *sentMessage) error {
	if c.Wait == 0 {
		return nil
	}
	over := time.After(c.Wait)
	path := botPath(c.Bot) + "/send/" + url.PathEscape(sent.ID)
	for {
		if err := server.call(ctx, "GET "+path, nil, sent); err != nil || sent.Outcome != waiting {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over:
			return nil
		case <-time.After(askEvery):
		}
	}
}

func printSent(w io.Writer, m sentMessage) {
	fmt.Fprintf(w, "%s: %s\n", m.ID, m.Outcome)
	if m.Reason != "" {
		fmt.Fprintf(w, "  %s\n", m.Reason)
	}
	for _, note := range m.Notes {
		fmt.Fprintf(w, "  %s\n", note)
	}
}
