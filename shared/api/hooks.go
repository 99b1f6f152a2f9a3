package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// hookInfo is what may be shown of a hook.
type hookInfo struct {
	Name string `json:"name"`
	ID   string `json:"id"`
	// Address is where the owner's application posts to.
	Address  string `json:"address"`
	Token    string `json:"token,omitempty" doc:"opens the hook; shown only when it is made"`
	Key      string `json:"key,omitempty" doc:"signs the hook's calls; shown only when it is made"`
	Disabled bool   `json:"disabled,omitempty" doc:"calls are answered 404; deliveries that wait are skipped"`
	Signed   bool   `json:"signed,omitempty" doc:"calls must be signed with the hook's key"`

	CreatedAt time.Time `json:"created_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero" doc:"when its part of the bot file, its token or its key last changed"`
}

func (a *API) describeHook(h store.Hook) hookInfo {
	return hookInfo{
		Name: h.Name, ID: h.ID, Address: a.Address + "/hook/" + h.ID, Disabled: h.Disabled, Signed: len(h.Keys) > 0,
		CreatedAt: h.CreatedAt, UpdatedAt: h.UpdatedAt,
	}
}

func (a *API) describePublished(hooks []store.PublishedHook) []hookInfo {
	infos := make([]hookInfo, 0, len(hooks))
	for _, h := range hooks {
		info := a.describeHook(h.Hook)
		info.Token = h.Token.Reveal()
		infos = append(infos, info)
	}
	return infos
}

func (a *API) registerHooks(h huma.API) {
	const hooks, hook = "/v1/bots/{bot}/hooks", "/v1/bots/{bot}/hooks/{hook}"
	huma.Register(h, operation("list-hooks", http.MethodGet, hooks, "List hooks"), answering(a, a.listHooks))
	huma.Register(h, operation("rotate-hook", http.MethodPost, hook+"/rotate", "Make a hook's token, or key, anew"), answering(a, a.rotateHook))
	huma.Register(h, operation("delete-hook-key", http.MethodDelete, hook+"/key", "Have calls no longer signed"), answering(a, a.deleteHookKey))
	a.registerRecipients(h, hook+"/recipients")
	huma.Register(h, operation("list-calls", http.MethodGet, hook+"/calls", "List calls to a hook, newest first"), answering(a, a.listCalls))
	huma.Register(h, operation("get-call", http.MethodGet, hook+"/calls/{call}", "What has become of a call to a hook"), answering(a, a.getCall))
}

type listHooksOutput struct {
	Body struct {
		Hooks []hookInfo `json:"hooks"`
		Next  string     `json:"next,omitempty"`
	}
}

func (a *API) listHooks(ctx context.Context, in *listInput) (*listHooksOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), in.Bot)
	if err != nil {
		return nil, err
	}
	out := &listHooksOutput{}
	names, next := in.names(head.Hooks)
	out.Body.Next = next
	out.Body.Hooks, err = a.hooksNamed(ctx, head, names)
	return out, err
}

// hooksNamed describes some of a bot's hooks.
func (a *API) hooksNamed(ctx context.Context, head bot.Head, names []string) ([]hookInfo, error) {
	infos := make([]hookInfo, 0, len(names))
	for _, name := range names {
		h, err := a.Store.Hook(ctx, head.Hooks[name])
		if err != nil {
			return nil, err
		}
		infos = append(infos, a.describeHook(h))
	}
	return infos, nil
}

type hookInput struct {
	Bot  string `path:"bot"`
	Hook string `path:"hook"`
}

type hookOutput struct {
	Body hookInfo
}

// hookID finds a hook by the names in an address, with its bot.
func (a *API) hookID(ctx context.Context, botName, name string) (string, bot.Head, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), botName)
	if err != nil {
		return "", head, err
	}
	id, ok := head.Hooks[name]
	if !ok {
		return "", head, bot.Errorf(bot.NotFound, "bot "+botName+" has no hook "+name)
	}
	return id, head, nil
}

// closed tells whether a hook of the live definition takes no calls: its item may say so that was disabled before
// bot files could say it, and stays so until a file is published that does not.
func (a *API) closed(ctx context.Context, head bot.Head, hook bot.Hook) (bool, error) {
	h, err := a.Store.Hook(ctx, head.Hooks[hook.Name])
	if bot.KindOf(err) == bot.NotFound {
		return hook.Disabled, nil
	}
	return hook.Disabled || h.Disabled, err
}

// afterwards describes a hook that was changed.
func (a *API) afterwards(ctx context.Context, id string) (*hookOutput, error) {
	h, err := a.Store.Hook(ctx, id)
	return &hookOutput{a.describeHook(h)}, err
}

type rotateHookInput struct {
	Bot  string `path:"bot"`
	Hook string `path:"hook"`
	Body *struct {
		Key  bool `json:"key,omitempty" doc:"make a key instead of a token: from now on calls must be signed"`
		Keep bool `json:"keep,omitempty" doc:"what was made before goes on being taken until the next rotation"`
	}
}

func (a *API) rotateHook(ctx context.Context, in *rotateHookInput) (*hookOutput, error) {
	id, _, err := a.hookID(ctx, in.Bot, in.Hook)
	if err != nil {
		return nil, err
	}
	var key, keep bool
	if in.Body != nil {
		key, keep = in.Body.Key, in.Body.Keep
	}
	rotate := a.Store.RotateToken
	if key {
		rotate = a.Store.RotateKey
	}
	made, err := rotate(ctx, id, keep)
	if err != nil {
		return nil, err
	}
	out, err := a.afterwards(ctx, id)
	changed := "token"
	if out.Body.Token = made.Reveal(); key {
		changed = "key"
		out.Body.Token, out.Body.Key = "", made.Reveal()
	}
	recordOf(ctx).note(store.Change{Path: changed, What: "new value"})
	return out, err
}

func (a *API) deleteHookKey(ctx context.Context, in *hookInput) (*hookOutput, error) {
	id, _, err := a.hookID(ctx, in.Bot, in.Hook)
	if err != nil {
		return nil, err
	}
	if err := a.Store.DropKeys(ctx, id); err != nil {
		return nil, err
	}
	return a.afterwards(ctx, id)
}
