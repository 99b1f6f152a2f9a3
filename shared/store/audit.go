package store

import (
	"context"
	"encoding/json"
	"time"
)

// AuditKept is how long it is known who changed what.
const AuditKept = 365 * 24 * time.Hour

// maxAuditBytes is the size of an entry; a larger one loses its changes' values, then changes.
const maxAuditBytes = 64 << 10

// AuditEntry says who changed what.
type AuditEntry struct {
	ID   string    `json:"id"`
	Time time.Time `json:"time"`
	// By is the name of the caller's token, Token its id, "" for the admin token.
	By        string `json:"by"`
	Token     string `json:"token,omitempty"`
	Operation string `json:"operation" doc:"the operation's id in the OpenAPI document"`
	Bot       string `json:"bot,omitempty"`
	// Resource are the parts of the address beside the bot, by name.
	Resource map[string]string `json:"resource,omitempty"`
	Changes  []Change          `json:"changes,omitempty"`
	Omitted  int               `json:"omitted,omitempty" doc:"how many more changes there were"`
}

// Change is one difference between what was and what is now. A secret shows only that it has another value.
type Change struct {
	Path string `json:"path"`
	// What is added, removed, changed, reordered (handlers) or "new value" (a secret).
	What   string          `json:"what"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// PutAudit keeps an entry of an account; its id and time are given here.
func (s *Store) PutAudit(ctx context.Context, account string, e AuditEntry) error {
	e.Time = s.now().UTC()
	key := auditKey(account, e.Time, newID())
	e.ID = key.SK
	item, err := encode(key, e, e.Time.Add(AuditKept))
	if err == nil && len(item.Body) > maxAuditBytes {
		e.Changes = withoutValues(e.Changes)
		item, err = encode(key, e, item.ExpiresAt)
	}
	for err == nil && len(item.Body) > maxAuditBytes && len(e.Changes) > 0 {
		kept := len(e.Changes) / 2
		e.Omitted += len(e.Changes) - kept
		e.Changes = e.Changes[:kept]
		item, err = encode(key, e, item.ExpiresAt)
	}
	if err != nil {
		return err
	}
	_, err = s.table.Put(ctx, item, Always)
	return err
}

func withoutValues(changes []Change) []Change {
	short := make([]Change, len(changes))
	for i, c := range changes {
		short[i] = Change{Path: c.Path, What: c.What}
	}
	return short
}

// auditScan is how many entries are looked at, at most, for those of one bot.
const auditScan = 200

// Audit gives entries of an account, newest first, behind after; with a bot, those of that name only. Next is where to go
// on, "" at the end: a page may hold less than limit before that.
func (s *Store) Audit(ctx context.Context, account, botName, after string, limit int) (found []AuditEntry, next string, err error) {
	q := Query{PK: auditKey(account, time.Time{}, "").PK, After: after, Limit: limit, Newest: true}
	if botName != "" {
		q.Limit = max(limit, auditScan)
	}
	items, err := s.table.Query(ctx, q)
	if err != nil {
		return nil, "", err
	}
	for _, item := range items {
		var e AuditEntry
		if err := decode(item, &e); err != nil {
			return nil, "", err
		}
		next = item.SK
		if botName == "" || e.Bot == botName {
			found = append(found, e)
		}
		if len(found) == limit {
			return found, next, nil
		}
	}
	if len(items) < q.Limit {
		next = ""
	}
	return found, next, nil
}
