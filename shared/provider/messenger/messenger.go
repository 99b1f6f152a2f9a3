// Package messenger speaks Meta's Messenger Platform: https://developers.facebook.com/docs/messenger-platform. Events come
// by webhook, several in a call and of several pages of one app; messages go out by the Send API of the Graph API.
package messenger

import (
	"cmp"
	"net/http"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

var (
	_ provider.Provider  = (*Messenger)(nil)
	_ provider.Greeter   = (*Messenger)(nil)
	_ provider.Connector = (*Messenger)(nil)
	_ provider.Inspector = (*Messenger)(nil)
	_ provider.Checker   = (*Messenger)(nil)
)

const (
	name           = "messenger"
	officialURL    = "https://graph.facebook.com"
	currentVersion = "v25.0"
)

// Messenger is the provider of that name.
type Messenger struct {
	client *http.Client
	base   string
}

// New makes the provider. base is the address of the Graph API without its version, "" for Meta's own.
func New(client *http.Client, base string) *Messenger {
	return &Messenger{client, strings.TrimRight(cmp.Or(base, officialURL), "/")}
}

// The network's limits: https://developers.facebook.com/docs/messenger-platform/reference/send-api. That of a text is
// reported by many, and its unit by nobody: characters are the stricter reading of most texts.
const (
	textLimit       = 2000
	templateText    = 640
	templateButtons = 3
	cards           = 10 // of a generic template, each with so many buttons as another template
	cardTitle       = 80
	quickReplies    = 13
	labelLimit      = 20
	payloadLimit    = 1000
)

// Describe gives what Messenger can do.
func (m *Messenger) Describe() provider.Description {
	return provider.Description{
		Name: name, Fields: fields, Options: options,
		Limits: provider.Limits{
			Text: textLimit, TextUnit: provider.CodePoints, Buttons: quickReplies, ButtonText: labelLimit, PayloadBytes: payloadLimit,
			Media: []bot.EventKind{bot.Photo, bot.Audio, bot.Video, bot.Document},
			Signs: []bot.Sign{bot.ShowTyping, bot.MarkSeen},
		},
		Receives: []bot.EventKind{
			bot.Text, bot.Press, bot.Start, bot.Photo, bot.Audio, bot.Video, bot.Document, bot.Sticker, bot.Located, bot.Link,
			bot.Reacted, bot.Edit, bot.Referred, bot.OptIn, bot.Account, bot.Receipt, bot.Echo, bot.Other,
		},
		Rules: rules,
	}
}

// The names of a channel's fields.
const (
	pageTokenField    = "page_token"
	verifyTokenField  = "verify_token"
	appIDField        = "app_id"
	versionField      = "graph_version"
	signatureField    = "signature"
	getStartedField   = "get_started"
	greetingField     = "greeting"
	menuField         = "menu"
	iceBreakersField  = "ice_breakers"
	signatureSHA1     = "sha1"
	signatureSHA256   = "sha256"
	defaultGetStarted = "get_started"
)

var fields = []provider.Field{
	{Name: pageTokenField, Secret: true, Required: true, Doc: "the page's access token"},
	{Name: bot.AppSecretField, Secret: true, Required: true, List: true, Doc: "the app's secret: it signs calls, and the first one our own"},
	{Name: verifyTokenField, Secret: true, Doc: "what Meta shows when it asks whether the address is ours; unset: one is made up, and connect prints it"},
	{Name: bot.AccountField, Doc: "the page's id, where several pages share one app; unset: every event of a call is for this channel"},
	{Name: appIDField, Doc: "the app's id: with it the callback is registered for you, once for all its pages; without it connect prints what to enter at Meta"},
	{Name: versionField, Doc: "version of the Graph API; " + currentVersion + " if unset"},
	{Name: signatureField, Values: []string{signatureSHA256, signatureSHA1}, Doc: "sha1 accepts X-Hub-Signature where X-Hub-Signature-256 is missing"},
	{Name: getStartedField, Doc: "payload of the button that people see first, kind start; " + defaultGetStarted + " if unset"},
	{Name: greetingField, Structured: true, Doc: "what is shown before the first message, at most 160 characters: a text, or texts by locale"},
	{Name: menuField, Structured: true, Doc: "persistent menu, at most 20 entries: a list of {text, payload} or {text, url}, the text of at most 30 characters"},
	{Name: iceBreakersField, Structured: true, Doc: "questions to choose from at first, at most 4: a list of texts or {text, payload}"},
}

// The names of options, and the values of the option keyboard.
const (
	optType         = "messaging_type"
	optTag          = "tag"
	optNotification = "notification_type"
	keyboardReplies = "quick_replies"
	keyboardButtons = "buttons"
	keyboardGeneric = "generic"
)

var options = []provider.Option{
	{Name: optType, Type: provider.Choice, Values: []string{"RESPONSE", "UPDATE", "MESSAGE_TAG"}, Doc: "RESPONSE if unset, MESSAGE_TAG with a tag"},
	{Name: optTag, Type: provider.Choice, Values: []string{"HUMAN_AGENT", "CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE"},
		Doc: "lets a message go outside the 24 hours after somebody wrote, as Meta's policy allows"},
	{Name: optNotification, Type: provider.Choice, Values: []string{"REGULAR", "SILENT_PUSH", "NO_PUSH"}, Doc: "how the phone tells of it"},
	{Name: provider.OptionKeyboard, Type: provider.Choice, Values: []string{keyboardReplies, keyboardButtons, keyboardGeneric},
		Doc: "quick_replies above the input line, which go when one is pressed, the default; buttons below the message, which stay; generic: cards side by side with 3 buttons each"},
}

var rules = []string{
	"html and markdown go as plain text; the address of a link stands behind it",
	"a text over 2000 characters goes in several messages, cut between paragraphs, lines or words; the keyboard is with the last",
	"a text of white space only is not sent",
	"buttons are quick replies; all of a keyboard are buttons of a template where one opens an address, where there are more " +
		"than 13, or where the option keyboard says buttons",
	"a template has 3 buttons and 640 characters: a longer text goes before it, its buttons and further ones follow under …",
	"generic cards are at most 10 of a message and all have its text as their title, of 80 characters: a longer text goes before " +
		"them, and their title is …",
	"a file of another kind than photo, audio, video or document goes as its address",
	"a label over 20 characters is cut and ends in …",
	"media have no caption: it follows as a text; media with a keyboard of templates are followed by …",
	"a location is a text with a link to a map",
	"an answer quotes no message",
	"a greeting, menu or ice breakers that the channel does not name are taken away when it is connected",
	"standby events and those of handover are kind other; nothing is sent in answer to a standby event",
}

// payloadOfStart is what the get-started button sends.
func payloadOfStart(ch bot.Channel) string {
	return cmp.Or(ch.Setting(getStartedField), defaultGetStarted)
}
