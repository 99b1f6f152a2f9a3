package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/store"
)

func (a *API) registerHealth(h huma.API) {
	op := operation("get-channel-health", http.MethodGet, "/v1/bots/{bot}/channels/{channel}/health",
		"Whether a channel's events reach us, as its network says")
	op.Description = "The network is asked for the webhook it has; where it cannot be, what was noted when the channel was last connected is told."
	huma.Register(h, op, answering(a, a.channelHealth))
}

// webhookState is where the events of a channel go.
type webhookState string

const (
	webhookOurs      webhookState = "registered"
	webhookElsewhere webhookState = "elsewhere" // another program's address is registered
	webhookNone      webhookState = "none"
	webhookUnknown   webhookState = "unknown" // the network did not answer
)

type channelHealth struct {
	ChannelInfo
	Mode    Mode         `json:"mode"`
	Webhook webhookState `json:"webhook" enum:"registered,elsewhere,none,unknown"`
	// Asked tells whether that is what the network says now, or what was noted earlier.
	Asked          bool      `json:"asked" doc:"the network was asked; otherwise this was noted earlier"`
	NetworkError   string    `json:"network_error,omitempty" doc:"why the network could not post events"`
	NetworkErrorAt time.Time `json:"network_error_at,omitzero"`
	Waiting        int       `json:"waiting,omitempty" doc:"events that the network still has to post"`
	LastEventAt    time.Time `json:"last_event_at,omitzero" doc:"when the last event was handled, if it is among the bot's last 500"`
}

type channelHealthOutput struct {
	Body channelHealth
}

func (a *API) channelHealth(ctx context.Context, in *channelInput) (*channelHealthOutput, error) {
	ch, err := a.channel(ctx, in.Bot, in.Channel)
	if err != nil {
		return nil, err
	}
	health := channelHealth{ChannelInfo: a.describe([]bot.Channel{ch})[0], Mode: a.Mode}
	if ch.Health.Address != "" {
		health.Webhook = webhookOurs
	} else {
		health.Webhook = webhookNone
	}
	a.inspect(ctx, ch, &health)
	health.LastEventAt, err = a.lastEvent(ctx, ch)
	return &channelHealthOutput{health}, err
}

// inspect asks the network. That it does not answer is part of the health, too.
func (a *API) inspect(ctx context.Context, ch bot.Channel, health *channelHealth) {
	inspector, ok := a.Providers[ch.Provider].(provider.Inspector)
	if !ok {
		return
	}
	found, err := inspector.Inspect(ctx, ch)
	if bot.KindOf(err) == bot.Unsupported {
		return
	}
	health.Asked = true
	if err != nil {
		health.Webhook, health.Error = webhookUnknown, bot.PublicMessage(err)
		return
	}
	health.NetworkError, health.NetworkErrorAt, health.Waiting = found.LastError, found.LastErrorAt, found.Waiting
	switch {
	case found.Address == "":
		health.Webhook = webhookNone
	case a.isOurs(ch, found.Address):
		health.Webhook = webhookOurs
	default: // it may hold somebody else's secret, and is not shown
		health.Webhook = webhookElsewhere
	}
}

// isOurs tells whether calls to an address come to us. Accounts of one app share the address of one of them.
func (a *API) isOurs(ch bot.Channel, address string) bool {
	shared := ch.Setting(bot.AccountField) != "" && strings.HasPrefix(address, a.Address+"/"+ch.Provider+"/")
	return shared || address == a.registered(ch)
}

// recentTurns is how many turns are looked through for a channel's last event.
const recentTurns = 500

func (a *API) lastEvent(ctx context.Context, ch bot.Channel) (time.Time, error) {
	looked := 0
	for turn, err := range a.Store.Turns(ctx, store.TurnQuery{Bot: ch.Bot}) {
		if err != nil || turn.Channel == ch.ID {
			return turn.Time, err
		}
		if looked++; looked == recentTurns {
			break
		}
	}
	return time.Time{}, nil
}
