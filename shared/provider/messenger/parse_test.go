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

// To refuse a call for what is odd in it would in the end cost the page its subscription.
func TestM14CallOfBrokenEventsIsTaken(t *testing.T) {
	for _, test := range []struct{ name, body string }{
		{"M14 entry is a text", `{"object":"page","entry":"x"}`},
		{"M14 entries are texts", `{"object":"page","entry":["x",7,null]}`},
		{"M14 messaging is a text", `{"object":"page","entry":[{"id":"100","messaging":"x"}]}`},
		{"M14 the only event is none", `{"object":"page","entry":[{"id":"100","messaging":[7]}]}`},
		{"M14 the only event says nothing", `{"object":"page","entry":[{"id":"100","messaging":[{"sender":{"id":"200"}}]}]}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := parse(t, test.body)
			if len(events) != 0 || err == nil || bot.KindOf(err) == bot.Invalid {
				t.Errorf("Parse(%s) = %d events, %v, want none and an error that does not refuse the call", test.body, len(events), err)
			}
		})
	}
}

// idOf parses a call of one event.
func idOf(t *testing.T, event string) string {
	t.Helper()
	events, err := parse(t, `{"object":"page","entry":[{"id":"100","messaging":[`+event+`]}]}`)
	if err != nil || len(events) != 1 {
		t.Fatalf("Parse(%s) = %d events, %v, want one", event, len(events), err)
	}
	return events[0].ID
}

func TestM17DistinctEventsHaveDistinctIDs(t *testing.T) {
	for _, test := range []struct{ name, one, other string }{
		{"M17 edits without mid", `{"message_edit":{"text":"a"}}`, `{"message_edit":{"text":"b"}}`},
		{"M17 edits of one message", `{"message_edit":{"mid":"m","num_edit":1}}`, `{"message_edit":{"mid":"m","num_edit":2}}`},
		{"M17 a message and its echo", `{"message":{"mid":"m","text":"a"}}`, `{"message":{"mid":"m","text":"a","is_echo":true}}`},
		{"M17 messages without mid", `{"message":{"text":"a"}}`, `{"message":{"text":"b"}}`},
		{"M17 postbacks without mid", `{"timestamp":1,"postback":{"payload":"p"}}`, `{"timestamp":2,"postback":{"payload":"p"}}`},
		{"M17 receipts without watermark", `{"timestamp":1,"read":{"seq":1}}`, `{"timestamp":1,"read":{"seq":2}}`},
		{"M17 a read and a delivery", `{"sender":{"id":"1"},"read":{"watermark":5}}`, `{"sender":{"id":"1"},"delivery":{"watermark":5}}`},
		{"M17 opt-ins by user_ref", `{"sender":{"user_ref":"a"},"optin":{"ref":"r"}}`, `{"sender":{"user_ref":"b"},"optin":{"ref":"r"}}`},
		{"M17 colons", `{"optin":{"type":"a","payload":"b:c"}}`, `{"optin":{"type":"a:b","payload":"c"}}`},
		{"M17 a reaction and its withdrawal", `{"timestamp":1,"reaction":{"mid":"m","action":"react"}}`, `{"timestamp":1,"reaction":{"mid":"m","action":"unreact"}}`},
		{"M17 large numbers", `{"game_play":{"score":9007199254740993}}`, `{"game_play":{"score":9007199254740992}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if one, other := idOf(t, test.one), idOf(t, test.other); one == other {
				t.Errorf("Parse() gives %s and %s the id %q, want one each", test.one, test.other, one)
			}
		})
	}
}

func TestM17SameEventWrittenOtherwise(t *testing.T) {
	one := `{"sender":{"id":"200"},"timestamp":1,"optin":{"type":"t","payload":"gr\u00fc\u00df"}}`
	other := `{ "optin": {"payload": "grüß", "type": "t"}, "timestamp": 1, "sender": {"id": "200"} }`
	if a, b := idOf(t, one), idOf(t, other); a != b {
		t.Errorf("Parse() gives the ids %q and %q, want the same", a, b)
	}
}

func TestM13F15EntriesAndMessagings(t *testing.T) {
	body, err := os.ReadFile("testdata/two_pages.json")
	if err != nil {
		t.Fatal(err)
	}
	events, err := parse(t, string(body))
	var got []string
	for _, e := range events {
		got = append(got, e.Account+" "+e.Text)
	}
	if diff := cmp.Diff([]string{"100 1", "100 2", "101 3", "101 4"}, got); diff != "" || err != nil {
		t.Errorf("Parse(two entries of two events) = %v, events (-want +got):\n%s", err, diff)
	}
}

// Without an id of the entry the page is who got a message, or sent an echo.
func TestM20AccountWithoutEntryID(t *testing.T) {
	for _, test := range []struct{ name, event string }{
		{"M20 message", `{"sender":{"id":"200"},"recipient":{"id":"100"},"message":{"mid":"m","text":"a"}}`},
		{"M20 echo", `{"sender":{"id":"100"},"recipient":{"id":"200"},"message":{"mid":"m","text":"a","is_echo":true}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := parse(t, `{"object":"page","entry":[{"messaging":[`+test.event+`]}]}`)
			if err != nil || len(events) != 1 || events[0].Account != "100" || events[0].Chat.ID != "200" {
				t.Errorf("Parse(%s) = %+v, %v, want account 100 and chat 200", test.event, events, err)
			}
		})
	}
}

// Between June and August 2026 a sticker comes as an image and as a sticker in one message.
func TestM22StickerBesideImage(t *testing.T) {
	events, err := parse(t, `{"entry":[{"id":"100","messaging":[{"sender":{"id":"200"},"message":{"mid":"m","sticker_id":5,"attachments":[`+
		`{"type":"image","payload":{"url":"https://x/i"}},{"type":"sticker","payload":{"url":"https://x/s"}}]}}]}]}`)
	want := []bot.Attachment{{Type: "image", URL: "https://x/i"}, {Type: "sticker", URL: "https://x/s", ID: "5"}}
	if err != nil || len(events) != 1 || events[0].Kind != bot.Sticker {
		t.Fatalf("Parse(image and sticker) = %+v, %v, want one event of kind sticker", events, err)
	}
	if diff := cmp.Diff(want, events[0].Attachments); diff != "" {
		t.Errorf("Parse(image and sticker) has attachments (-want +got):\n%s", diff)
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
