package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"
)

type botsCommand struct{}

func (botsCommand) Help() string {
	return `Lists the bots of the server with their live versions and channels.

  hookline bots
  hookline bots -o json`
}

func (*botsCommand) Run(ctx context.Context, s *session) error {
	bots, err := s.client().bots(ctx)
	if err != nil {
		return err
	}
	return s.print(struct {
		Bots []botInfo `json:"bots"`
	}{append([]botInfo{}, bots...)}, func(w io.Writer) { printBots(w, bots) })
}

const noBot = "no bot yet: hookline apply FILE"

func printBots(w io.Writer, bots []botInfo) {
	if len(bots) == 0 {
		fmt.Fprintln(w, noBot)
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, b := range bots {
		channels := make([]string, 0, len(b.Channels))
		for _, ch := range b.Channels {
			channels = append(channels, ch.Name)
		}
		fmt.Fprintf(table, "%s\tversion %d\t%s\n", b.Bot, b.Version, strings.Join(channels, ", "))
	}
	_ = table.Flush() // what it writes to keeps its own error
}

type channelsCommand struct {
	Bot string `arg:"" optional:"" help:"Name of the bot; those of all bots if left out."`
}

func (channelsCommand) Help() string {
	return `Lists channels: the addresses that networks post to, and what was wrong when they were last connected.

  hookline channels
  hookline channels pizza`
}

// botChannels are the channels of one bot.
type botChannels struct {
	Bot      string        `json:"bot"`
	Channels []channelInfo `json:"channels"`
}

func (c *channelsCommand) Run(ctx context.Context, s *session) error {
	found, err := s.client().channelsOf(ctx, c.Bot)
	if err != nil {
		return err
	}
	return printList(s, found, noBot, func(w io.Writer, b botChannels) {
		fmt.Fprintln(w, b.Bot)
		for _, ch := range b.Channels {
			printChannel(w, ch)
		}
	})
}

// channelsOf gives the channels of a bot, or of each bot there is.
func (c *client) channelsOf(ctx context.Context, name string) ([]botChannels, error) {
	if name != "" {
		channels, err := pages[channelInfo](ctx, c, botPath(name)+"/channels", "channels", url.Values{}, 0)
		return []botChannels{{name, channels}}, err
	}
	bots, err := c.bots(ctx)
	found := make([]botChannels, 0, len(bots))
	for _, b := range bots {
		found = append(found, botChannels{b.Bot, b.Channels})
	}
	return found, err
}

func printChannel(w io.Writer, ch channelInfo) {
	who := ch.Name
	if ch.Provider != ch.Name {
		who += " on " + ch.Provider
	}
	if ch.Username != "" {
		who += " @" + ch.Username
	}
	state := "no webhook is registered"
	switch {
	case ch.Disabled:
		state = "disabled: nothing comes in or goes out"
	case ch.Error != "":
		state = "not connected: " + ch.Error
	case !ch.ConnectedAt.IsZero():
		state = "connected " + ch.ConnectedAt.Local().Format(time.DateTime)
	}
	fmt.Fprintf(w, "  %s %s\n    %s\n", who, ch.Address, state)
}
