package messenger_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider/messenger"
)

func parse(t *testing.T, body string) ([]bot.Event, error) {
	t.Helper()
	return messenger.New(http.DefaultClient, "").Parse(channel(), []byte(body))
}

func TestM10NotACall(t *testing.T) {
	for _, body := range []string{``, `{`, `[]`, `"page"`, `null`, `1`, `{}`, "{\"object\":\"\xff\"}"} {
		if events, err := parse(t, body); len(events) != 0 || bot.KindOf(err) != bot.Invalid {
			t.Errorf("Parse(%q) = %d events, %v, want none and invalid", body, len(events), err)
		}
	}
}

// What is odd in one event does its neighbours no harm.
func TestM14Neighbours(t *testing.T) {
	good := func(mid string) string {
		return `{"sender":{"id":"200"},"recipient":{"id":"100"},"timestamp":1,"message":{"mid":"` + mid + `","text":"hi"}}`
	}
	for _, test := range []struct{ name, broken string }{
		{"M14 a text", `"hello"`}, {"M14 null", `null`}, {"M14 a list", `[]`}, {"M14 empty", `{}`}, {"M15 message null", `{"sender":{"id":"1"},"message":null}`},
		{"M14 sender is a text", `{"sender":"200","message":{"mid":"x"}}`}, {"M14 message is a list", `{"sender":{"id":"1"},"message":[]}`},
		{"M14 text is a number", `{"sender":{"id":"1"},"message":{"text":7}}`}, {"M14 attachments are a text", `{"message":{"attachments":"x"}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, _ := parse(t, `{"object":"page","entry":[{"id":"100","messaging":[`+good("a")+`,`+test.broken+`,`+good("b")+`]},{"id":"101","messaging":[`+good("c")+`]}]}`)
			var said []string
			for _, e := range events {
				if e.Kind == bot.Text {
					said = append(said, e.ID)
				}
			}
			if diff := cmp.Diff([]string{"100:message:a", "100:message:b", "101:message:c"}, said); diff != "" {
				t.Errorf("events beside %s (-want +got):\n%s", test.broken, diff)
			}
		})
	}
}

func TestM16ForeignShapes(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       int
	}{
		{"M16 object missing", `{"entry":[{"id":"100","messaging":[{"sender":{"id":"1"},"message":{"mid":"a","text":"hi"}}]}]}`, 1},
		{"M16 entry missing", `{"object":"page"}`, 0},
		{"M16 entry null", `{"object":"page","entry":null}`, 0},
		{"M16 another object", `{"object":"instagram","entry":[]}`, 0},
		{"M16 changes", `{"object":"page","entry":[{"id":"100","changes":[{"field":"feed"}]}]}`, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			if events, err := parse(t, test.body); len(events) != test.want || bot.KindOf(err) == bot.Invalid {
				t.Errorf("Parse(%s) = %d events, %v, want %d", test.body, len(events), err, test.want)
			}
		})
	}
}

// Meta sends an event again in a call with another time.
func TestM17SameEventInAnotherCall(t *testing.T) {
	files, err := filepath.Glob("testdata/*.events.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata")
	}
	for _, file := range files {
		body, err := os.ReadFile(strings.Replace(file, ".events.json", ".json", 1))
		if err != nil {
			t.Fatal(err)
		}
		first, _ := parse(t, string(body))
		again, _ := parse(t, strings.ReplaceAll(string(body), `"time": 1700000000128`, `"time": 1700000099999`))
		for i := range first {
			if first[i].ID != again[i].ID {
				t.Errorf("%s: ids %q and %q, want the same", file, first[i].ID, again[i].ID)
			}
		}
	}
}

// The kinds of djmessenger's receiving types, and what came later; the golden files have the rest of each.
func TestM18M19M20M21M22Kinds(t *testing.T) {
	message := func(fields string) string {
		return `{"sender":{"id":"200"},"recipient":{"id":"100"},"timestamp":5,"message":{"mid":"m",` + fields + `}}`
	}
	event := func(fields string) string {
		return `{"sender":{"id":"200"},"recipient":{"id":"100"},"timestamp":5,` + fields + `}`
	}
	file := func(kind string) string {
		return message(`"attachments":[{"type":"` + kind + `","payload":{"url":"https://x"}}]`)
	}
	for _, test := range []struct {
		name, event string
		kind        bot.EventKind
		via         string
	}{
		{"M19 QUICK_REPLY", message(`"text":"a","quick_reply":{"payload":"p"}`), bot.Press, "quick_reply"},
		{"M19 STICKER", message(`"sticker_id":1,"attachments":[{"type":"image"}]`), bot.Sticker, ""},
		{"M22 sticker only as attachment", file("sticker"), bot.Sticker, ""},
		{"M19 IMAGE", file("image"), bot.Photo, ""}, {"M19 AUDIO", file("audio"), bot.Audio, ""},
		{"M19 VIDEO", file("video"), bot.Video, ""}, {"M19 FILE", file("file"), bot.Document, ""}, {"M19 LOCATION", file("location"), bot.Located, ""},
		{"M20 ECHO", message(`"is_echo":true,"text":"a"`), bot.Echo, ""}, {"M20 echo of an image", message(`"is_echo":true,"attachments":[{"type":"image"}]`), bot.Echo, ""},
		{"M20 echo of a sticker", message(`"is_echo":true,"sticker_id":1`), bot.Echo, ""}, {"M20 echo of a quick reply", message(`"is_echo":true,"quick_reply":{"payload":"p"}`), bot.Echo, ""},
		{"M19 SIMPLE_TEXT", message(`"text":"a"`), bot.Text, ""},
		{"M19 PERSISTENT_MENU", event(`"postback":{"payload":"help"}`), bot.Press, "menu"},
		{"M19 GET_STARTED_BUTTON", event(`"postback":{"payload":"get_started"}`), bot.Start, "get_started"},
		{"M19 M35 POSTBACK", event(`"postback":{"payload":"{\"payload_class\":\"os.system\"}"}`), bot.Press, "postback"},
		{"M19 AUTHENTICATION", event(`"optin":{"ref":"r"}`), bot.OptIn, ""}, {"M19 ACCOUNT_LINKING", event(`"account_linking":{"status":"linked"}`), bot.Account, ""},
		{"M18 M19 DELIVERED", event(`"delivery":{"watermark":1}`), bot.Receipt, ""}, {"M18 M19 READ", event(`"read":{"watermark":1}`), bot.Receipt, ""},
		{"M21 postback without payload", event(`"postback":{"title":"a"}`), bot.Other, "postback"},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := parse(t, `{"object":"page","entry":[{"id":"100","messaging":[`+test.event+`]}]}`)
			if err != nil || len(events) != 1 || events[0].Kind != test.kind || events[0].Via != test.via {
				t.Errorf("Parse(%s) = %+v, %v, want kind %s via %q", test.event, events, err, test.kind, test.via)
			}
		})
	}
}

// A standby event names nobody to answer.
func TestM21StandbyIsNeverAnswered(t *testing.T) {
	events, err := parse(t, `{"object":"page","entry":[{"id":"100","standby":[{"sender":{"id":"200"},"message":{"mid":"m","text":"hi"}}]}]}`)
	if err != nil || len(events) != 1 || events[0].Kind != bot.Other || events[0].Address().Place() != "" {
		t.Errorf("Parse(standby) = %+v, %v, want kind other and no address", events, err)
	}
}

func TestConfiguredGetStarted(t *testing.T) {
	ch := with(map[string]any{"get_started": "BEGIN"})
	for payload, want := range map[string]bot.EventKind{"BEGIN": bot.Start, "get_started": bot.Press} {
		events, _ := messenger.New(http.DefaultClient, "").Parse(ch, []byte(`{"entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"postback":{"payload":"`+payload+`"}}]}]}`))
		if len(events) != 1 || events[0].Kind != want {
			t.Errorf("Parse(postback %s) = %+v, want kind %s", payload, events, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	m := messenger.New(http.DefaultClient, "")
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := m.Parse(channel(), body)
		seen := map[string]bool{}
		for _, e := range events {
			if e.ID == "" || seen[e.ID] || e.Kind == "" {
				t.Errorf("Parse(%q) gives the event %+v, want an id of its own and a kind", body, e)
			}
			seen[e.ID] = true
		}
		if len(events) == 0 && err != nil && bot.KindOf(err) == "" {
			t.Errorf("Parse(%q) = %v, want an error of ours", body, err)
		}
	})
}
