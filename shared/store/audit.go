package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
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
	// Resource are the parts of the address beside the bot, by name. A user or chat of a network is kept as a pseudonym only.
	Resource map[string]string `json:"resource,omitempty"`
	Changes  []Change          `json:"changes,omitempty"`
	Omitted  int               `json:"omitted,omitempty" doc:"how many more changes there were"`
}

// Change is one difference between what was and what is now. A secret shows only that it has another value.
type Change struct {
	Path string `json:"path"`
	// What is added, removed, changed, reordered (handlers), "new value" (a secret) or "set to" a value.
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

// AuditPseudonym is how the audit of an account names a user or chat of a network, so that nothing is left of who was
// erased. Who knows the id finds the entries by it. The id may be escaped, as addresses of conversations have it.
func (s *Store) AuditPseudonym(account, id string) string { return s.pseudonyms(account, id)[0] }

func (s *Store) pseudonyms(account, id string) []string {
	return s.keys.Pseudonyms(account, keyUnescaper.Replace(id))
}

// keyUnescaper undoes what keys do to ids.
var keyUnescaper = strings.NewReplacer("%25", "%", "%23", "#", "%3A", ":", "%2D", "-")

// auditScan is how many entries are looked at, at most, for those of one bot or person.
const auditScan = 200

// AuditQuery asks for entries of an account, newest first, behind After; with a Bot, those of that name only, and with a
// Person those that name a user or chat of that id.
type AuditQuery struct {
	Account, Bot, Person string
	After                string
	Limit                int
}

// Audit gives entries of an account, as FindAudit of all persons.
func (s *Store) Audit(ctx context.Context, account, botName, after string, limit int) (found []AuditEntry, next string, err error) {
	return s.FindAudit(ctx, AuditQuery{Account: account, Bot: botName, After: after, Limit: limit})
}

// FindAudit gives the entries that are asked for. Next is where to go on, "" at the end: a page may hold less than the
// limit before that.
func (s *Store) FindAudit(ctx context.Context, asked AuditQuery) (found []AuditEntry, next string, err error) {
	q := Query{PK: auditKey(asked.Account, time.Time{}, "").PK, After: asked.After, Limit: asked.Limit, Newest: true}
	var names []string
	if asked.Person != "" {
		names = append(s.pseudonyms(asked.Account, asked.Person), asked.Person) // older entries have the id itself
	}
	if asked.Bot+asked.Person != "" {
		q.Limit = max(asked.Limit, auditScan)
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
		if (asked.Bot == "" || e.Bot == asked.Bot) && (asked.Person == "" || e.concerns(names)) {
			found = append(found, e)
		}
		if len(found) == asked.Limit {
			return found, next, nil
		}
	}
	if len(items) < q.Limit {
		next = ""
	}
	return found, next, nil
}

// concerns tells whether an entry names a person. A recipient is named by its channel and, behind '#', its chat.
func (e AuditEntry) concerns(names []string) bool {
	_, recipient, _ := strings.Cut(e.Resource["recipient"], "#")
	return slices.ContainsFunc([]string{e.Resource["user"], e.Resource["chat"], recipient}, func(named string) bool {
		return slices.Contains(names, named)
	})
}
