package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"hookline/shared/api"
	"hookline/shared/bot"
)

// simulatedPath is where the simulated Telegram is.
const simulatedPath = "/simulate/telegram"

// simulatedEnvironment points providers at the simulated networks.
func (s *server) simulatedEnvironment(name string) string {
	if name == "HOOKLINE_TELEGRAM_URL" {
		return s.url + simulatedPath
	}
	return os.Getenv(name)
}

// madeUp gives a credential for the simulated Telegram: a token, the same each time, another for each channel.
func madeUp(botName, channel, field string) bot.Secret {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", botName, channel, field))
	id := 1_000_000_000 + binary.BigEndian.Uint64(sum[:8])%9_000_000_000
	return bot.Secret(fmt.Sprintf("%d:%s", id, base64.RawURLEncoding.EncodeToString(sum[8:])))
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

// pageOfBots is how many bots are read at a time.
const pageOfBots = 500

// channels gives all channels of all bots.
func (s *server) channels(ctx context.Context) ([]bot.Channel, error) {
	var channels []bot.Channel
	for after := ""; ; {
		heads, err := s.store.Bots(ctx, account, after, pageOfBots)
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
		if len(heads) < pageOfBots {
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
