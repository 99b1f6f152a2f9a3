package api

import (
	"context"
	"time"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/store"
)

// channelInfo is what may be shown of a channel.
type channelInfo struct {
	Name     string `json:"name"`
	Provider string `json:"provider"`
	ID       string `json:"id"`
	// Address is where the network's calls go.
	Address     string    `json:"address"`
	Username    string    `json:"username,omitempty"`
	Disabled    bool      `json:"disabled,omitempty" doc:"what comes in is dropped, and nothing goes out"`
	CreatedAt   time.Time `json:"created_at,omitzero"`
	UpdatedAt   time.Time `json:"updated_at,omitzero" doc:"when a bot file last changed it"`
	ConnectedAt time.Time `json:"connected_at,omitzero"`
	Error       string    `json:"error,omitempty" doc:"what was wrong when the channel was last connected"`
}

func (a *API) describe(channels []bot.Channel) []channelInfo {
	infos := make([]channelInfo, 0, len(channels))
	for _, ch := range channels {
		infos = append(infos, channelInfo{
			Name: ch.Name, Provider: ch.Provider, ID: ch.ID, Address: a.address(ch),
			Username: ch.Identity.Username, Disabled: ch.Disabled, CreatedAt: ch.CreatedAt, UpdatedAt: ch.UpdatedAt,
			ConnectedAt: ch.Health.ConnectedAt, Error: ch.Health.Error,
		})
	}
	return infos
}

// listChannels gives a bot's channels, by name.
func (a *API) listChannels(ctx context.Context, in *listInput) (*shownOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	names, next := in.names(head.Channels)
	channels, err := a.channelsNamed(ctx, head, names)
	if err != nil {
		return nil, err
	}
	return shown(head, paged("channels", a.describe(channels), next))
}

func (a *API) address(ch bot.Channel) string { return a.Address + "/" + ch.Provider + "/" + ch.ID }

// registers tells whether connecting a channel registers its webhook.
func (a *API) registers() bool { return a.Mode == Public || a.Mode == Simulated }

// ChannelInfo is for embedding: of a struct whose name is not exported the OpenAPI document would not show the fields.
type ChannelInfo = channelInfo

type connectInput struct {
	Bot     string `path:"bot"`
	Channel string `path:"channel"`
	Body    *struct {
		TakeOver bool `json:"take_over,omitempty" doc:"replace an address that somebody else registered"`
		Rotate   bool `json:"rotate,omitempty" doc:"register a new webhook secret"`
	}
}

type connection struct {
	ChannelInfo
	Mode Mode `json:"mode"`
	// Steps are what a person has to do, with the exact values.
	Steps []string `json:"steps,omitempty"`
}

type connectOutput struct {
	Body connection
}

func (a *API) connectChannel(ctx context.Context, in *connectInput) (*connectOutput, error) {
	ch, err := a.channel(ctx, in.Bot, in.Channel)
	if err != nil {
		return nil, err
	}
	if ch.Disabled {
		return nil, bot.Errorf(bot.Conflict, "channel "+ch.Name+" is disabled: publish the bot without its disabled, then connect it")
	}
	var takeOver, rotate bool
	if in.Body != nil {
		takeOver, rotate = in.Body.TakeOver, in.Body.Rotate
	}
	if rotate && a.registers() {
		if ch, err = a.Store.RotateSecret(ctx, ch.ID); err != nil {
			return nil, err
		}
		recordOf(ctx).note(store.Change{Path: "webhook_secret", What: "new value"})
	}
	steps, err := a.connect(ctx, ch, takeOver)
	if err != nil {
		return nil, a.unwell(ctx, ch, err)
	}
	a.OnChange()
	if ch, err = a.Store.Channel(ctx, ch.ID); err != nil {
		return nil, err
	}
	return &connectOutput{connection{a.describe([]bot.Channel{ch})[0], a.Mode, steps}}, nil
}

// connect asks the network who the channel is and, where networks can reach us, registers its webhook.
func (a *API) connect(ctx context.Context, ch bot.Channel, takeOver bool) (steps []string, err error) {
	connector, err := a.connector(ch)
	if err != nil {
		return nil, err
	}
	identity, err := connector.Identify(ctx, ch)
	if err != nil {
		return nil, err
	}
	if err := a.Store.SetIdentity(ctx, ch.ID, identity); err != nil {
		return nil, err
	}
	if !a.registers() {
		return nil, a.checkPolling(ctx, ch)
	}
	made, err := connector.Connect(ctx, ch, a.address(ch), takeOver)
	if err != nil {
		return nil, err
	}
	if len(made.Steps) > 0 && a.DoSteps != nil {
		ch.Identity = identity
		if err := a.DoSteps(ch, a.address(ch)); err != nil {
			return nil, err
		}
		made.Steps = nil
	}
	now := a.Now()
	return made.Steps, a.Store.SetConnected(ctx, ch.ID, bot.Health{Address: a.address(ch), ConnectedAt: now, CheckedAt: now})
}

// checkPolling says at once what would keep the channel's events from being fetched.
func (a *API) checkPolling(ctx context.Context, ch bot.Channel) error {
	if poller, ok := a.Providers[ch.Provider].(provider.Poller); ok && a.Mode == Polling {
		if err := poller.Pollable(ctx, ch); err != nil {
			return err
		}
	}
	return a.Store.SetHealth(ctx, ch.ID, bot.Health{CheckedAt: a.Now()})
}

// unwell keeps the cause of a failed connection as the channel's health, and gives it for the caller of the API: there
// a network's refusal of the channel's credentials must not read as a refusal of the admin token.
func (a *API) unwell(ctx context.Context, ch bot.Channel, cause error) error {
	health := ch.Health
	health.CheckedAt, health.Error = a.Now(), bot.PublicMessage(cause)
	if err := a.Store.SetHealth(ctx, ch.ID, health); err != nil {
		a.Log.ErrorContext(ctx, "health of a channel is not kept", "channel", ch.ID, "error", err)
	}
	kind := bot.KindOf(cause)
	if kind == bot.Unauthorized || kind == bot.Forbidden {
		kind = bot.Invalid
	}
	return &bot.Error{
		Kind: kind, Reason: bot.ReasonOf(cause), Message: "channel " + ch.Name + ": " + bot.PublicMessage(cause),
		Err: cause, RetryAfter: bot.RetryAfterOf(cause),
	}
}

type channelInput struct {
	Bot     string `path:"bot"`
	Channel string `path:"channel"`
}

type disconnectOutput struct {
	Body channelInfo
}

func (a *API) disconnectChannel(ctx context.Context, in *channelInput) (*disconnectOutput, error) {
	ch, err := a.channel(ctx, in.Bot, in.Channel)
	if err != nil {
		return nil, err
	}
	connector, err := a.connector(ch)
	if err != nil {
		return nil, err
	}
	if err := connector.Disconnect(ctx, ch, a.registered(ch)); err != nil {
		return nil, a.unwell(ctx, ch, err)
	}
	if err := a.setDisconnected(ctx, &ch); err != nil {
		return nil, err
	}
	a.OnChange()
	return &disconnectOutput{a.describe([]bot.Channel{ch})[0]}, nil
}

func (a *API) setDisconnected(ctx context.Context, ch *bot.Channel) error {
	ch.Health = bot.Health{CheckedAt: a.Now()}
	return a.Store.SetHealth(ctx, ch.ID, ch.Health)
}

// silence disconnects a channel that is disabled. It is disabled even where its network does not let go of it: what is
// posted to it is dropped, and the next publication tries to disconnect it again.
func (a *API) silence(ctx context.Context, ch *bot.Channel) error {
	if !ch.Disabled || ch.Health.Address == "" {
		return nil
	}
	connector, err := a.connector(*ch)
	if err != nil {
		return err
	}
	if err := connector.Disconnect(ctx, *ch, ch.Health.Address); err != nil {
		return bot.Wrap(bot.KindOf(err), "is disabled, but its webhook is still registered: "+bot.PublicMessage(err), err)
	}
	return a.setDisconnected(ctx, ch)
}

// retire disconnects and removes a channel that the bot file no longer names. It is removed even where its network does
// not let go of it: what is posted to it finds nothing.
func (a *API) retire(ctx context.Context, ch bot.Channel) error {
	var left error
	if connector, err := a.connector(ch); err == nil && ch.Health.Address != "" {
		left = connector.Disconnect(ctx, ch, ch.Health.Address)
	}
	if err := a.Store.RemoveChannel(ctx, ch); err != nil {
		return err
	}
	return left
}

// registered is the address that the network has of a channel, as far as we know.
func (a *API) registered(ch bot.Channel) string {
	if ch.Health.Address != "" {
		return ch.Health.Address
	}
	return a.address(ch)
}

func (a *API) connector(ch bot.Channel) (provider.Connector, error) {
	connector, ok := a.Providers[ch.Provider].(provider.Connector)
	if !ok {
		return nil, bot.Errorf(bot.Unsupported, "channels of "+ch.Provider+" are not connected by us")
	}
	return connector, nil
}

// channel finds a channel by the names in an address.
func (a *API) channel(ctx context.Context, botName, name string) (bot.Channel, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), botName)
	if err != nil {
		return bot.Channel{}, err
	}
	id, ok := head.Channels[name]
	if !ok {
		return bot.Channel{}, bot.Errorf(bot.NotFound, "bot "+botName+" has no channel "+name)
	}
	return a.Store.Channel(ctx, id)
}
