package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

type connectCommand struct {
	Bot      string `arg:"" help:"Name of the bot."`
	Channel  string `arg:"" optional:"" help:"Name of the channel; all of the bot's if left out."`
	TakeOver bool   `help:"Replace an address that is registered by somebody else."`
	Rotate   bool   `help:"Register a new webhook secret."`
}

func (connectCommand) Help() string {
	return `Registers the server's address as the webhook and asks the network whether it took it.

  hookline connect pizza
  hookline connect pizza telegram --take-over`
}

func (c *connectCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	channels, err := server.channels(ctx, c.Bot, c.Channel)
	if err != nil {
		return err
	}
	calls := connecting{server, c.Bot, connectOptions{TakeOver: c.TakeOver, Rotate: c.Rotate}, c.Channel != ""}
	return s.report(channels, calls.all(ctx, channels))
}

type disconnectCommand struct {
	Bot     string `arg:"" help:"Name of the bot."`
	Channel string `arg:"" optional:"" help:"Name of the channel; all of the bot's if left out."`
}

func (disconnectCommand) Help() string {
	return `Removes the server's address from the network, if it is what is registered there.

  hookline disconnect pizza telegram`
}

func (c *disconnectCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	channels, err := server.channels(ctx, c.Bot, c.Channel)
	if err != nil {
		return err
	}
	return s.report(channels, eachChannel(channels, func(ch *channelInfo) error {
		*ch = channelInfo{Name: ch.Name, Provider: ch.Provider, ID: ch.ID, Address: ch.Address}
		return server.call(ctx, "POST "+channelPath(c.Bot, ch.Name)+"/disconnect", nil, ch)
	}))
}

// channels gives one channel of a bot, or all.
func (c *client) channels(ctx context.Context, botName, name string) ([]channelInfo, error) {
	bot, err := c.bot(ctx, botName)
	if err != nil || name == "" {
		return bot.Channels, err
	}
	for _, ch := range bot.Channels {
		if ch.Name == name {
			return []channelInfo{ch}, nil
		}
	}
	return nil, &refusal{status: http.StatusNotFound, detail: "bot " + botName + " has no channel " + name}
}

func channelPath(botName, channel string) string {
	return botPath(botName) + "/channels/" + url.PathEscape(channel)
}

type connectOptions struct {
	TakeOver bool `json:"take_over,omitempty"`
	Rotate   bool `json:"rotate,omitempty"`
}

// connecting connects channels of a bot.
type connecting struct {
	server  *client
	bot     string
	options connectOptions
	// named: the channel was asked for by its name, so that one that is disabled is refused, not passed over.
	named bool
}

// all connects channels, notes in each how it went, and tells whether all went well.
func (c connecting) all(ctx context.Context, channels []channelInfo) bool {
	return eachChannel(channels, func(ch *channelInfo) error { return c.channel(ctx, ch) })
}

func (c connecting) channel(ctx context.Context, ch *channelInfo) error {
	ch.Error = ""
	if ch.Disabled && !c.named {
		return nil
	}
	return c.server.call(ctx, "POST "+channelPath(c.bot, ch.Name)+"/connect", c.options, ch)
}

func eachChannel(channels []channelInfo, do func(*channelInfo) error) bool {
	well := true
	for i := range channels {
		if err := do(&channels[i]); err != nil {
			channels[i].Error, well = err.Error(), false
		}
	}
	return well
}

// report prints channels, and is an error unless all is well with them.
func (s *session) report(channels []channelInfo, well bool) error {
	err := s.print(struct {
		Channels []channelInfo `json:"channels"`
	}{append([]channelInfo{}, channels...)}, func(w io.Writer) { printChannels(w, channels) })
	if err == nil && !well {
		return errReported
	}
	return err
}

func printChannels(w io.Writer, channels []channelInfo) {
	for _, ch := range channels {
		fmt.Fprintf(w, "  %s", ch.Name)
		if ch.Username != "" {
			fmt.Fprintf(w, " @%s", ch.Username)
		}
		fmt.Fprintf(w, " %s\n    %s\n", ch.Address, standing(ch))
		for i, step := range ch.Steps {
			fmt.Fprintf(w, "    %d. %s\n", i+1, step)
		}
	}
}

// standing says how a channel was connected.
func standing(ch channelInfo) string {
	switch {
	case ch.Error != "":
		return "not connected: " + ch.Error
	case ch.Disabled:
		return "disabled: nothing comes in or goes out"
	case ch.Mode == simulated:
		return "connected to the simulated network"
	case ch.Mode == "public":
		return "connected"
	case ch.Mode == "polling":
		return "events are fetched, as the server has no public address"
	case ch.Mode == "private":
		return "no webhook is registered: HOOKLINE_PUBLIC_URL is not https"
	}
	return "no webhook is registered"
}
