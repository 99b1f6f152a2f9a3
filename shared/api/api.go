// Package api is the management REST API: an http.Handler over the store, which publishes bots, connects channels and
// shows what happened to events. All of it under /v1 wants a token and shows what is its account's; /healthz does not.
package api

import (
	_ "embed"
	"encoding/json"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/queue"
	"hookline/shared/store"
)

// Mode is how events get from the networks to this server.
type Mode string

// The modes. Only in the first two are webhooks registered: in the others connecting a channel asks the network who the
// channel is, and no more.
const (
	Public    Mode = "public"    // networks post to Address, which is https
	Simulated Mode = "simulated" // as Public, but the networks are simulated on this machine
	Polling   Mode = "polling"   // events are fetched, as the networks cannot reach us
	Private   Mode = "private"   // networks will not post to Address, and nothing is fetched
)

// API answers the calls of all accounts.
type API struct {
	Store *store.Store
	// Queue and Notifications take jobs that are redriven.
	Queue, Notifications queue.Sender

	Providers provider.Set
	// Owner is the main account, which makes the others; TokenHash the hash of its admin token (secret.HashToken).
	Owner     string
	TokenHash string
	// Address is the base of webhook addresses, without a slash at the end.
	Address string
	Mode    Mode
	// MakeUp invents a value for a credential that has none, "" if it cannot; nil where that is an error.
	MakeUp func(botName, channel string, spec bot.ChannelSpec, field string) bot.Secret
	// DoSteps does what connecting leaves to a person; nil where a person has to.
	DoSteps func(ch bot.Channel, address string) error
	// OnChange is called after channels have changed.
	OnChange func()
	Log      *slog.Logger
	Now      func() time.Time

	wrong throttle
}

// maxBotFile is how large the body of a PUT may be.
const maxBotFile = 8 << 20

// slowBody is how long a body may take to arrive.
const slowBody = 30 * time.Second

// Handler serves /v1/…, /docs and /healthz.
func (a *API) Handler() http.Handler {
	v1 := http.NewServeMux()
	a.register(humago.New(v1, config()))
	v1.HandleFunc("/", elsewhere(v1))
	mux := http.NewServeMux()
	mux.Handle("/v1/", a.authorized(v1))
	mux.HandleFunc("GET /healthz", a.health)
	mux.HandleFunc("GET /docs", docs)
	return mux
}

// rules are what the document says of all operations.
//
//go:embed rules.md
var rules string

// config leaves out huma's pages of documentation, which load scripts from elsewhere, and its links to schemas.
func config() huma.Config {
	c := huma.DefaultConfig("Hookline", "1")
	c.Info.Description = rules
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "/v1/openapi", "", ""
	c.CreateHooks = nil
	c.Transformers = []huma.Transformer{oneProblemShape}
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[problem]())
	// Types that write their own JSON: huma describes them by their fields otherwise.
	c.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[bot.Button](), reflect.TypeFor[any]())
	c.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[bot.Keyboard](), reflect.TypeFor[any]())
	c.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[json.Number](), reflect.TypeFor[float64]())
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{tokenScheme: {
		Type: "http", Scheme: "bearer",
		Description: "Tokens have scopes; the roles that an operation names are those that it needs. read: look at everything, " +
			"secrets masked. write: change bots and what belongs to them. send: send messages to chats. admin: tokens, accounts.",
	}}
	return c
}

func (a *API) register(h huma.API) {
	h.UseMiddleware(spelledOut, permitted, a.audited)
	h.OpenAPI().OnAddOperation = append(h.OpenAPI().OnAddOperation, a.repeatable)
	huma.Register(h, operation("list-bots", http.MethodGet, "/v1/bots", "List bots"), answering(a, a.listBots))
	huma.Register(h, operation("get-bot", http.MethodGet, "/v1/bots/{bot}", "Read a bot file, secrets masked"), answering(a, a.getBot))
	huma.Register(h, operation("put-bot", http.MethodPut, "/v1/bots/{bot}", "Check a bot file and publish it"), answering(a, a.putBot))
	huma.Register(h, operation("list-versions", http.MethodGet, "/v1/bots/{bot}/versions",
		"List the versions of a bot that are kept"), answering(a, a.listVersions))
	huma.Register(h, operation("get-version", http.MethodGet, "/v1/bots/{bot}/versions/{version}",
		"Read a version of a bot, secrets masked"), answering(a, a.getVersion))
	huma.Register(h, operation("rollback", http.MethodPost, "/v1/bots/{bot}/versions/{version}/rollback",
		"Publish an earlier version anew"), answering(a, a.rollback))
	huma.Register(h, operation("list-channels", http.MethodGet, "/v1/bots/{bot}/channels",
		"List a bot's channels: their addresses and health"), answering(a, a.listChannels))
	huma.Register(h, operation("connect-channel", http.MethodPost, "/v1/bots/{bot}/channels/{channel}/connect",
		"Register a channel's webhook at its network"), answering(a, a.connectChannel))
	huma.Register(h, operation("disconnect-channel", http.MethodPost, "/v1/bots/{bot}/channels/{channel}/disconnect",
		"Remove a channel's webhook from its network"), answering(a, a.disconnectChannel))
	huma.Register(h, operation("list-turns", http.MethodGet, "/v1/bots/{bot}/turns",
		"What happened to events, newest first, and why"), answering(a, a.listTurns))
	huma.Register(h, operation("get-turn", http.MethodGet, "/v1/bots/{bot}/turns/{turn}",
		"What happened to one event, and why"), answering(a, a.getTurn))
	a.registerHealth(h)
	a.registerDead(h)
	a.registerMend(h)
	a.registerQueue(h)
	a.registerDeletion(h)
	a.registerParts(h)
	a.registerHooks(h)
	a.registerTokens(h)
	a.registerAccounts(h)
	a.registerAudit(h)
	a.registerConversations(h)
	a.registerSend(h)
	a.registerUsers(h)
}

// operation is one of the API. What reads needs the scope read, what changes something write; set Security, of needs, for
// another.
func operation(id, method, path, summary string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary,
		Security: needs(scopeOf(method)), MaxBodyBytes: maxBotFile, BodyReadTimeout: slowBody,
	}
}

// health says that the server answers, and in which mode it runs.
func (a *API) health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"status": "ok", "mode": string(a.Mode)})
}
