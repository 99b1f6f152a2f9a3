package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// lastCalls is how long calls that run may take once the server stops.
const lastCalls = 10 * time.Second

// door is the HTTP server. Once closed it takes no calls but those of a simulated network, which is itself: replies that
// are on their way must still arrive there.
type door struct {
	server http.Server
	closed atomic.Bool
	// ending ends calls of users of a simulated network that wait for news.
	ending context.Context
	end    context.CancelFunc
}

func newDoor(handler http.Handler, log *slog.Logger) *door {
	d := &door{}
	d.ending, d.end = context.WithCancel(context.Background())
	d.server = http.Server{
		Handler:           d.guard(handler),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	return d
}

func (d *door) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inside := strings.HasPrefix(r.URL.Path, simulatedPath)
		if d.closed.Load() && !inside {
			w.Header().Set("Connection", "close")
			http.Error(w, "the server is stopping", http.StatusServiceUnavailable)
			return
		}
		if inside {
			ctx, cancel := context.WithCancel(r.Context())
			defer context.AfterFunc(d.ending, cancel)()
			defer cancel()
			r = r.WithContext(ctx)
		}
		next.ServeHTTP(w, r)
	})
}

func (d *door) serve(listener net.Listener) error {
	if err := d.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// close takes no more calls from outside.
func (d *door) close() { d.closed.Store(true) }

// shutDown waits for the calls that run, for a time, and closes all connections.
func (d *door) shutDown() {
	d.end()
	ctx, cancel := context.WithTimeout(context.Background(), lastCalls)
	defer cancel()
	if d.server.Shutdown(ctx) != nil {
		_ = d.server.Close() // those that took too long are cut off
	}
}
