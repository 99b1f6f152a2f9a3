package cli

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"hookline/shared/bot"
)

type chatCommand struct {
	Bot      string `arg:"" optional:"" help:"Name of the bot; not needed where there is only one."`
	Provider string `default:"" enum:",telegram,messenger,kik,pyrus" help:"Network to talk through: telegram, messenger, kik or pyrus. Left out: the bot's only one, else telegram." placeholder:"NAME"`
	User     string `default:"1" help:"Id of the made-up user." placeholder:"ID"`
	Name     string `default:"Ada" help:"First name of the made-up user."`
	Chat     string `help:"Id of the chat; on Telegram a group's is below 0. Left out: the user's own chat with the bot." placeholder:"ID"`
}

func (chatCommand) Help() string {
	return `Every line is sent as a user's message. Buttons are numbered: type the number to press one. Ctrl-D ends.
Works with a server that was started with --simulate.

  hookline chat
  echo hello | hookline chat pizza`
}

func (c *chatCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	t, err := c.talk(ctx, server)
	if err != nil {
		return err
	}
	prompt := ""
	if isTerminal(s.Stdin) {
		prompt = "> "
		fmt.Fprintf(s.Stdout, "You are talking to @%s of bot %s. Ctrl-D ends.\n", t.username, t.bot)
	}
	lines := readLines(s.Stdin)
	for {
		fmt.Fprint(s.Stdout, prompt)
		select {
		case <-ctx.Done():
			return nil
		case line, more := <-lines:
			if !more {
				return nil
			}
			if err := s.converse(ctx, t, line); err != nil {
				return err
			}
		}
	}
}

// talk opens the chat.
func (c *chatCommand) talk(ctx context.Context, server *client) (*talk, error) {
	mode, err := server.mode(ctx)
	if err != nil {
		return nil, err
	}
	if mode != simulated {
		return nil, &refusal{detail: "the server does not simulate networks: start it with --simulate, or write to the bot on its network"}
	}
	b, err := server.bot(ctx, c.Bot)
	if err != nil {
		return nil, err
	}
	ch, err := c.channel(b)
	if err != nil {
		return nil, err
	}
	t := &talk{
		server: server, bot: b.Bot, provider: ch.Provider, username: ch.Username, chat: cmp.Or(c.Chat, c.User),
		user: chatUser{ID: c.User, FirstName: c.Name},
	}
	return t, t.open(ctx)
}

// channel picks the bot's channel on the network that is asked for.
func (c *chatCommand) channel(b botInfo) (channelInfo, error) {
	provider := c.Provider
	if provider == "" && len(b.Channels) == 1 {
		provider = b.Channels[0].Provider
	}
	provider = cmp.Or(provider, "telegram")
	there := slices.DeleteFunc(slices.Clone(b.Channels), func(ch channelInfo) bool { return ch.Provider != provider })
	if len(there) == 0 {
		return channelInfo{}, &refusal{detail: "bot " + b.Bot + " has no channel on " + provider}
	}
	at := slices.IndexFunc(there, func(ch channelInfo) bool { return !ch.Disabled })
	if at < 0 {
		return channelInfo{}, &refusal{detail: "the channel " + there[0].Name + " is disabled: it takes no messages"}
	}
	if there[at].Username == "" {
		return channelInfo{}, &refusal{detail: "the channel is not connected yet: hookline connect " + b.Bot}
	}
	return there[at], nil
}

// readLines gives lines until the end of in. Reading cannot be interrupted, so it has a goroutine of its own, which ends
// with the program.
func readLines(in io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(in)
		for scanner.Scan() {
			lines <- scanner.Text()
		}
	}()
	return lines
}

// converse sends one line and prints what comes back.
func (s *session) converse(ctx context.Context, t *talk, line string) error {
	if line == "" {
		return nil
	}
	if err := t.act(ctx, line); err != nil {
		return err
	}
	turn, err := t.outcome(ctx)
	if err != nil {
		return err
	}
	replies, err := t.news(ctx)
	if err != nil {
		return err
	}
	switch {
	case turn.Error != "":
		fmt.Fprintf(s.Stderr, "(%s: %s)\n", turn.Outcome, turn.Error)
	case len(replies) == 0:
		fmt.Fprintf(s.Stderr, "(no reply: %s)\n", cmp.Or(string(turn.Outcome), "the message is still waiting"))
	}
	return printAll(s, replies, printSaid)
}

// chatReply is a message of the bot's, as its user sees it.
type chatReply struct {
	Text     string        `json:"text"`
	Buttons  []chatButton  `json:"buttons,omitempty"`
	Media    *bot.Media    `json:"media,omitempty"`
	Location *bot.Location `json:"location,omitempty"`
}

type chatButton struct {
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
}

// empty tells whether there is nothing to print.
func (r chatReply) empty() bool {
	return r.Text == "" && len(r.Buttons) == 0 && r.Media == nil && r.Location == nil
}

func printSaid(w io.Writer, r chatReply) {
	if r.Media != nil {
		fmt.Fprintf(w, "(%s: %s)\n", r.Media.Kind, r.Media.Source)
	}
	if r.Location != nil {
		fmt.Fprintf(w, "(location: %s)\n", strings.TrimSpace(fmt.Sprintf("%s, %s %s", r.Location.Latitude, r.Location.Longitude, r.Location.Title)))
	}
	if r.Text != "" {
		fmt.Fprintln(w, r.Text)
	}
	for i, b := range r.Buttons {
		fmt.Fprintf(w, "  [%d] %s", i+1, b.Text)
		if b.URL != "" {
			fmt.Fprintf(w, " (%s)", b.URL)
		}
		fmt.Fprintln(w)
	}
}

// press tells whether a line is the number of one of the buttons that are shown.
func press(line string, buttons int) (place int, ok bool) {
	place, err := strconv.Atoi(line)
	return place, err == nil && place >= 1 && place <= buttons
}
