package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// record is what a call changes, on its way into the audit. Calls that change no configuration have none: a nil record
// takes what it is told and keeps nothing.
type record struct {
	entry store.AuditEntry
	// vain: nothing was changed.
	vain bool
}

type recordKey struct{}

// audited gives each call that may change configuration its record; answering keeps it once the call has succeeded.
// Sending messages changes none.
func (a *API) audited(ctx huma.Context, next func(huma.Context)) {
	o := ctx.Operation()
	if o.Method == http.MethodGet || neededBy(o) == store.ScopeSend {
		next(ctx)
		return
	}
	who := callerOf(ctx.Context())
	r := &record{entry: store.AuditEntry{By: who.name, Token: who.token, Operation: o.OperationID, Resource: map[string]string{}}}
	for _, parameter := range o.Parameters {
		switch {
		case parameter.In != "path":
		case parameter.Name == "bot":
			r.entry.Bot = ctx.Param("bot")
		default:
			r.entry.Resource[parameter.Name] = a.pseudonymous(who.account, parameter.Name, ctx.Param(parameter.Name))
		}
	}
	next(huma.WithValue(ctx, recordKey{}, r))
}

// pseudonymous keeps users and chats of networks out of the audit, which lasts longer than anything else of them. In their
// own chats with a bot users have one pseudonym however they are named: as user, chat, or recipient <channel>#<chat>.
func (a *API) pseudonymous(account, part, value string) string {
	channel := ""
	switch part {
	case "recipient":
		if id, chat, ok := strings.Cut(value, "#"); ok {
			channel, value = id+"#", chat
		}
	case "user", "chat":
	default:
		return value
	}
	return channel + a.Store.AuditPseudonym(account, strings.TrimPrefix(value, "user:"))
}

func recordOf(ctx context.Context) *record {
	r, _ := ctx.Value(recordKey{}).(*record)
	return r
}

// note adds what has changed. Secrets have no place in it.
func (r *record) note(changes ...store.Change) {
	if r != nil {
		r.entry.Changes = append(r.entry.Changes, changes...)
	}
}

// name adds a part of what was changed that is not in the address.
func (r *record) name(part, value string) {
	if r != nil {
		r.entry.Resource[part] = value
	}
}

// about says which bot was changed where the address does not name it.
func (r *record) about(bot string) {
	if r != nil {
		r.entry.Bot = bot
	}
}

// drop keeps a call out of the audit that has changed nothing.
func (r *record) drop() {
	if r != nil {
		r.vain = true
	}
}

// keep writes the record of a call that succeeded. What has been changed stays changed if it cannot be written.
func (a *API) keep(ctx context.Context) {
	r := recordOf(ctx)
	if r == nil || r.vain {
		return
	}
	// Whoever called may have gone, and finds it done when it is asked for again.
	if err := a.Store.PutAudit(context.WithoutCancel(ctx), account(ctx), r.entry); err != nil {
		a.Log.ErrorContext(ctx, "a change is not in the audit", "operation", r.entry.Operation, "by", r.entry.By, "error", err)
	}
}

type auditInput struct {
	Bot    string `query:"bot" doc:"only changes of this bot"`
	User   string `query:"user" maxLength:"768" doc:"only what concerned this user or chat of a network, by the network's id"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type auditOutput struct {
	Body struct {
		Entries []store.AuditEntry `json:"entries"`
		Next    string             `json:"next,omitempty" doc:"there are more entries, even where this page has few"`
	}
}

func (a *API) registerAudit(h huma.API) {
	o := operation("list-audit", http.MethodGet, "/v1/audit", "Who changed what, newest first")
	o.Description = "Changes of configuration are kept for a year. Secrets are masked: only that one has a new value is seen. " +
		"Users and chats of networks are named by pseudonyms, made of their ids with a key: nothing is left of who was erased, " +
		"and who knows the id finds the entries by user."
	huma.Register(h, o, answering(a, a.listAudit))
}

func (a *API) listAudit(ctx context.Context, in *auditInput) (*auditOutput, error) {
	entries, next, err := a.Store.FindAudit(ctx, store.AuditQuery{
		Account: account(ctx), Bot: in.Bot, Person: in.User, After: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	out := &auditOutput{}
	out.Body.Entries, out.Body.Next = append([]store.AuditEntry{}, entries...), next
	return out, nil
}

// noteDifferences notes what publishing a definition is about to change.
func (a *API) noteDifferences(ctx context.Context, def bot.Definition) error {
	r := recordOf(ctx)
	if r == nil {
		return nil
	}
	answer, err := a.rehearse(ctx, def)
	r.note(answer.Changes...)
	return err
}
