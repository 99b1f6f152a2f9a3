// Package catalog is the list of the chat networks that Hookline speaks with: a new one is one line here.
package catalog

import (
	"net/http"

	"hookline/shared/provider"
	"hookline/shared/provider/kik"
	"hookline/shared/provider/pyrus"
	"hookline/shared/provider/telegram"
)

// New makes all providers. getenv names the base addresses of their APIs; an unset one is the network's own.
func New(client *http.Client, getenv func(string) string) provider.Set {
	return provider.NewSet(
		kik.New(client, getenv("HOOKLINE_KIK_URL")),
		pyrus.New(client, getenv("HOOKLINE_PYRUS_URL"), getenv("HOOKLINE_PYRUS_AUTH_URL")),
		telegram.New(client, getenv("HOOKLINE_TELEGRAM_URL")),
	)
}
