package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
)

func (a *API) registerParts(h huma.API) {
	o, body := written("patch-bot", http.MethodPatch, "/v1/bots/{bot}", "Change a bot file by a JSON merge patch, and publish it")
	o.Description = "RFC 7396: objects are merged, null removes, everything else replaces. Credentials that are left out keep their values."
	huma.Register(h, o, answering(a, a.patchBot))
	accept(body, huma.TypeObject)
	for _, p := range parts {
		a.registerPart(h, p)
	}
}

func (a *API) registerPart(h huma.API, p part) {
	path := "/v1/bots/{bot}/" + p.field
	one := path + "/{name}"
	if p.field != "hooks" && p.field != "channels" { // their lists tell of addresses and health
		huma.Register(h, operation("list-"+p.field, http.MethodGet, path, "Read the bot file's "+p.field), answering(a, a.listPart(p)))
	}
	huma.Register(h, operation("get-"+p.one, http.MethodGet, one, "Read one of the bot file's "+p.field), answering(a, a.getPart(p)))
	huma.Register(h, operation("delete-"+p.one, http.MethodDelete, one, "Remove one of the bot file's "+p.field+", and publish it"),
		answering(a, a.deletePart(p)))
	if p.list {
		o, body := written("create-"+p.one, http.MethodPost, path, "Add one to the bot file's "+p.field+", and publish it")
		o.DefaultStatus = http.StatusCreated
		huma.Register(h, o, answering(a, a.createPart(p)))
		accept(body, p.kind)
	}
	o, body := written("put-"+p.one, http.MethodPut, one, "Write one of the bot file's "+p.field+", and publish it")
	huma.Register(h, o, answering(a, a.putPart(p)))
	accept(body, p.kind)
	o, body = written("patch-"+p.one, http.MethodPatch, one, "Change one of the bot file's "+p.field+" by a JSON merge patch, and publish it")
	huma.Register(h, o, answering(a, a.patchPart(p)))
	accept(body, p.kind)
}

// written is an operation with a body that is checked as a part of the whole bot file, with the messages of `hookline check`.
func written(id, method, path, summary string) (huma.Operation, *huma.RequestBody) {
	o := operation(id, method, path, summary)
	o.SkipValidateBody, o.RequestBody = true, &huma.RequestBody{Required: true}
	return o, o.RequestBody
}

// accept has the document say what JSON a body is: huma takes a raw one for a text.
func accept(body *huma.RequestBody, kind string) {
	for _, content := range body.Content {
		content.Schema = &huma.Schema{Type: kind}
	}
}

type changeBotInput struct {
	Bot     string `path:"bot"`
	IfMatch string `header:"If-Match" doc:"the ETag of the revision that is changed"`
	RawBody []byte `contentType:"application/json"`
}

func (a *API) patchBot(ctx context.Context, in *changeBotInput) (*putBotOutput, error) {
	var patch map[string]any
	if err := bodyOf(in.RawBody, &patch); err != nil {
		return nil, err
	}
	return a.edit(ctx, in.Bot, in.IfMatch, func(doc document) error {
		changed := merged(doc, patch).(map[string]any)
		clear(doc)
		for name, value := range changed {
			doc[name] = value
		}
		return nil
	})
}

// read gives something of a bot file, unless the caller has the live one.
func (a *API) read(ctx context.Context, in getBotInput, find func(document) (any, error)) (*shownOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	if err := fresh(in.IfNoneMatch, head); err != nil {
		return nil, err
	}
	doc, err := a.document(ctx, head, masked)
	if err != nil {
		return nil, err
	}
	value, err := find(doc)
	if err != nil {
		return nil, err
	}
	return shown(head, value)
}

func (a *API) listPart(p part) func(context.Context, *listInput) (*shownOutput, error) {
	return func(ctx context.Context, in *listInput) (*shownOutput, error) {
		return a.read(ctx, getBotInput{Bot: in.Bot}, func(doc document) (any, error) {
			if p.list {
				return p.pageOfList(doc, in)
			}
			return p.pageOfObject(doc, in), nil
		})
	}
}

func (p part) pageOfList(doc document, in *listInput) (document, error) {
	list, _ := doc[p.field].([]any)
	at := -1
	if in.Cursor != "" {
		if at = p.find(list, in.Cursor); at < 0 {
			return nil, bot.Errorf(bot.Invalid, fmt.Sprintf("the cursor is of a %s that is gone: read the list from its start", p.one))
		}
	}
	page, more := cut(list, at+1, in.Limit)
	next := ""
	if more {
		next, _ = page[in.Limit-1].(map[string]any)["name"].(string)
	}
	return paged(p.field, append([]any{}, page...), next), nil
}

func (p part) pageOfObject(doc document, in *listInput) document {
	object, _ := doc[p.field].(map[string]any)
	page := document{}
	names, next := in.sorted(slices.Sorted(maps.Keys(object)))
	for _, name := range names {
		page[name] = object[name]
	}
	return paged(p.field, page, next)
}

type partInput struct {
	Bot     string `path:"bot"`
	Name    string `path:"name"`
	IfMatch string `header:"If-Match" doc:"the ETag of the revision that is changed"`
}

type getPartInput struct {
	Bot         string `path:"bot"`
	Name        string `path:"name"`
	IfNoneMatch string `header:"If-None-Match" doc:"an ETag that is known: 304 if it is the live one"`
}

func (a *API) getPart(p part) func(context.Context, *getPartInput) (*shownOutput, error) {
	return func(ctx context.Context, in *getPartInput) (*shownOutput, error) {
		return a.read(ctx, getBotInput{in.Bot, in.IfNoneMatch}, func(doc document) (any, error) {
			value, ok := p.get(doc, in.Name)
			if !ok {
				return nil, p.missing(in.Bot, in.Name)
			}
			return value, nil
		})
	}
}

type writePartInput struct {
	Bot     string `path:"bot"`
	Name    string `path:"name"`
	IfMatch string `header:"If-Match" doc:"the ETag of the revision that is changed"`
	RawBody []byte `contentType:"application/json"`
}

// replaced and patched are the two ways of changing something.
func replaced(_, value any) any  { return value }
func patched(old, patch any) any { return merged(old, patch) }

// putPart makes what is not there; patchPart does not: a patch is meant for something.
func (a *API) putPart(p part) func(context.Context, *writePartInput) (*putBotOutput, error) {
	return a.changePart(p, replaced, func(document, *writePartInput) error { return nil })
}

func (a *API) patchPart(p part) func(context.Context, *writePartInput) (*putBotOutput, error) {
	return a.changePart(p, patched, func(doc document, in *writePartInput) error { return p.in(doc, in.Bot, in.Name) })
}

func (a *API) changePart(
	p part, change func(old, given any) any, allow func(document, *writePartInput) error,
) func(context.Context, *writePartInput) (*putBotOutput, error) {
	return func(ctx context.Context, in *writePartInput) (*putBotOutput, error) {
		var given any
		if err := bodyOf(in.RawBody, &given); err != nil {
			return nil, err
		}
		return a.edit(ctx, in.Bot, in.IfMatch, func(doc document) error {
			if err := allow(doc, in); err != nil {
				return err
			}
			old, _ := p.get(doc, in.Name)
			return p.set(doc, in.Name, change(old, given))
		})
	}
}

// deletePart answers as the other changes do. Its type is that of reads: each pair of types is much code in the program.
func (a *API) deletePart(p part) func(context.Context, *partInput) (*shownOutput, error) {
	return func(ctx context.Context, in *partInput) (*shownOutput, error) {
		out, err := a.edit(ctx, in.Bot, in.IfMatch, func(doc document) error {
			if err := p.in(doc, in.Bot, in.Name); err != nil {
				return err
			}
			p.remove(doc, in.Name)
			return nil
		})
		if err != nil {
			return nil, err
		}
		body, err := json.Marshal(out.Body)
		return &shownOutput{ETag: out.ETag, Body: body}, err
	}
}

type createPartInput struct {
	Bot     string `path:"bot"`
	Before  string `query:"before" doc:"name of the one that it is put before; without, it is put at the end"`
	IfMatch string `header:"If-Match" doc:"the ETag of the version that is changed"`
	RawBody []byte `contentType:"application/json"`
}

func (a *API) createPart(p part) func(context.Context, *createPartInput) (*putBotOutput, error) {
	return func(ctx context.Context, in *createPartInput) (*putBotOutput, error) {
		var given document
		if err := bodyOf(in.RawBody, &given); err != nil {
			return nil, err
		}
		name, _ := given["name"].(string)
		return a.edit(ctx, in.Bot, in.IfMatch, func(doc document) error {
			list, _ := doc[p.field].([]any)
			if p.find(list, name) >= 0 {
				return bot.Errorf(bot.Conflict, fmt.Sprintf("bot %s has a %s %s already", in.Bot, p.one, name))
			}
			at := len(list)
			if in.Before != "" {
				if at = p.find(list, in.Before); at < 0 {
					return bot.Errorf(bot.Invalid, fmt.Sprintf("before: bot %s has no %s %s", in.Bot, p.one, in.Before))
				}
			}
			doc[p.field] = slices.Insert(list, at, any(given))
			return nil
		})
	}
}
