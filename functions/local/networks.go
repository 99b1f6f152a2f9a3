package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"hookline/shared/api"
	"hookline/shared/bot"
	"hookline/shared/simulate"
	"hookline/shared/simulate/kik"
	"hookline/shared/simulate/messenger"
	"hookline/shared/simulate/pyrus"
	"hookline/shared/simulate/telegram"
)

// simulatedPath is where the simulated networks are, each under its name.
const simulatedPath = "/simulate/"

// simulations are the networks that can be simulated: a new one is one line here.
var simulations = []simulation{
	{"kik", func() simulate.Simulated { return kik.New() }, map[string]string{"HOOKLINE_KIK_URL": ""}},
	{"messenger", func() simulate.Simulated { return messenger.New() }, map[string]string{"HOOKLINE_MESSENGER_URL": ""}},
	{"pyrus", func() simulate.Simulated { return pyrus.New() }, map[string]string{
		"HOOKLINE_PYRUS_URL": "/v4", "HOOKLINE_PYRUS_AUTH_URL": "/api/v4",
	}},
	{"telegram", func() simulate.Simulated { return telegram.New() }, map[string]string{"HOOKLINE_TELEGRAM_URL": ""}},
}

// simulation says how a network is made, and which environment variables lead the provider to it: each to the network's
// address with a path behind it.
type simulation struct {
	name        string
	make        func() simulate.Simulated
	environment map[string]string
}

// networks are the simulated ones that run, by name.
type networks map[string]simulate.Simulated

func startNetworks(log *slog.Logger) networks {
	all := networks{}
	for _, s := range simulations {
		all[s.name] = s.make()
		all[s.name].Ground().Log = log
	}
	return all
}

func (n networks) mount(mux *http.ServeMux) {
	for name, network := range n {
		mux.Handle(simulatedPath+name+"/", http.StripPrefix(simulatedPath+name, network))
	}
}

func (n networks) close() {
	for _, network := range n {
		network.Ground().Close()
	}
}

// makeUp gives a credential that a simulated network takes: the same each time, another for each channel.
func (n networks) makeUp(botName, channel string, spec bot.ChannelSpec, field string) bot.Secret {
	network, ok := n[spec.Provider]
	if !ok {
		return ""
	}
	return network.MakeUp(sha256.Sum256(fmt.Appendf(nil, "%q %q", botName, channel)), spec, field)
}

// doSteps enters a channel's webhook where its network has pages for that.
func (n networks) doSteps(ch bot.Channel, address string) error {
	pages, ok := n[ch.Provider].(simulate.Pages)
	if !ok {
		return bot.Errorf(bot.Unsupported, "the simulated "+ch.Provider+" has no page to enter a webhook on")
	}
	return pages.EnterWebhook(ch, address)
}

// simulatedEnvironment points providers at the simulated networks at url.
func simulatedEnvironment(url string) func(string) string {
	return func(name string) string {
		for _, s := range simulations {
			if path, ok := s.environment[name]; ok {
				return url + simulatedPath + s.name + path
			}
		}
		return os.Getenv(name)
	}
}

// modeOf says how events reach us. Networks post to https addresses only.
func modeOf(simulated bool, publicURL string) api.Mode {
	switch {
	case simulated:
		return api.Simulated
	case publicURL == "":
		return api.Polling
	case strings.HasPrefix(publicURL, "https://"):
		return api.Public
	}
	return api.Private
}

// webhookBase is the base of webhook addresses.
func (s *server) webhookBase() string {
	if public := os.Getenv("HOOKLINE_PUBLIC_URL"); public != "" && !s.Simulate {
		return strings.TrimRight(public, "/")
	}
	return s.url
}

// ownURL is how programs on this machine reach the address that we listen on.
func ownURL(addr *net.TCPAddr) string {
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, fmt.Sprint(addr.Port))
}

// transport keeps a connection for each worker.
func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 2*workers, workers
	return t
}

// pageSize is how many accounts or bots are read at a time.
const pageSize = 500

// channels gives all channels of all bots of all accounts.
func (s *server) channels(ctx context.Context) ([]bot.Channel, error) {
	owners, err := s.owners(ctx)
	if err != nil {
		return nil, err
	}
	var channels []bot.Channel
	for _, owner := range owners {
		more, err := s.channelsOf(ctx, owner)
		if err != nil {
			return nil, err
		}
		channels = append(channels, more...)
	}
	return channels, nil
}

// owners gives the ids of all accounts, the main one's first.
func (s *server) owners(ctx context.Context) ([]string, error) {
	owners := []string{account}
	for after := ""; ; {
		accounts, err := s.store.Accounts(ctx, after, pageSize)
		if err != nil {
			return nil, err
		}
		for _, other := range accounts {
			if other.ID != account { // which is among them once it has made a token
				owners = append(owners, other.ID)
			}
		}
		if len(accounts) < pageSize {
			return owners, nil
		}
		after = accounts[len(accounts)-1].ID
	}
}

func (s *server) channelsOf(ctx context.Context, owner string) ([]bot.Channel, error) {
	var channels []bot.Channel
	for after := ""; ; {
		heads, err := s.store.Bots(ctx, owner, after, pageSize)
		if err != nil {
			return nil, err
		}
		for _, head := range heads {
			for _, id := range head.Channels {
				ch, err := s.store.Channel(ctx, id)
				if err != nil {
					return nil, err
				}
				channels = append(channels, ch)
			}
		}
		if len(heads) < pageSize {
			return channels, nil
		}
		after = heads[len(heads)-1].Name
	}
}

// keepHealth notes how fetching a channel's events goes.
func (s *server) keepHealth(ctx context.Context, id string, cause error) {
	health := bot.Health{CheckedAt: time.Now()}
	if cause != nil {
		health.Error = bot.PublicMessage(cause)
	}
	if err := s.store.SetHealth(ctx, id, health); err != nil {
		s.Log.Warn("health of a channel is not kept", "channel", id, "error", err)
	}
}
