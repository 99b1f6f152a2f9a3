package simulate

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"hookline/shared/bot"
)

// Delivery is one POST to a webhook.
type Delivery struct {
	URL    string
	Header http.Header
	Body   []byte
}

// Try makes a POST. Every answer but 2xx is an error; beside it stands how long the webhook asked to be left alone.
// No error shows the address. A post that has begun goes on until the network is closed.
func (n *Network) Try(d Delivery) (retryAfter time.Duration, err error) {
	r, err := http.NewRequestWithContext(n.closing, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return 0, errors.New("bad webhook address")
	}
	if d.Header != nil {
		r.Header = d.Header.Clone()
	}
	resp, err := n.Client.Do(r)
	if err != nil {
		if cause, ok := errors.AsType[*url.Error](err); ok {
			err = cause.Err
		}
		return 0, fmt.Errorf("connection failed: %w", err)
	}
	defer resp.Body.Close()
	// Reading to the end lets the connection be used again.
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, MaxBody))
	if resp.StatusCode/100 == 2 {
		return 0, nil
	}
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	pause := time.Duration(min(max(0, seconds), 3600)) * time.Second
	return pause, fmt.Errorf("wrong response from the webhook: %s", resp.Status)
}

// Attempts gives what is posted at each try, counted from 1; false gives up.
type Attempts func(try int) (Delivery, bool)

// Deliver posts until the webhook takes it or there is no further try. What is delivered in one lane is posted one after
// another. Kind unavailable: MaxWaiting posts wait.
func (n *Network) Deliver(lane string, post Attempts) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.waiting >= n.MaxWaiting {
		return bot.Errorf(bot.Unavailable, "too many calls wait for the bot")
	}
	if n.closed {
		return nil
	}
	n.waiting++
	waiting, running := n.lanes[lane]
	n.lanes[lane] = append(waiting, post)
	if !running {
		n.runners.Go(func() { n.work(lane) })
	}
	return nil
}

// work posts what waits in a lane until nothing is left.
func (n *Network) work(lane string) {
	for post := n.first(lane); post != nil; post = n.next(lane) {
		n.repeat(lane, post)
	}
}

func (n *Network) first(lane string) Attempts {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.lanes[lane][0]
}

// next drops what was posted and gives what comes after it, nil if the lane is empty now or the network closed.
func (n *Network) next(lane string) Attempts {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waiting--
	rest := n.lanes[lane][1:]
	if len(rest) == 0 || n.closed {
		n.waiting -= len(rest)
		delete(n.lanes, lane)
		return nil
	}
	n.lanes[lane] = rest
	return rest[0]
}

func (n *Network) repeat(lane string, post Attempts) {
	for try := 1; n.closing.Err() == nil; try++ {
		delivery, ok := post(try)
		if !ok {
			return
		}
		pause, err := n.Try(delivery)
		if err == nil {
			return
		}
		n.Log.Debug("simulated network: delivery failed", "lane", lane, "try", try, "error", err)
		n.Wait(n.closing, cmp.Or(pause, n.RetryDelay(try)))
	}
}
