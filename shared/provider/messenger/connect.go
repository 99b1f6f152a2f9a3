package messenger

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// subscribedFields are the events that a page's subscription asks for:
// https://developers.facebook.com/docs/messenger-platform/webhooks#event-notifications.
var subscribedFields = []string{
	"messages", "messaging_postbacks", "messaging_optins", "messaging_referrals", "message_echoes", "message_edits",
	"message_reactions", "message_reads", "message_deliveries", "messaging_account_linking", "messaging_handovers", "standby",
	"messaging_policy_enforcement",
}

// Identify asks who the token's page is.
func (m *Messenger) Identify(ctx context.Context, ch bot.Channel) (bot.Identity, error) {
	var page struct {
		ID       text   `json:"id"`
		Name     string `json:"name"`
		Username string `json:"username"`
	}
	call := provider.Call{Method: http.MethodGet, Address: "/me?fields=id,name,username"}
	if err := m.invoke(ctx, ch, call, &page); err != nil {
		return bot.Identity{}, err
	}
	if account := ch.Setting(bot.AccountField); account != "" && account != string(page.ID) {
		return bot.Identity{}, bot.Errorf(bot.Invalid, fmt.Sprintf("page_token is of the page %s, and account says %s", page.ID, account))
	}
	identity := bot.Identity{Account: string(page.ID), Username: page.Username, Name: page.Name}
	if identity.Username == "" {
		identity.Username = identity.Account
	}
	return identity, nil
}

// Connect subscribes the app to the page, registers the callback where the app is known, and sets what people see before
// they write. What it reads back decides.
func (m *Messenger) Connect(ctx context.Context, ch bot.Channel, address string, takeOver bool) (provider.Connection, error) {
	tokens := verifyTokens(ch)
	if len(tokens) == 0 || tokens[0] == "" {
		return provider.Connection{}, bot.Errorf(bot.Unavailable, "channel has no verify token")
	}
	var made provider.Connection
	if ch.Setting(appIDField) != "" {
		if err := m.register(ctx, ch, address, takeOver); err != nil {
			return made, err
		}
	} else {
		made.Steps = []string{
			"open the app at https://developers.facebook.com/apps, Messenger, Settings, Webhooks, and choose Edit callback URL",
			"Callback URL: " + address,
			"Verify token: " + tokens[0].Reveal(),
			"choose Verify and save; every page of the app sends its events there",
		}
	}
	call := provider.Call{Address: "/" + pageOf(ch) + "/subscribed_apps?subscribed_fields=" + strings.Join(subscribedFields, ",")}
	if err := m.invoke(ctx, ch, call, nil); err != nil {
		return made, err
	}
	if err := m.checkSubscription(ctx, ch); err != nil {
		return made, err
	}
	return made, m.applyProfile(ctx, ch)
}

// checkSubscription asks whether our app, or any where ours is not known, is subscribed to the page with the events that we want.
func (m *Messenger) checkSubscription(ctx context.Context, ch bot.Channel) error {
	var subscribed struct {
		Data []struct {
			ID     text     `json:"id"`
			Fields []string `json:"subscribed_fields"`
		} `json:"data"`
	}
	call := provider.Call{Method: http.MethodGet, Address: "/" + pageOf(ch) + "/subscribed_apps"}
	if err := m.invoke(ctx, ch, call, &subscribed); err != nil {
		return err
	}
	for _, app := range subscribed.Data {
		ours := ch.Setting(appIDField) == "" || ch.Setting(appIDField) == string(app.ID)
		if ours && slices.Contains(app.Fields, subscribedFields[0]) {
			return nil
		}
	}
	return bot.Errorf(bot.Conflict, "messenger took the subscription, and the page does not list it")
}

// subscription is where an app's events go.
type subscription struct {
	Object   string `json:"object"`
	Callback string `json:"callback_url"`
}

// register sets the app's callback: https://developers.facebook.com/docs/graph-api/reference/app/subscriptions. Meta asks
// the address at once whether it is ours. One that is another page's of the app, here as well, stays: it takes our page's
// events along.
func (m *Messenger) register(ctx context.Context, ch bot.Channel, address string, takeOver bool) error {
	registered, err := m.callback(ctx, ch)
	if err != nil {
		return err
	}
	if sharesCallback(ch, registered, address) && !takeOver {
		return nil
	}
	if registered != "" && registered != address && !takeOver {
		return bot.Errorf(bot.Conflict, "messenger sends this app's events to "+shown(registered)+": connect with take-over to replace it")
	}
	body := map[string]string{
		"object": "page", "callback_url": address, "verify_token": verifyTokens(ch)[0].Reveal(), "fields": strings.Join(subscribedFields, ","),
	}
	if err := m.invokeApp(ctx, ch, provider.Call{Body: body}, nil); err != nil {
		return err
	}
	if registered, err = m.callback(ctx, ch); err != nil {
		return err
	}
	if registered != address {
		return bot.Errorf(bot.Conflict, "messenger took the callback, but another program registered "+shown(registered))
	}
	return nil
}

// sharesCallback tells whether events come by the address of another channel of this server.
func sharesCallback(ch bot.Channel, registered, address string) bool {
	return ch.Setting(bot.AccountField) != "" && registered != address && path.Dir(registered) == path.Dir(address)
}

// Inspect reads the app's subscription, which takes the id of the app.
func (m *Messenger) Inspect(ctx context.Context, ch bot.Channel) (provider.Registration, error) {
	if ch.Setting(appIDField) == "" {
		return provider.Registration{}, bot.Errorf(bot.Unsupported, "without app_id messenger cannot be asked for the webhook")
	}
	address, err := m.callback(ctx, ch)
	return provider.Registration{Address: address}, err
}

func (m *Messenger) callback(ctx context.Context, ch bot.Channel) (string, error) {
	var subscriptions struct {
		Data []subscription `json:"data"`
	}
	if err := m.invokeApp(ctx, ch, provider.Call{Method: http.MethodGet}, &subscriptions); err != nil {
		return "", err
	}
	for _, s := range subscriptions.Data {
		if s.Object == "page" {
			return s.Callback, nil
		}
	}
	return "", nil
}

// invokeApp calls the app's subscriptions as the app itself.
func (m *Messenger) invokeApp(ctx context.Context, ch bot.Channel, call provider.Call, result any) error {
	id, secret := ch.Setting(appIDField), ch.Secret(bot.AppSecretField).Reveal()
	if !isDigits(id) {
		return bot.Errorf(bot.Invalid, "app_id is not a number")
	}
	call.Address = "/" + id + "/subscriptions"
	return m.invokeAs(ctx, actor{ch, id + "|" + secret}, call, result)
}

// Disconnect takes away the app's subscription of the page, and what people see there. The callback stays: other pages of the
// app may use it.
func (m *Messenger) Disconnect(ctx context.Context, ch bot.Channel, address string) error {
	if ch.Setting(appIDField) != "" {
		registered, err := m.callback(ctx, ch)
		if err != nil {
			return err
		}
		if registered != "" && registered != address && !sharesCallback(ch, registered, address) {
			return bot.Errorf(bot.Conflict, "messenger sends this app's events to "+shown(registered)+": left as it is")
		}
	}
	err := m.invoke(ctx, ch, provider.Call{Method: http.MethodDelete, Address: "/" + pageOf(ch) + "/subscribed_apps"}, nil)
	if e, ok := errors.AsType[*graphError](err); err != nil && (!ok || e.Code != noSuchThing) {
		return err
	}
	present, err := m.profile(ctx, ch)
	if err != nil {
		return err
	}
	return m.deleteProfile(ctx, ch, present.fields())
}

// noSuchThing is Graph's code for, among others, a subscription that is not there.
const noSuchThing = 100

// shown leaves out what may be secret in somebody else's address.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "another address"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
