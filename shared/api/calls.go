package api

import (
	"context"
	"time"

	"hookline/shared/bot"
	"hookline/shared/store"
)

type listCallsInput struct {
	Bot    string `path:"bot"`
	Hook   string `path:"hook"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type callInfo struct {
	Call       string    `json:"call"`
	AcceptedAt time.Time `json:"accepted_at"`
}

type listCallsOutput struct {
	Body struct {
		Calls []callInfo `json:"calls"`
		Next  string     `json:"next,omitempty"`
	}
}

func (a *API) listCalls(ctx context.Context, in *listCallsInput) (*listCallsOutput, error) {
	id, _, err := a.hookID(ctx, in.Bot, in.Hook)
	if err != nil {
		return nil, err
	}
	calls, next, err := a.Store.Calls(ctx, id, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &listCallsOutput{}
	out.Body.Next = next
	out.Body.Calls = make([]callInfo, 0, len(calls))
	for _, call := range calls {
		out.Body.Calls = append(out.Body.Calls, callInfo{call.ID, call.AcceptedAt})
	}
	return out, nil
}

type getCallInput struct {
	Bot    string `path:"bot"`
	Hook   string `path:"hook"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	Call   string `path:"call"`
}

type getCallOutput struct {
	Body store.Report
}

func (a *API) getCall(ctx context.Context, in *getCallInput) (*getCallOutput, error) {
	id, _, err := a.hookID(ctx, in.Bot, in.Hook)
	if err != nil {
		return nil, err
	}
	call, err := a.Store.Call(ctx, in.Call)
	if err != nil {
		return nil, err
	}
	if call.Hook != id {
		return nil, bot.Errorf(bot.NotFound, "no such call")
	}
	report, err := a.Store.Report(ctx, call, in.Cursor, in.Limit)
	return &getCallOutput{report}, err
}
