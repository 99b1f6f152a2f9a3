package api_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hookline/shared/bot"
	"hookline/shared/store"
)

// operation is one of the OpenAPI document.
type operation struct {
	ID       string                `json:"operationId"`
	Security []map[string][]string `json:"security"`
	Tags     []string              `json:"tags"`
	Request  struct {
		Required bool `json:"required"`
	} `json:"requestBody"`
	Parameters []struct{ Name, In, Description string } `json:"parameters"`

	method, path string
}

// operations reads them from the document that the server gives.
func (w *world) operations() []operation {
	w.Helper()
	_, text := w.send("GET", "/v1/openapi.json", "")
	var document struct {
		Paths map[string]map[string]operation `json:"paths"`
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		w.Fatalf("the OpenAPI document: %v", err)
	}
	var all []operation
	for path, item := range document.Paths {
		for method, o := range item {
			o.method, o.path = strings.ToUpper(method), path
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.ID, b.ID) })
	if len(all) < 20 {
		w.Fatalf("the OpenAPI document has %d operations, want all", len(all))
	}
	return all
}

// scope is the one scope that an operation needs.
func (o operation) scope(t *testing.T) store.Scope {
	t.Helper()
	if len(o.Security) == 1 && len(o.Security[0]["token"]) == 1 {
		if scope := store.Scope(o.Security[0]["token"][0]); slices.Contains(store.Scopes(), scope) {
			return scope
		}
	}
	t.Fatalf("%s has the security %v, want one scope of ours", o.ID, o.Security)
	return ""
}

// bodies are what the operations are called with that want one.
var bodies = map[string]string{
	"put-bot":         withHook,
	"add-recipient":   `{"channel":"telegram","chat":"77"}`,
	"put-recipient":   `{"thread":"3"}`,
	"patch-recipient": `{"thread":"3"}`,
	"create-token":    `{"name":"x","scopes":["read"]}`,
	"change-token":    `{"name":"y"}`,
	"create-account":  `{"account":"third"}`,
	"change-account":  `{"limits":{"bots":3}}`,
	"send":            `{"channel":"telegram","chat":"42","text":"hi"}`,

	"mend-dead":           `{"parts":{"1":{"text":"Pardon?"}}}`,
	"change-conversation": `{"state":"choosing"}`,

	"patch-bot":      `{"description":"d"}`,
	"create-handler": `{"name":"bye","pattern":"bye"}`,
	"put-handler":    `{"pattern":"go"}`,
	"patch-handler":  `{"pattern":"go"}`,
	"create-hook":    `{"name":"baker","response":{"text":"hi"}}`,
	"put-hook":       `{"name":"courier","response":{"text":"hi"}}`,
	"patch-hook":     `{"disabled":true}`,
	"put-state":      `{"expires":"2h"}`,
	"patch-state":    `{"expires":"2h"}`,
	"put-env":        `"y"`,
	"patch-env":      `"y"`,
	"put-channel":    `{"provider":"telegram","token":"2:other"}`,
	"patch-channel":  `{"token":"2:other"}`,
}

// names are those of the parts of the bot file that stand in addresses.
var names = map[string]string{"handlers": "start", "states": "choosing", "env": "SHOP", "hooks": "courier", "channels": "spare"}

// walked is a world with one of everything, that belongs to the main account.
type walked struct {
	*world
	ids map[string]string // what stands in addresses, by the name of the parameter
}

func newWalked(t *testing.T) *walked {
	t.Helper()
	w := newWorld(t)
	whole := strings.Replace(withHook, "channels:\n", "channels:\n  spare: {provider: telegram, token: \"3:spare\"}\n", 1)
	w.publish(whole + "env: {SHOP: x}\nstates: {choosing: {expires: 1h}}\n")
	w.bury("letter-1", bot.Reply{Parts: []bot.Part{{Text: "hi"}}})
	call, err := w.store.PutCall(t.Context(), bot.Call{Hook: w.head().Hooks["courier"], Bot: w.head().ID}, []byte("{}"), "")
	if err != nil {
		t.Fatal(err)
	}
	subscriber := store.Recipient{Channel: w.head().Channels["telegram"], Address: bot.Address{Chat: "66"}}
	if err := w.store.Subscribe(t.Context(), call.Hook, subscriber); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.CreateAccount(t.Context(), "second", store.Limits{}); err != nil {
		t.Fatal(err)
	}
	w.stand("telegram", "42", "7", "choosing")
	turn := w.turn("t0", "42", "hello", "", 0)
	w.keep(turn)
	token := w.ask("POST", "/v1/tokens", `{"name":"deployment","scopes":["read"]}`, 201)
	message := w.ask("POST", "/v1/bots/pizza/send", bodies["send"], 202)["id"].(string)
	*w.queue, *w.notices = nil, nil
	w.ask("PUT", "/v1/bots/burger", "bot: burger\n", 200)
	burger, err := w.store.BeginDeletion(t.Context(), "admin", "burger", func(bot.Head) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return &walked{w, map[string]string{
		"deletion": burger.ID,
		"message":  message, "turn": store.TurnID(turn),
		"bot": "pizza", "channel": "telegram", "hook": "courier", "version": "1", "letter": "letter-1", "call": call.ID,
		"recipient": subscriber.ID(), "chat": "42", "user": "7", "token": token["id"].(string), "account": "second",
	}}
}

// walk tries all operations: those that change something in a world of their own each, the others in one.
func walk(t *testing.T, try func(t *testing.T, w *walked, o operation)) {
	var reads []operation
	for _, o := range newWorld(t).operations() {
		if o.method == "GET" {
			reads = append(reads, o)
			continue
		}
		t.Run(o.ID, func(t *testing.T) { try(t, newWalked(t), o) })
	}
	t.Run("reads", func(t *testing.T) {
		w := newWalked(t)
		for _, o := range reads {
			w.network.calls = nil // what the owner has asked about a channel's health
			try(t, w, o)
		}
	})
}

// address puts the ids in an operation's path.
func (w *walked) address(o operation) string {
	w.Helper()
	path := o.path
	for _, p := range o.Parameters {
		if p.In != "path" {
			continue
		}
		id, ok := w.ids[p.Name]
		if p.Name == "name" {
			id, ok = names[strings.Split(o.path, "/")[4]] // behind /v1/bots/{bot}/
		}
		if !ok {
			w.Fatalf("%s: the walk knows no id for {%s}", o.ID, p.Name)
		}
		path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(id))
	}
	return path
}

// call makes the operation's call.
func (w *walked) call(token bot.Secret, o operation) (int, string) {
	w.Helper()
	if o.Request.Required && bodies[o.ID] == "" {
		w.Fatalf("%s: the walk knows no body for it", o.ID)
	}
	resp, text := w.sendAs(token, o.method, w.address(o), bodies[o.ID])
	return resp.StatusCode, text
}

func (w *world) newToken(account string, scopes ...store.Scope) bot.Secret {
	w.Helper()
	if err := w.store.EnsureAccount(w.Context(), account); err != nil {
		w.Fatal(err)
	}
	_, token, err := w.store.CreateToken(w.Context(), store.Token{Account: account, Name: account + " token", Scopes: scopes})
	if err != nil {
		w.Fatal(err)
	}
	return token
}

// belongings is what the main account has.
type belongings struct {
	Head       bot.Head
	Channel    bot.Channel
	Hook       store.Hook
	Recipients []store.Recipient
	Letters    []bot.DeadLetter
	Tokens     []store.Token
	Audit      []store.AuditEntry
	Accounts   []store.Account
	// Conversation is that of user 7 in chat 42.
	Conversation bot.Conversation
}

func (w *walked) belongings() (all belongings) {
	w.Helper()
	all.Head, all.Channel, all.Hook = w.head(), w.channel("telegram"), w.hook()
	var errs [6]error
	all.Conversation, errs[5] = w.store.Conversation(w.Context(), bot.NewConversationKey(all.Channel.ID, "42", "7"))
	all.Recipients, errs[0] = w.store.Recipients(w.Context(), all.Hook.ID, "", 100)
	all.Letters, errs[1] = w.store.DeadLetters(w.Context(), all.Head.ID, "", 100)
	all.Tokens, errs[2] = w.store.Tokens(w.Context(), "admin", "", 100)
	all.Audit, _, errs[3] = w.store.Audit(w.Context(), "admin", "", "", 100)
	all.Accounts, errs[4] = w.store.Accounts(w.Context(), "", 100)
	for _, err := range errs {
		if err != nil {
			w.Fatal(err)
		}
	}
	return all
}

// ownAffair tells whether an operation that everybody may call concerns the caller's own things, whatever its address says.
func ownAffair(o operation) bool { return !strings.Contains(o.path, "{") || o.ID == "put-bot" }

func TestF2StrangersFindNothing(t *testing.T) {
	walk(t, func(t *testing.T, w *walked, o operation) {
		stranger := w.newToken("stranger", store.Scopes()...)
		before := w.belongings()
		status, text := w.call(stranger, o)
		switch {
		case status == 404 || status == 403:
		case status/100 == 2 && ownAffair(o):
		default:
			t.Errorf("%s %s of a stranger = %d %s, want 404", o.method, o.path, status, text)
		}
		for _, id := range []string{before.Head.ID, before.Channel.ID, before.Hook.ID, w.ids["call"], w.ids["token"], "deployment"} {
			if status/100 == 2 && strings.Contains(text, id) {
				t.Errorf("%s %s shows a stranger %q: %s", o.method, o.path, id, text)
			}
		}
		if diff := cmp.Diff(before, w.belongings(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s %s of a stranger changes what is not the stranger's (-before +after):\n%s", o.method, o.path, diff)
		}
		if len(w.network.calls)+len(*w.queue)+len(*w.notices) > 0 {
			t.Errorf("%s %s of a stranger does %v, %v, %v", o.method, o.path, w.network.calls, *w.queue, *w.notices)
		}
		// The very call is one that the owner is answered, so that it was not refused for something else.
		if status, text := w.call(adminToken, o); status == 404 || status == 422 || status >= 500 {
			t.Errorf("%s %s of the owner = %d %s", o.method, o.path, status, text)
		}
	})
}

func TestStrangersAreAnsweredAsIfNothingWereThere(t *testing.T) {
	w := newWalked(t)
	stranger := w.newToken("stranger", store.Scopes()...)
	for _, o := range w.operations() {
		if !strings.Contains(o.path, "{bot}") || ownAffair(o) {
			continue
		}
		_, real := w.call(stranger, o)
		resp, none := w.sendAs(stranger, o.method, strings.Replace(w.address(o), "/pizza", "/nopizza", 1), bodies[o.ID])
		if want := strings.ReplaceAll(none, "nopizza", "pizza"); real != want || resp.StatusCode != 404 {
			t.Errorf("%s of a stranger: %s\nof a bot that is nowhere: %d %s", o.ID, real, resp.StatusCode, none)
		}
	}
}

func TestTokensOpenWhatTheirScopesSay(t *testing.T) {
	walk(t, func(t *testing.T, w *walked, o operation) {
		needed := o.scope(t)
		others := slices.DeleteFunc(store.Scopes(), func(s store.Scope) bool { return s == needed })
		before := w.belongings()
		want := fmt.Sprintf(`"detail":"the token lacks the scope %s"`, needed)
		for name, token := range map[string]bot.Secret{"all others": w.newToken("admin", others...), "none": w.newToken("admin")} {
			if status, text := w.call(token, o); status != 403 || !strings.Contains(text, want) {
				t.Errorf("%s with the scopes %s = %d %s, want 403 and %s", o.ID, name, status, text, want)
			}
		}
		ignored := cmpopts.IgnoreFields(belongings{}, "Tokens", "Accounts")
		if diff := cmp.Diff(before, w.belongings(), cmpopts.EquateEmpty(), ignored); diff != "" {
			t.Errorf("%s without the scope %s changes something (-before +after):\n%s", o.ID, needed, diff)
		}
		if status, text := w.call(w.newToken("admin", needed), o); status == 403 || status == 401 {
			t.Errorf("%s with the scope %s alone = %d %s", o.ID, needed, status, text)
		}
	})
}

func TestEveryChangeIsInTheAudit(t *testing.T) {
	walk(t, func(t *testing.T, w *walked, o operation) {
		w.now = w.now.Add(time.Second)
		before := w.belongings().Audit
		if status, text := w.call(adminToken, o); status/100 != 2 {
			t.Fatalf("%s %s = %d %s", o.method, o.path, status, text)
		}
		entries, _, err := w.store.Audit(t.Context(), "admin", "", "", 100)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries[:len(entries)-len(before)] {
			got = append(got, e.Operation)
		}
		var want []string
		if o.method != "GET" && o.scope(t) != store.ScopeSend {
			want = []string{o.ID}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the audit after %s %s (-want +got):\n%s", o.method, o.path, diff)
		}
	})
}
