package api

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/store"
)

// limit is one of an account as a call changes it: left out it stays, 0 and null are the server's default.
type limit struct {
	given bool
	to    int
}

// UnmarshalJSON reads a whole number or null.
func (l *limit) UnmarshalJSON(data []byte) (err error) {
	l.given, l.to = true, 0
	if !bytes.Equal(data, []byte("null")) {
		l.to, err = strconv.Atoi(string(data))
	}
	return err
}

// Schema is what the OpenAPI document says of it.
func (limit) Schema(huma.Registry) *huma.Schema {
	none := 0.0
	return &huma.Schema{Type: huma.TypeInteger, Format: "int64", Nullable: true, Minimum: &none}
}

// limitChanges are the limits of an account as a call changes them.
type limitChanges struct {
	Bots        limit `json:"bots,omitzero" maximum:"100000" doc:"how many bots"`
	Handlers    limit `json:"handlers,omitzero" maximum:"1000000" doc:"how many handlers a bot"`
	StoredBytes limit `json:"stored_bytes,omitzero" maximum:"1000000000000" doc:"of all versions of a bot that are kept, compressed"`
	Requests    limit `json:"requests,omitzero" maximum:"1000000000" doc:"of a bot's handlers a minute, in each process; a change is seen within a minute"`
	Sends       limit `json:"sends,omitzero" maximum:"1000000" doc:"messages of a channel a second, in each process; a change is seen within a minute"`
}

func (c limitChanges) apply(l *store.Limits) {
	for _, field := range []struct {
		limit
		of *int
	}{{c.Bots, &l.Bots}, {c.Handlers, &l.Handlers}, {c.StoredBytes, &l.StoredBytes}, {c.Requests, &l.Requests}, {c.Sends, &l.Sends}} {
		if field.given {
			*field.of = field.to
		}
	}
}

// noteLimits tells the audit of limits that have changed.
func noteLimits(ctx context.Context, before, after store.Limits) {
	if before == after {
		return
	}
	was, errBefore := json.Marshal(before)
	is, errAfter := json.Marshal(after)
	if errBefore == nil && errAfter == nil {
		recordOf(ctx).note(store.Change{Path: "limits", What: "changed", Before: was, After: is})
	}
}
