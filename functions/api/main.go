// Function api is the management API of a stack: bots are published, connected and looked at through it.
package main

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"hookline/shared/api"
	"hookline/shared/cloud"
	"hookline/shared/lambdahttp"
	"hookline/shared/provider/catalog"
	"hookline/shared/secret"
	"hookline/shared/store"
)

const account = "admin" // the main account, which makes the others

func main() {
	slog.SetDefault(lambdacontext.NewLogger())
	c, err := cloud.Open(context.Background(), os.Getenv)
	if err != nil {
		slog.Error("function cannot start", "error", err)
		os.Exit(1)
	}
	management := &api.API{
		Store: store.New(c.Table, c.Keys, time.Now), Queue: c.Queue, Notifications: c.Notifications,
		Providers: catalog.New(http.DefaultClient, os.Getenv),
		Owner:     account, TokenHash: secret.HashToken(c.Keys.AdminToken(account)), Mode: api.Public,
		OnChange: func() {}, Log: slog.Default(), Now: time.Now,
	}
	var made sync.Once
	var routes http.Handler
	lambdahttp.Start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		made.Do(func() {
			// Without a domain of its own the stack's address is known from the calls only, which the gateway vouches for.
			management.Address = cmp.Or(c.PublicURL, "https://"+r.Host)
			routes = management.Handler()
		})
		routes.ServeHTTP(w, r)
	}))
}
