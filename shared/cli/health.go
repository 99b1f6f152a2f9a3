package cli

import (
	"context"
	"fmt"
	"io"
	"time"
)

type healthCommand struct {
	Bot string `arg:"" optional:"" help:"Name of the bot; not needed where there is only one."`
}

func (healthCommand) Help() string {
	return `Asks the networks of a bot's channels where they send events, and says why they could not, when the last event
came, and how many dead letters wait. Ends with code 1 if a channel's events do not reach the server.

  hookline health pizza`
}

// channelHealth is what the server says of a channel, and what its network says.
type channelHealth struct {
	channelInfo
	Webhook        string    `json:"webhook"`
	Asked          bool      `json:"asked"`
	NetworkError   string    `json:"network_error,omitempty"`
	NetworkErrorAt time.Time `json:"network_error_at,omitzero"`
	Waiting        int       `json:"waiting,omitempty"`
	LastEventAt    time.Time `json:"last_event_at,omitzero"`
}

// deadCount is how many dead letters there are: More if that is only as far as the server counts.
type deadCount struct {
	Count  int       `json:"count"`
	More   bool      `json:"more"`
	Oldest time.Time `json:"oldest,omitzero"`
}

type botHealth struct {
	Bot      string          `json:"bot"`
	Channels []channelHealth `json:"channels"`
	Dead     deadCount       `json:"dead"`
}

func (c *healthCommand) Run(ctx context.Context, s *session) error {
	server := s.client()
	b, err := server.bot(ctx, c.Bot)
	if err != nil {
		return err
	}
	health := botHealth{Bot: b.Bot, Channels: make([]channelHealth, len(b.Channels))}
	well := true
	for i, ch := range b.Channels {
		if err := server.call(ctx, "GET "+channelPath(b.Bot, ch.Name)+"/health", nil, &health.Channels[i]); err != nil {
			return err
		}
		well = well && health.Channels[i].reached()
	}
	if err := server.call(ctx, "GET "+botPath(b.Bot)+"/dead/count", nil, &health.Dead); err != nil {
		return err
	}
	if err := s.print(health, func(w io.Writer) { printHealth(w, health) }); err != nil {
		return err
	}
	if !well {
		return errReported
	}
	return nil
}

// reached tells whether the channel's events come to the server, or are not meant to.
func (ch channelHealth) reached() bool {
	if ch.Disabled {
		return true
	}
	if ch.Mode == "polling" || ch.Mode == "private" {
		return ch.Error == ""
	}
	return ch.Webhook == "registered" && ch.NetworkError == ""
}

func printHealth(w io.Writer, health botHealth) {
	for _, ch := range health.Channels {
		says := "noted when it was connected"
		if ch.Asked {
			says = ch.Provider + " was asked"
		}
		fmt.Fprintln(w, ch.Name)
		if ch.Disabled {
			fmt.Fprintln(w, "  disabled    nothing comes in or goes out")
		}
		fmt.Fprintf(w, "  webhook     %s (%s)\n", ch.Webhook, says)
		if ch.Error != "" {
			fmt.Fprintf(w, "  error       %s\n", ch.Error)
		}
		if ch.NetworkError != "" {
			fmt.Fprintf(w, "  not posted  %s: %s, %d wait\n", ch.NetworkErrorAt.Local().Format(time.DateTime), ch.NetworkError, ch.Waiting)
		}
		if !ch.LastEventAt.IsZero() {
			fmt.Fprintf(w, "  last event  %s\n", ch.LastEventAt.Local().Format(time.DateTime))
		}
	}
	if dead := health.Dead; dead.Count > 0 {
		more := ""
		if dead.More {
			more = " or more"
		}
		fmt.Fprintf(w, "%s%s dead letters, the oldest of %s\n", grouped(dead.Count), more, dead.Oldest.Local().Format(time.DateTime))
	}
}
