// Function hook takes what the owners' applications post to hooks and puts it on its way to their recipients.
package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"hookline/shared/cloud"
	"hookline/shared/lambdahttp"
	"hookline/shared/metrics"
	"hookline/shared/notify"
	"hookline/shared/store"
)

func main() {
	slog.SetDefault(lambdacontext.NewLogger())
	c, err := cloud.Open(context.Background(), os.Getenv)
	if err != nil {
		slog.Error("function cannot start", "error", err)
		os.Exit(1)
	}
	hooks := notify.New(store.New(c.Table, c.Keys, time.Now), c.Notifications)
	hooks.Metrics = &metrics.Set{}
	report := metrics.NewEMF(hooks.Metrics, os.Stdout, lambdacontext.FunctionName)
	lambdahttp.Start(report.Handler(hooks.Handler()))
}
