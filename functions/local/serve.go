package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"hookline/shared/api"
	"hookline/shared/bot"
	"hookline/shared/cli"
	"hookline/shared/engine"
	"hookline/shared/feed"
	"hookline/shared/fetch"
	"hookline/shared/metrics"
	"hookline/shared/notify"
	"hookline/shared/provider"
	"hookline/shared/provider/catalog"
	"hookline/shared/queue/sqlitequeue"
	"hookline/shared/secret"
	"hookline/shared/sqlitefile"
	"hookline/shared/store"
	"hookline/shared/store/sqlitetable"
	"hookline/shared/webhook"
)

const (
	account = "admin" // the main account, which makes the others
	workers = 64      // jobs of conversations that are handled at once

	noticeWorkers = 16 // so that a broadcast leaves conversations their share
)

// server is all parts of Hookline, wired together.
type server struct {
	cli.ServeOptions
	mode  api.Mode
	url   string // where we listen
	token bot.Secret
	keys  *secret.Keys
	table *sqlitetable.Table
	store *store.Store
	// queue holds what belongs to conversations, notices what comes of calls to hooks.
	queue     *sqlitequeue.Queue
	notices   *sqlitequeue.Queue
	client    *http.Client // calls networks
	providers provider.Set
	engine    *engine.Engine
	feeds     *feed.Feeds
	metrics   metrics.Set
	simulated networks // none unless simulating
}

// serve runs a server until ctx ends. Then it finishes what runs and returns nil.
func serve(ctx context.Context, o cli.ServeOptions) error {
	// The lock on the database comes first: a second server must not touch what is in the directory.
	file, err := sqlitefile.Open(filepath.Join(o.Data, databaseFile))
	if err != nil {
		return err
	}
	s := &server{ServeOptions: o}
	if err := s.open(file); err != nil {
		return errors.Join(err, file.Close())
	}
	listener, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return errors.Join(bot.Wrap(bot.Unavailable, "cannot listen", err), file.Close())
	}
	s.connect(listener.Addr().(*net.TCPAddr))
	return errors.Join(s.run(ctx, listener), file.Close())
}

// connect makes the parts that speak with networks.
func (s *server) connect(addr *net.TCPAddr) {
	s.url = ownURL(addr)
	if !addr.IP.IsLoopback() {
		s.Log.Warn("listening beyond this machine: put a proxy with TLS before it", "addr", addr.String())
	}
	s.mode = modeOf(s.Simulate, os.Getenv("HOOKLINE_PUBLIC_URL"))
	environment := os.Getenv
	if s.Simulate {
		s.simulated = startNetworks(s.Log)
		environment = simulatedEnvironment(s.url)
	}
	s.client = &http.Client{Transport: transport()}
	s.providers = catalog.New(s.client, environment)
	s.engine = engine.New(s.store, s.providers, s.Log, time.Now)
	s.engine.Requests = fetch.New(strings.Split(os.Getenv("HOOKLINE_ALLOW_HOSTS"), ","))
	s.engine.Metrics, s.engine.Conversations, s.engine.Notifications = &s.metrics, s.queue, s.notices
	s.engine.Limits = engine.Limits{Sends: s.Sends, Requests: s.Requests}
	s.feeds = feed.New(s.providers, s.queue, s.channels)
	s.feeds.Log, s.feeds.Health, s.feeds.Metrics = s.Log, s.keepHealth, &s.metrics
}

// handler puts everything that is called under its address.
func (s *server) handler() http.Handler {
	management := &api.API{
		Store: s.store, Queue: s.queue, Notifications: s.notices, Providers: s.providers, Owner: account, TokenHash: secret.HashToken(s.token),
		Address: s.webhookBase(), Mode: s.mode, OnChange: s.feeds.Refresh, Log: s.Log, Now: time.Now,
	}
	mux := http.NewServeMux()
	for _, p := range s.providers {
		door := webhook.New(p, s.store, s.queue)
		door.Log, door.Metrics = s.Log, &s.metrics
		mux.Handle(door.Pattern(), door)
	}
	hooks := notify.New(s.store, s.notices)
	hooks.Log, hooks.Metrics = s.Log, &s.metrics
	mux.Handle("/hook/", hooks.Handler())
	if s.Simulate {
		management.MakeUp, management.DoSteps = s.simulated.makeUp, s.simulated.doSteps
		s.simulated.mount(mux)
	}
	routes := management.Handler()
	mux.Handle("/v1/", routes)
	mux.Handle("/healthz", routes)
	mux.Handle("/docs", routes)
	mux.Handle("GET /metrics", &s.metrics)
	return mux
}

// run serves until it is asked to end or a part fails. What runs then is finished in this order: jobs, while a simulated
// network still takes their replies; calls; and last the records of both.
func (s *server) run(asked context.Context, listener net.Listener) error {
	ctx, stop := context.WithCancelCause(asked)
	defer stop(nil)
	door := newDoor(s.handler(), s.Log)
	recording, stopRecording := context.WithCancel(context.WithoutCancel(ctx))
	var calls, work, records sync.WaitGroup
	part := func(group *sync.WaitGroup, run func() error) {
		group.Go(func() {
			if err := run(); err != nil {
				stop(err)
			}
		})
	}
	part(&calls, func() error { return door.serve(listener) })
	part(&records, func() error { s.engine.Run(recording); return nil })
	part(&work, func() error { return s.queue.Consume(ctx, workers, s.engine.Handle) })
	part(&work, func() error { return s.notices.Consume(ctx, noticeWorkers, s.engine.Handle) })
	part(&work, func() error { s.sweep(ctx); return nil })
	if err := s.Ready(ctx, s.url, s.token); err != nil {
		stop(err)
	}
	if s.mode == api.Polling {
		part(&work, func() error { return s.feeds.Run(ctx) })
	}

	<-ctx.Done()
	if asked.Err() != nil {
		s.Log.Info("stopping")
	}
	door.close()
	work.Wait()
	s.simulated.close()
	// To a simulated network these are connections to our own door, which waits 5 s for one that was never used.
	s.client.CloseIdleConnections()
	door.shutDown()
	calls.Wait()
	stopRecording()
	records.Wait()
	if asked.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}
