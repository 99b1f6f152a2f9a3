package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
)

// userPlace is how commands name a user of a network.
type userPlace struct {
	Bot     string `arg:"" help:"Name of the bot."`
	Channel string `arg:"" help:"Name of the channel."`
	User    string `arg:"" help:"The user, by the network's id."`
}

func (p *userPlace) path() string {
	return botPath(p.Bot) + "/channels/" + url.PathEscape(p.Channel) + "/users/" + url.PathEscape(p.User)
}

type exportUserCommand struct{ userPlace }

func (exportUserCommand) Help() string {
	return `Prints all that is kept of a user of a network, as one JSON document: conversations, turns, dead letters, and what hooks
and messages sent them.

  hookline export-user pizza telegram 42 > 42.json`
}

// exportedUser is what the server keeps of a user. Its lists come in pages.
type exportedUser struct {
	Bot           string            `json:"bot"`
	Channel       string            `json:"channel"`
	User          string            `json:"user"`
	Conversations []json.RawMessage `json:"conversations"`
	Recipients    []json.RawMessage `json:"recipients"`
	Deliveries    []json.RawMessage `json:"deliveries"`
	DeadLetters   []json.RawMessage `json:"dead_letters"`
	Turns         []json.RawMessage `json:"turns"`
	Next          string            `json:"next,omitempty"`
}

func (c *exportUserCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	all := exportedUser{
		Bot: c.Bot, Channel: c.Channel, User: c.User,
		Conversations: []json.RawMessage{}, Recipients: []json.RawMessage{}, Deliveries: []json.RawMessage{},
		DeadLetters: []json.RawMessage{}, Turns: []json.RawMessage{},
	}
	for cursor := ""; ; {
		var page exportedUser
		if err := server.call(ctx, "GET "+c.path()+"/export?cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return err
		}
		all.Conversations = append(all.Conversations, page.Conversations...)
		all.Recipients = append(all.Recipients, page.Recipients...)
		all.Deliveries = append(all.Deliveries, page.Deliveries...)
		all.DeadLetters = append(all.DeadLetters, page.DeadLetters...)
		all.Turns = append(all.Turns, page.Turns...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return s.print(all, func(w io.Writer) {
		var indented bytes.Buffer
		_ = json.Indent(&indented, text, "", "  ") // what Marshal wrote is JSON
		fmt.Fprintln(w, indented.String())
	})
}

type eraseCommand struct{ userPlace }

func (eraseCommand) Help() string {
	return `Erases all that is kept of a user of a network: what export-user prints. It may be done again, and should be if the user has
just written. Backups go on holding what was kept when they were made.

  hookline erase pizza telegram 42`
}

// erased counts what was erased.
type erased struct {
	Conversations int    `json:"conversations"`
	Recipients    int    `json:"recipients"`
	Deliveries    int    `json:"deliveries"`
	DeadLetters   int    `json:"dead_letters"`
	Turns         int    `json:"turns"`
	AuditedAs     string `json:"audited_as,omitempty"`
	Next          string `json:"next,omitempty"`
}

func (c *eraseCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	var all erased
	for cursor := ""; ; {
		var page erased
		if err := server.call(ctx, "DELETE "+c.path()+"?cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return err
		}
		all.Conversations += page.Conversations
		all.Recipients += page.Recipients
		all.Deliveries += page.Deliveries
		all.DeadLetters += page.DeadLetters
		all.Turns += page.Turns
		all.AuditedAs = page.AuditedAs
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	return s.print(all, func(w io.Writer) {
		fmt.Fprintf(w, "erased: %d conversations, %d turns, %d dead letters, %d deliveries, %d subscriptions\n",
			all.Conversations, all.Turns, all.DeadLetters, all.Deliveries, all.Recipients)
		if all.AuditedAs != "" {
			fmt.Fprintf(w, "the audit says so of user=%s\n", all.AuditedAs)
		}
	})
}
