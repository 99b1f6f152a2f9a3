// Function pyrus takes Pyrus's webhook calls and puts their events on the queue.
package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"hookline/shared/cloud"
	"hookline/shared/lambdahttp"
	"hookline/shared/metrics"
	"hookline/shared/provider/pyrus"
	"hookline/shared/store"
	"hookline/shared/webhook"
)

func main() {
	slog.SetDefault(lambdacontext.NewLogger())
	c, err := cloud.Open(context.Background(), os.Getenv)
	if err != nil {
		slog.Error("function cannot start", "error", err)
		os.Exit(1)
	}
	network := pyrus.New(http.DefaultClient, "", "") // which nobody calls from here
	door := webhook.New(network, store.New(c.Table, c.Keys, time.Now), c.Queue)
	door.Metrics = &metrics.Set{}
	mux := http.NewServeMux()
	mux.Handle(door.Pattern(), door)
	report := metrics.NewEMF(door.Metrics, os.Stdout, lambdacontext.FunctionName)
	lambdahttp.Start(report.Handler(mux))
}
