// Package pyrus speaks with Pyrus, where a chat is the comments of a task: https://pyrus.com/en/help/api. Calls come by
// webhook and are signed; comments go out by the API, with a token for which we log in.
package pyrus

import (
	"cmp"
	"net/http"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

var (
	_ provider.Provider  = (*Pyrus)(nil)
	_ provider.Connector = (*Pyrus)(nil)
	_ provider.Rereader  = (*Pyrus)(nil)
	_ provider.Checker   = (*Pyrus)(nil)
)

const (
	name         = "pyrus"
	loginField   = "login"
	keyField     = "security_key"
	replyField   = "reply"
	replyComment = "comment"

	officialURL     = "https://api.pyrus.com/v4"
	officialAuthURL = "https://accounts.pyrus.com/api/v4"
)

// Pyrus is the provider of that name.
type Pyrus struct {
	client   *http.Client
	base     string
	authBase string
	sessions *sessions
}

// New makes the provider. base is the address of the API, authBase the one to log in at; "" is Pyrus's own.
func New(client *http.Client, base, authBase string) *Pyrus {
	return &Pyrus{
		client, strings.TrimRight(cmp.Or(base, officialURL), "/"), strings.TrimRight(cmp.Or(authBase, officialAuthURL), "/"),
		newSessions(),
	}
}

// Our own limits: those of Pyrus are not published.
const (
	textLimit   = 10_000 // code points of a comment
	buttonLimit = 50
	labelLimit  = 200 // code points
)

// Describe gives what Pyrus can do.
func (p *Pyrus) Describe() provider.Description {
	return provider.Description{
		Name: name,
		Fields: []provider.Field{
			{Name: loginField, Required: true, Doc: "the bot's login, of the form bot@0e1f…, as its page in Pyrus shows it"},
			{
				Name: keyField, Secret: true, Required: true, List: true,
				Doc: "the bot's security key: it signs the calls, and we log in with it",
			},
			{Name: replyField, Values: []string{replyComment}, Doc: "how replies go: as comments through the API, the default"},
		},
		Options: describedOptions(),
		Limits: provider.Limits{
			Text: textLimit, TextUnit: provider.CodePoints, Caption: textLimit,
			Buttons: buttonLimit, ButtonText: labelLimit,
			Media:   []bot.EventKind{bot.Photo, bot.Audio, bot.Video, bot.Document},
			Formats: []bot.Format{bot.FormatHTML},
		},
		Receives: []bot.EventKind{
			bot.Text, bot.Press, bot.Start, bot.Document, bot.Edit, bot.Filled, bot.Tasked, bot.Echo, bot.Other,
		},
		Rules: rules,
	}
}

var rules = []string{
	"a chat is a task; a reply is a comment on it, which everybody in the task can read",
	"an event is the newest comment of a call; of a task without comments it is kind start, with the task's text, or /start " +
		"where it has none",
	"a comment is, by the first that fits: edit, button (an approval; the payload is the choice), text, document, form (fields " +
		"were changed), task (closed, reassigned …); a call of the event close is kind task",
	"the newest comment being the bot's own is kind echo",
	"format html goes as formatted text, in which line ends become <br>; markdown goes as plain text",
	"a text over 10000 characters goes in several comments, cut between paragraphs, lines or words, and as plain text if it " +
		"was formatted",
	"a comment without text, file and settings is not sent",
	"a keyboard becomes a list below the text: the label of each button, then its address or, where it is not the label, " +
		"the payload to answer with",
	"a keyboard of more than 50 buttons goes on in further comments, whose text is …; a label over 200 characters is cut and " +
		"ends in …",
	"a file goes as a link that is attached to the comment, or by the id or guid that Pyrus gave it; files are not uploaded",
	"a location goes as a text with a link to a map; typing and seen show nothing",
	"the quoted message is left out",
	"settings that change the task go with the last comment of a text; several comments share the others",
}
