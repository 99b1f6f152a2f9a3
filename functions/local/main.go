// Command hookline is all of Hookline in one process on one SQLite file, and its command line.
package main

import (
	"context"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"hookline/shared/cli"
	"hookline/shared/provider/catalog"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal kills
	return cli.Run(ctx, os.Args[1:], cli.Env{
		Program:   os.Args[0],
		Stdin:     os.Stdin,
		Stdout:    os.Stdout,
		Stderr:    os.Stderr,
		LookupEnv: os.LookupEnv,
		Providers: catalog.New(http.DefaultClient, os.Getenv),
		Serve:     serve,
		Backup:    backup,
		Restore:   restore,
	})
}
