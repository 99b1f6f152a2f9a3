package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hookline/shared/bot"
)

// client calls the management API of a server.
type client struct {
	server string
	token  bot.Secret
	http   *http.Client
	broken error // why no call can be made
}

const (
	callTimeout = time.Minute
	maxAnswer   = 64 << 20
	maxPlain    = 300 // of a refusal that is no problem of ours, to be shown
)

func newClient(server string, token bot.Secret) *client {
	return &client{server: strings.TrimRight(server, "/"), token: token, http: &http.Client{Timeout: callTimeout}}
}

// client makes the client that the flags ask for.
func (s *session) client() *client {
	p, err := s.readProfile()
	if err != nil {
		return &client{broken: err}
	}
	if p != nil && s.flags.Server == "" {
		// Its token goes to its own server only, and that gets no other's.
		return newClient(p.Server, bot.Secret(cmp.Or(s.flags.Token, p.Token.Reveal(), s.setting("", "HOOKLINE_TOKEN", ""))))
	}
	token := s.setting(s.flags.Token, "HOOKLINE_TOKEN", "")
	if token == "" {
		// Without a token the server says that one is wanted, if it is there at all.
		text, _ := os.ReadFile(filepath.Join(s.dataDir(), "admin-token"))
		token = strings.TrimSpace(string(text))
	}
	return newClient(s.setting(s.flags.Server, "HOOKLINE_SERVER", "http://"+defaultAddr), bot.Secret(token))
}

// unreachable is a server that does not answer.
type unreachable struct {
	server string
	cause  error
}

func (u *unreachable) Error() string {
	return fmt.Sprintf("no server at %s (%v); start one with: hookline serve", u.server, u.cause)
}

// refusal is an answer that is not 2xx, with what is wrong in a bot file if that is why.
type refusal struct {
	status   int
	detail   string
	problems []bot.Problem
}

func (r *refusal) Error() string {
	if r.status == http.StatusUnauthorized {
		return "the server refuses the token: give --token, HOOKLINE_TOKEN, or --data with the server's directory"
	}
	text := r.detail
	for _, p := range r.problems {
		text += "\n  "
		if p.Line > 0 {
			text += fmt.Sprintf("line %d: ", p.Line)
		}
		text += p.Path + ": " + p.Message
	}
	return text
}

// call makes a call, as "GET /path": it sends in (JSON; nil for no body) and decodes the answer into out, if that is not
// nil.
func (c *client) call(ctx context.Context, operation string, in, out any) error {
	if c.broken != nil {
		return c.broken
	}
	method, path, _ := strings.Cut(operation, " ")
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.server+path, body)
	if err != nil || req.URL.Host == "" || req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return &usage{"not the address of a server, as http://127.0.0.1:3000 is: " + c.server}
	}
	req.Header.Set("Authorization", "Bearer "+c.token.Reveal())
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return c.lost(ctx, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return c.lost(ctx, err)
	}
	if resp.StatusCode/100 != 2 {
		return refused(resp, text)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("%s does not answer as a hookline server does: %w", c.server, err)
	}
	return nil
}

func (c *client) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return &unreachable{c.server, err}
}

func refused(resp *http.Response, text []byte) *refusal {
	status := resp.StatusCode
	var p struct {
		Detail string        `json:"detail"`
		Errors []bot.Problem `json:"errors"`
		Error  string        `json:"error"` // of the users' side of a simulated network
	}
	if json.Unmarshal(text, &p) != nil || p.Detail+p.Error == "" {
		p.Detail = fmt.Sprintf("the server answers %d %s", status, http.StatusText(status))
		if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") && len(text) <= maxPlain {
			p.Detail += ": " + strings.TrimSpace(string(text))
		}
	}
	return &refusal{status, cmp.Or(p.Detail, p.Error), p.Errors}
}

// botInfo is a bot as the server lists it.
type botInfo struct {
	Bot       string        `json:"bot"`
	ID        string        `json:"id,omitempty"`
	Version   int           `json:"version"`
	CreatedAt time.Time     `json:"created_at,omitzero"`
	UpdatedAt time.Time     `json:"updated_at,omitzero"`
	Channels  []channelInfo `json:"channels"`
}

// channelInfo is a channel as the server shows it, and how it was connected.
type channelInfo struct {
	Name     string   `json:"name"`
	Provider string   `json:"provider"`
	ID       string   `json:"id"`
	Address  string   `json:"address"`
	Username string   `json:"username,omitempty"`
	Disabled bool     `json:"disabled,omitempty"`
	Mode     string   `json:"mode,omitempty"`
	Steps    []string `json:"steps,omitempty"`
	Error    string   `json:"error,omitempty"`
	// UpdatedAt is when a bot file last changed the channel.
	CreatedAt time.Time `json:"created_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	// ConnectedAt is when the webhook was registered.
	ConnectedAt time.Time `json:"connected_at,omitzero"`
}

// bots lists all bots of the server.
func (c *client) bots(ctx context.Context) ([]botInfo, error) {
	var all []botInfo
	for cursor := ""; ; {
		var page struct {
			Bots []botInfo `json:"bots"`
			Next string    `json:"next"`
		}
		if err := c.call(ctx, "GET /v1/bots?cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Bots...)
		if page.Next == "" {
			return all, nil
		}
		cursor = page.Next
	}
}

// bot finds a bot by name; without a name the only one there is.
func (c *client) bot(ctx context.Context, name string) (botInfo, error) {
	bots, err := c.bots(ctx)
	if err != nil {
		return botInfo{}, err
	}
	names := make([]string, 0, len(bots))
	for _, b := range bots {
		if b.Bot == name {
			return b, nil
		}
		names = append(names, b.Bot)
	}
	switch {
	case name != "":
		return botInfo{}, &refusal{status: http.StatusNotFound, detail: "no such bot: " + name}
	case len(bots) == 1:
		return bots[0], nil
	case len(bots) == 0:
		return botInfo{}, &refusal{status: http.StatusNotFound, detail: "the server has no bot yet: hookline apply FILE"}
	}
	return botInfo{}, &usage{"which bot? " + strings.Join(names, ", ")}
}

// mode asks the server how it gets events.
func (c *client) mode(ctx context.Context) (string, error) {
	var health struct {
		Mode string `json:"mode"`
	}
	err := c.call(ctx, "GET /healthz", nil, &health)
	return health.Mode, err
}

const simulated = "simulated"

func botPath(name string) string { return "/v1/bots/" + url.PathEscape(name) }
