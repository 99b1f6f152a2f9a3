package botfile_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/botfile"
	"hookline/shared/provider"
	"hookline/shared/provider/catalog"
)

// network is a provider that is only described.
type network struct{ description provider.Description }

func (n network) Describe() provider.Description { return n.description }

func (network) Verify(bot.Channel, http.Header, []byte) error { return nil }

func (network) Parse(bot.Channel, []byte) ([]bot.Event, error) { return nil, nil }

func (network) Split(p bot.Part) []bot.Part { return []bot.Part{p} }

func (network) Send(context.Context, bot.Channel, bot.Reply) (provider.Receipt, error) {
	return provider.Receipt{}, nil
}

var providers = provider.NewSet(
	network{provider.Description{
		Name:   "telegram",
		Fields: []provider.Field{{Name: "token", Secret: true, Required: true, Doc: "from @BotFather"}},
		Options: []provider.Option{
			{Name: "disable_notification", Doc: "no sound"},
			{Name: "keyboard", Type: provider.Choice, Values: []string{"inline", "reply"}, Doc: "which keyboard"},
		},
		Limits: provider.Limits{PayloadBytes: 64},
	}},
	network{provider.Description{
		Name: "carrier",
		Fields: []provider.Field{
			{Name: "key", Secret: true, List: true, Required: true, Doc: "signs"},
			{Name: "mode", Values: []string{"fast", "slow"}},
			{Name: "loft", Required: true, Doc: "where the pigeons live"},
		},
	}},
)

var checker = botfile.Checker{Providers: providers}

// formatted gives problems as `check` prints them.
func formatted(problems []bot.Problem) []string {
	var lines []string
	for _, p := range problems {
		lines = append(lines, botfile.Format("f", p))
	}
	return lines
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The example names everything that a bot file can say. All of it is read, and nothing in it is wrong.
func TestReadWholeExample(t *testing.T) {
	def, problems := botfile.Checker{Providers: catalog.New(nil, func(string) string { return "" })}.Read("pizza.yaml", readFile(t, "testdata/pizza.yaml"))
	if diff := cmp.Diff(pizza(), def); diff != "" {
		t.Errorf("Read(pizza.yaml) (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string(nil), formatted(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// pizza is the example as its author means it.
func pizza() bot.Definition {
	from := func(name string) []bot.Credential { return []bot.Credential{{From: name}} }
	said := func(text string) bot.Message { return bot.Message{Text: text} }
	return bot.Definition{
		Bot:         "pizza",
		Description: "Takes pizza orders by chat",
		Env:         map[string]string{"SHOP": "https://shop.example.com"},
		Secrets:     map[string]bot.Credential{"SHOP_KEY": {From: "SHOP_KEY"}},
		States:      map[string]bot.State{"choosing": {Expires: "30m", Then: "fallback"}},
		Channels: map[string]bot.ChannelSpec{
			"telegram":    {Provider: "telegram", Credentials: map[string][]bot.Credential{"token": from("TELEGRAM_TOKEN")}},
			"telegram-de": {Provider: "telegram", Credentials: map[string][]bot.Credential{"token": from("TELEGRAM_TOKEN_DE")}},
			"messenger": {
				Provider: "messenger", Settings: map[string]any{"account": "1029384756"},
				Credentials: map[string][]bot.Credential{
					"page_token": from("PAGE_TOKEN"), "verify_token": from("VERIFY_TOKEN"),
					"app_secret": {{From: "APP_SECRET"}, {From: "APP_SECRET_OLD"}},
				},
			},
			"kik": {
				Provider: "kik", Settings: map[string]any{"username": "pizzabot"},
				Credentials: map[string][]bot.Credential{"api_key": from("KIK_KEY")},
			},
			"pyrus": {
				Provider: "pyrus", Settings: map[string]any{"login": "bot@1234", "reply": "comment"},
				Credentials: map[string][]bot.Credential{"security_key": from("PYRUS_KEY")},
			},
		},
		Handlers: []bot.Handler{
			{
				Name: "start", Pattern: `^/start$|^(hi|hello)\b`, TargetState: "choosing",
				Response: &bot.Response{Message: bot.Message{
					Text: "Hi {{ event.from.first_name }}! Which pizza?",
					Keyboard: &bot.Keyboard{Rows: [][]bot.Button{
						{{Text: "Margherita", Payload: "Margherita"}, {Text: "Diavola", Payload: "Diavola"}},
						{{Text: "Menu", URL: "{{ env.SHOP }}/menu"}},
						{{Text: "Surprise me", Payload: "any"}},
					}},
				}},
			},
			{
				Name: "chosen", SourceStates: []string{"choosing"}, Pattern: `(?P<pizza>\w+)`, TargetState: "done",
				Request: &bot.Request{
					Method: "POST", URL: "{{ env.SHOP }}/orders", Timeout: "5s",
					Query:   map[string]string{"source": "{{ event.provider }}"},
					Headers: map[string]string{"Authorization": "Bearer {{ secret.SHOP_KEY }}"},
					JSON:    map[string]any{"pizza": "{{ pattern.pizza }}", "chat": "{{ event.chat.id }}"},
				},
				Response: &bot.Response{Message: bot.Message{
					Text: "{% if response.status == 201 %}Order {{ response.data.id }}: {{ pattern.pizza }}.\n" +
						"{% else %}Sorry, we have no {{ pattern.pizza }}.{% endif %}\n",
					Keyboard: &bot.Keyboard{Template: "{{ response.data.other | tojson }}"},
				}},
			},
			{
				Name: "photo", On: []string{"photo"}, Continue: true, Subscribe: "courier",
				Response: &bot.Response{
					Messages: []bot.Message{
						{Text: "Nice picture, {{ event.from.first_name }}.", ReplyTo: true},
						{Photo: "{{ env.SHOP }}/thanks.png", Text: "A caption"},
					},
					Options: map[string]bot.Options{"telegram": {"disable_notification": true}},
				},
			},
			{Name: "fallback", Priority: -10, Response: &bot.Response{Message: said("I did not get that. Try /start.")}},
		},
		Hooks: []bot.Hook{{
			Name: "courier", Response: &bot.Response{Message: said("Your pizza is {{ data.status }}.")},
			Recipients: []bot.Recipient{{Channel: "telegram", Chat: "12345", Vars: map[string]string{"name": "Ada"}}},
		}},
	}
}

func TestExport(t *testing.T) {
	first, err := botfile.Export(pizza())
	if err != nil {
		t.Fatalf("Export(pizza) = %v", err)
	}
	if want := string(readFile(t, "testdata/pizza.exported.yaml")); string(first) != want {
		t.Errorf("Export(pizza) (-want +got):\n%s", cmp.Diff(want, string(first)))
	}
	again, _ := checker.Read("again.yaml", first)
	if diff := cmp.Diff(pizza(), again); diff != "" {
		t.Errorf("Read(Export(pizza)) (-want +got):\n%s", diff)
	}
}

func TestWire(t *testing.T) {
	def := pizza()
	def.Secrets["PLAIN"] = bot.Credential{Value: "open sesame"}
	problems := botfile.Resolve(&def, func(name string) (string, bool) { return "value of " + name, true })
	if len(problems) > 0 {
		t.Fatalf("Resolve = %v, want no problems", problems)
	}
	wire, err := botfile.Wire(def)
	if err != nil {
		t.Fatalf("Wire = %v", err)
	}
	if !strings.Contains(string(wire), `{"value":"value of APP_SECRET_OLD","from":"APP_SECRET_OLD"}`) {
		t.Errorf("Wire = %s: no value beside ${APP_SECRET_OLD}", wire)
	}
	got, _ := checker.Read("", wire)
	if diff := cmp.Diff(def, got); diff != "" {
		t.Errorf("Read(Wire(def)) (-want +got):\n%s", diff)
	}
}

// A credential that came with its value keeps it: the environment is the author's, not the server's.
func TestResolveKeepsValues(t *testing.T) {
	def := bot.Definition{Channels: map[string]bot.ChannelSpec{
		"telegram": {Provider: "telegram", Credentials: map[string][]bot.Credential{"token": {{From: "TOKEN", Value: "theirs"}}}},
	}}
	problems := botfile.Resolve(&def, func(string) (string, bool) { return "ours", true })
	if got := def.Channels["telegram"].Credentials["token"][0].Value.Reveal(); got != "theirs" || len(problems) > 0 {
		t.Errorf("Resolve = %v and the value %q, want no problems and theirs", problems, got)
	}
}

func TestResolve(t *testing.T) {
	data := []byte("bot: b\nchannels:\n  telegram:\n    token: ${UNSET}\n  carrier: {key: ['${EMPTY}', plain, '${SET}'], loft: roof}\n")
	def, _ := checker.Read("b.yaml", data)
	problems := botfile.Resolve(&def, func(name string) (string, bool) {
		return map[string]string{"SET": "value"}[name], name != "UNSET"
	})
	botfile.Locate(data, problems)
	want := []string{
		"f:4: channels.telegram.token: the environment variable UNSET is not set",
		"f:5: channels.carrier.key: the environment variable EMPTY is empty",
	}
	if diff := cmp.Diff(want, formatted(problems)); diff != "" {
		t.Errorf("Resolve (-want +got):\n%s", diff)
	}
	keys := []bot.Credential{{From: "EMPTY"}, {Value: "plain"}, {From: "SET", Value: "value"}}
	if diff := cmp.Diff(keys, def.Channels["carrier"].Credentials["key"]); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
}
