package feed_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hookline/shared/bot"
	"hookline/shared/feed"
	"hookline/shared/provider"
	"hookline/shared/provider/telegram"
	"hookline/shared/simulate"
	simulated "hookline/shared/simulate/telegram"
)

const (
	token   = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
	botName = "sim_110201543_bot"
)

// handover is a queue that gives jobs to the test one by one.
type handover chan bot.Job

func (q handover) Send(ctx context.Context, jobs ...bot.Job) error {
	for _, j := range jobs {
		select {
		case q <- j:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// TestTelegram polls the simulated Telegram over HTTP while it answers badly: every event arrives, in order.
func TestTelegram(t *testing.T) {
	sim := simulated.New()
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	network := telegram.New(server.Client(), server.URL)
	ch := bot.Channel{
		ID: "c", Bot: "b", Provider: "telegram",
		Credentials: map[string][]bot.Credential{"token": {{Value: token}}},
	}
	identity, err := network.Identify(t.Context(), ch)
	if err != nil || identity.Username != botName {
		t.Fatalf("Identify = %+v, %v, want %s", identity, err, botName)
	}
	faults := simulate.Faults{Seed: 1, Methods: []string{"getUpdates"}, Rates: map[simulate.Fault]float64{
		simulate.ServerError: 0.2, simulate.ResetBefore: 0.2, simulate.ResetAfter: 0.2,
	}}
	if err := sim.SetFaults(faults); err != nil {
		t.Fatal(err)
	}
	const messages = 50
	ann := simulate.Talk{Bot: botName, User: simulate.User{ID: "7", FirstName: "Ann"}}
	queue := make(handover)
	feeds := feed.New(provider.NewSet(network), queue, func(context.Context) ([]bot.Channel, error) {
		return []bot.Channel{ch}, nil
	})
	feeds.Wait = func(context.Context, time.Duration) {}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- feeds.Run(ctx) }()
	for i := range messages {
		if _, err := sim.Say(ann, fmt.Sprint("message ", i)); err != nil {
			t.Fatal(err)
		}
		job := <-queue
		if want := fmt.Sprint("message ", i); job.Event.Text != want || job.Event.Kind != bot.Text {
			t.Errorf("job %d is %+v, want %s", i, job.Event, want)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run = %v, want nil", err)
	}
	if len(sim.FaultCounts()) == 0 {
		t.Error("no call went wrong")
	}
}

// TestTelegramElsewhere: a bot whose updates go to a webhook is not polled, and the webhook stays, T39.
func TestTelegramElsewhere(t *testing.T) {
	sim := simulated.New()
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	network := telegram.New(server.Client(), server.URL)
	ch := bot.Channel{
		ID: "c", Provider: "telegram", WebhookSecrets: []bot.Secret{"secret"},
		Credentials: map[string][]bot.Credential{"token": {{Value: token}}},
	}
	if _, err := network.Connect(t.Context(), ch, "https://bot.example/hook", false); err != nil {
		t.Fatal(err)
	}
	feeds := feed.New(provider.NewSet(network), make(handover), func(context.Context) ([]bot.Channel, error) {
		return []bot.Channel{ch}, nil
	})
	refused := make(chan error, 1)
	feeds.Health = func(_ context.Context, _ string, err error) { refused <- err }
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- feeds.Run(ctx) }()
	err := <-refused
	if bot.KindOf(err) != bot.Conflict || !strings.Contains(err.Error(), "bot.example") {
		t.Errorf("Health was told %v, want a conflict that names bot.example", err)
	}
	cancel()
	<-done
	if err := network.Disconnect(t.Context(), ch, "https://bot.example/hook"); err != nil {
		t.Errorf("Disconnect of the webhook that must still be there = %v", err)
	}
}
