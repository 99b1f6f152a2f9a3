// Package simulate plays chat networks on this machine: each is an http.Handler that is as strict as the real one, has a
// side for users (a terminal, a test, a load generator) and gets things wrong on demand. README.md has the addresses.
package simulate

import (
	"encoding/json"
	"net/http"
	"strconv"

	"hookline/shared/bot"
)

// maxBody is how much of a call is read, in bytes.
const maxBody = 1 << 20

func writeJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}

// writeError answers on the users' side. The network's own side has its own form.
func writeError(w http.ResponseWriter, err error) {
	// A client that is gone needs no answer.
	_ = writeJSON(w, bot.KindOf(err).HTTPStatus(), map[string]string{"error": bot.PublicMessage(err)})
}

func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(v)
	if err != nil {
		return bot.Wrap(bot.Invalid, "the body is not the JSON that is wanted here", err)
	}
	return nil
}
