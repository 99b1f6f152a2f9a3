package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"
)

type conversationsCommand struct {
	conversationsHelp
	List   conversationsListCommand   `cmd:"" default:"withargs" help:"List conversations: those of the last events, of a user, or in a chat."`
	Move   conversationsMoveCommand   `cmd:"" help:"Move a conversation to a state."`
	Reset  conversationsResetCommand  `cmd:"" help:"Reset a conversation: state none, and nothing remembered."`
	Delete conversationsDeleteCommand `cmd:"" help:"Delete a conversation."`
}

type conversationsHelp struct{}

func (conversationsHelp) Help() string {
	return `Shows where users stand, and puts them somewhere else. Chats and users are named as the list shows them; write -- before
an id that begins with '-'.

  hookline conversations list pizza --user 42
  hookline conversations move pizza 42 42 choosing
  hookline conversations reset pizza --channel telegram -- -100123 42
  hookline conversations delete pizza 42 42`
}

// conversation is a conversation as the server lists it.
type conversation struct {
	Channel   string    `json:"channel"`
	Chat      string    `json:"chat"`
	User      string    `json:"user"`
	State     string    `json:"state"`
	Since     time.Time `json:"since,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	MovedTo   string    `json:"moved_to,omitempty"`
	Version   int64     `json:"version"`
}

type conversationsListCommand struct {
	conversationsHelp
	Bot     string `arg:"" optional:"" help:"Name of the bot; not needed where there is only one."`
	User    string `help:"Only those of this user, by the network's id." placeholder:"ID"`
	Chat    string `help:"Only those in this chat, by the network's id." placeholder:"ID"`
	Channel string `help:"Only on this channel." placeholder:"NAME"`
	Limit   int    `short:"n" default:"100" help:"How many at most."`
}

func (c *conversationsListCommand) Run(ctx context.Context, s *session) error {
	if c.Limit < 1 {
		return &usage{"--limit must be at least 1"}
	}
	server := s.client()
	b, err := server.bot(ctx, c.Bot)
	if err != nil {
		return err
	}
	query := url.Values{}
	for name, value := range map[string]string{"user": c.User, "chat": c.Chat, "channel": c.Channel} {
		if value != "" {
			query.Set(name, value)
		}
	}
	found, err := server.conversations(ctx, b.Bot, query, c.Limit)
	if err != nil {
		return err
	}
	if s.flags.Output == "text" {
		printConversations(s.Stdout, found)
		return nil
	}
	return printAll(s, found, func(io.Writer, conversation) {})
}

// conversationsPage is how many conversations the server gives at once.
const conversationsPage = 100

// conversations reads up to limit conversations, each once.
func (c *client) conversations(ctx context.Context, botName string, query url.Values, limit int) ([]conversation, error) {
	var all []conversation
	known := map[string]bool{}
	for {
		query.Set("limit", fmt.Sprint(min(limit-len(all), conversationsPage)))
		var page struct {
			Conversations []conversation `json:"conversations"`
			Next          string         `json:"next"`
		}
		if err := c.call(ctx, "GET "+botPath(botName)+"/conversations?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		for _, found := range page.Conversations {
			if place := found.Channel + " " + found.Chat + " " + found.User; !known[place] {
				known[place] = true
				all = append(all, found)
			}
		}
		if page.Next == "" || len(all) >= limit {
			return all, nil
		}
		query.Set("cursor", page.Next)
	}
}

func printConversations(w io.Writer, all []conversation) {
	if len(all) == 0 {
		fmt.Fprintln(w, "no conversations")
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CHANNEL\tCHAT\tUSER\tSTATE\tSINCE\tLAST EVENT")
	for _, c := range all {
		stands := state(c.State)
		if c.MovedTo != "" {
			stands = "(the chat is " + c.MovedTo + " now)"
		}
		fmt.Fprintln(table, strings.Join([]string{c.Channel, c.Chat, c.User, stands, local(c.Since), local(c.UpdatedAt)}, "\t"))
	}
	_ = table.Flush() // what it writes to keeps its own error
}

func local(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format(time.DateTime)
}

// conversationPlace is how commands name a conversation.
type conversationPlace struct {
	conversationsHelp
	Bot     string `arg:"" help:"Name of the bot."`
	Chat    string `arg:"" help:"The chat, as the list shows it."`
	User    string `arg:"" help:"The user, as the list shows it."`
	Channel string `help:"Name of the channel; not needed where the bot has only one." placeholder:"NAME"`
}

// change makes a call for the conversation; done says in a word what came of it.
func (p *conversationPlace) change(ctx context.Context, s *session, method string, body any, done string) error {
	server := s.client()
	channel, err := server.channel(ctx, p.Bot, p.Channel)
	if err != nil {
		return err
	}
	path := botPath(p.Bot) + "/channels/" + url.PathEscape(channel) + "/conversations/" + url.PathEscape(p.Chat) + "/" + url.PathEscape(p.User)
	after := conversation{Channel: channel, Chat: p.Chat, User: p.User}
	var answer any
	if method != "DELETE" {
		answer = &after
	}
	if err := server.call(ctx, method+" "+path, body, answer); err != nil {
		return err
	}
	return s.print(after, func(w io.Writer) {
		fmt.Fprintf(w, "the conversation of %s in %s on %s is %s\n", p.User, p.Chat, channel, done)
	})
}

// channel gives the name of the only channel of a bot, unless one is named.
func (c *client) channel(ctx context.Context, botName, name string) (string, error) {
	if name != "" {
		return name, nil
	}
	b, err := c.bot(ctx, botName)
	if err != nil {
		return "", err
	}
	if len(b.Channels) == 1 {
		return b.Channels[0].Name, nil
	}
	names := make([]string, len(b.Channels))
	for i, ch := range b.Channels {
		names[i] = ch.Name
	}
	return "", &usage{"which channel? --channel " + cmp.Or(strings.Join(names, ", "), "(the bot has none)")}
}

type conversationsMoveCommand struct {
	conversationPlace
	State string `arg:"" help:"A state that the bot names."`
}

func (c *conversationsMoveCommand) Run(ctx context.Context, s *session) error {
	return c.change(ctx, s, "PATCH", map[string]string{"state": c.State}, "in state "+c.State)
}

type conversationsResetCommand struct{ conversationPlace }

func (c *conversationsResetCommand) Run(ctx context.Context, s *session) error {
	return c.change(ctx, s, "PATCH", map[string]bool{"reset": true}, "reset")
}

type conversationsDeleteCommand struct{ conversationPlace }

func (c *conversationsDeleteCommand) Run(ctx context.Context, s *session) error {
	return c.change(ctx, s, "DELETE", nil, "deleted")
}
