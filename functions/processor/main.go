// Function processor handles the jobs that wait on the queues.
package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"hookline/shared/cloud"
	"hookline/shared/engine"
	"hookline/shared/fetch"
	"hookline/shared/metrics"
	"hookline/shared/provider/catalog"
	"hookline/shared/store"
)

func main() {
	slog.SetDefault(lambdacontext.NewLogger())
	c, err := cloud.Open(context.Background(), os.Getenv)
	if err != nil {
		slog.Error("function cannot start", "error", err)
		os.Exit(1)
	}
	networks := http.DefaultTransport.(*http.Transport).Clone()
	networks.MaxIdleConnsPerHost = 10 // as many as a batch has jobs
	providers := catalog.New(&http.Client{Transport: networks}, os.Getenv)
	e := engine.New(store.New(c.Table, c.Keys, time.Now), providers, slog.Default(), time.Now)
	e.Metrics, e.Conversations, e.Notifications = &metrics.Set{}, c.Queue, c.Notifications
	e.Requests, e.Limits = fetch.New(c.AllowedHosts), engine.Limits{Sends: c.Sends, Requests: c.Requests}
	report := metrics.NewEMF(e.Metrics, os.Stdout, lambdacontext.FunctionName)
	consumer := c.Consumer(e.Handle)
	consumer.AfterBatch = func(ctx context.Context) {
		e.Flush(ctx)
		report.Flush()
	}
	lambda.Start(consumer.Handle)
}
