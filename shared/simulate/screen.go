package simulate

import (
	"context"
	"sync"
	"time"

	"hookline/shared/bot"
)

// Screen is a chat as its users see it: what the bot did there. The zero value is a chat in which it did nothing yet.
type Screen struct {
	mu      sync.Mutex
	did     int64 // how much the bot has done here
	sent    []*Sent
	changed chan struct{} // closed when the bot has done something
}

// Show adds what the bot did, of which at most most are kept. It gives the function that notes whether the bot was told.
func (s *Screen) Show(done Sent, most int) (told func(yes bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did++
	done.N = s.did
	if len(s.sent) >= most {
		s.sent = append(s.sent[:0:0], s.sent[len(s.sent)-most/2:]...)
	}
	s.sent = append(s.sent, &done)
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
	return func(yes bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		done.Answered = yes
	}
}

// after gives what the bot did after the n-th, and a channel that is closed when it has done more.
func (s *Screen) after(n int64) ([]Sent, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.did - int64(len(s.sent))
	from := min(max(0, n-first), int64(len(s.sent)))
	seen := make([]Sent, 0, int64(len(s.sent))-from)
	for _, done := range s.sent[from:] {
		seen = append(seen, *done)
	}
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return seen, s.changed
}

// Watch gives what is on a screen after the n-th, and waits up to patience for something to come.
func (n *Network) Watch(ctx context.Context, s *Screen, after int64, patience time.Duration) []Sent {
	ctx, cancel := n.while(ctx)
	defer cancel()
	ctx, cancelWait := context.WithTimeout(ctx, patience)
	defer cancelWait()
	for {
		sent, changed := s.after(after)
		if len(sent) > 0 {
			return sent
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return sent
		}
	}
}

// Choose finds the button that is pressed: what shows it, and its index among Shown.Buttons, which is -1 for Choice.Data.
func (s *Screen) Choose(c Choice) (Sent, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.sent) - 1; i >= 0; i-- {
		shown := *s.sent[i]
		if shown.Message == "" || c.Message != "" && shown.Message != c.Message {
			continue
		}
		if c.Data != "" {
			return shown, -1, nil
		}
		if c.Message == "" && len(shown.Shown.Buttons) == 0 {
			continue
		}
		index, err := c.among(shown.Shown.Buttons)
		return shown, index, err
	}
	return Sent{}, 0, bot.Errorf(bot.NotFound, "the bot has sent no such message")
}

func (c Choice) among(buttons []Button) (int, error) {
	for i, b := range buttons {
		if c.Place == i+1 || c.Place == 0 && c.Label != "" && c.Label == b.Text {
			return i, nil
		}
	}
	return 0, bot.Errorf(bot.NotFound, "the message has no such button")
}
