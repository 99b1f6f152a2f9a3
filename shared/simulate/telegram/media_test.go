package telegram_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/simulate"
	"hookline/shared/simulate/telegram"
	"hookline/shared/simulate/telegram/markup"
)

const (
	photoURL = "https://files.example/p.png"
	fileID   = "AgACAgIAAxkBAAIBY2Vk-_photo"
)

// TestStrictFiles has a row for each thing that the real servers refuse of files and places, and its neighbour that they
// take.
func TestStrictFiles(t *testing.T) {
	const ok = ""
	photo := func(name string, v any) fields { return fields{"photo": photoURL, name: v} }
	zoo := func(name string, v any) fields {
		params := fields{"latitude": 52.5, "longitude": 13.4, "title": "Zoo", "address": "Gate 1"}
		params[name] = v
		return params
	}
	tests := []struct {
		name, method string
		params       fields
		want         string // of the description, behind "Bad Request: "
	}{
		{"photo by address", "sendPhoto", fields{"photo": photoURL}, ok},
		{"photo by id", "sendPhoto", fields{"photo": fileID}, ok},
		{"photo missing", "sendPhoto", fields{"document": photoURL}, "there is no photo in the request"},
		{"photo blank", "sendPhoto", fields{"photo": "  "}, "there is no photo in the request"},
		{"photo of another scheme", "sendPhoto", fields{"photo": "ftp://files.example/p.png"}, "wrong file identifier/HTTP URL specified"},
		{"photo without a host", "sendPhoto", fields{"photo": "https:///p.png"}, "wrong file identifier/HTTP URL specified"},
		{"photo by an id that is none", "sendPhoto", fields{"photo": "no id"}, "wrong file identifier/HTTP URL specified"},
		{"photo that is uploaded", "sendPhoto", fields{"photo": "attach://file"}, "wrong file identifier/HTTP URL specified"},
		{"audio", "sendAudio", fields{"audio": photoURL}, ok},
		{"audio missing", "sendAudio", fields{"photo": photoURL}, "there is no audio in the request"},
		{"video", "sendVideo", fields{"video": photoURL}, ok},
		{"video missing", "sendVideo", fields{}, "there is no video in the request"},
		{"document", "sendDocument", fields{"document": photoURL}, ok},
		{"document missing", "sendDocument", fields{}, "there is no document in the request"},

		{"caption of 1024", "sendPhoto", photo("caption", strings.Repeat("😀", 1024)), ok},
		{"caption of 1025", "sendPhoto", photo("caption", strings.Repeat("😀", 1025)), "message caption is too long"},
		{"caption of 1024 once parsed", "sendPhoto", fields{"photo": photoURL, "parse_mode": "HTML", "caption": "<b>" + strings.Repeat("a", 1024) + "</b>"}, ok},
		{"caption empty", "sendPhoto", photo("caption", " "), ok},
		{"caption broken", "sendPhoto", fields{"photo": photoURL, "parse_mode": "HTML", "caption": "<b>x"}, "can't parse entities: Can't find end tag corresponding to start tag \"b\""},
		{"entities beyond the caption", "sendPhoto", fields{"photo": photoURL, "caption": "x", "caption_entities": []fields{{"type": "bold", "offset": 0, "length": 2}}}, "entity ends outside of the text"},
		{"button broken", "sendPhoto", photo("reply_markup", fields{"inline_keyboard": [][]fields{{{"text": "A"}}}}), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
		{"reply to nothing", "sendPhoto", photo("reply_parameters", fields{"message_id": 999}), "message to be replied not found"},
		{"topic unknown", "sendPhoto", photo("message_thread_id", 3), "message thread not found"},
		{"chat unknown", "sendPhoto", photo("chat_id", 8), "chat not found"},

		{"location", "sendLocation", fields{"latitude": -90, "longitude": "180"}, ok},
		{"latitude missing", "sendLocation", fields{"longitude": 1}, "latitude is empty"},
		{"longitude missing", "sendLocation", fields{"latitude": 1}, "longitude is empty"},
		{"too far north", "sendLocation", fields{"latitude": 90.1, "longitude": 1}, "wrong location specified"},
		{"too far west", "sendLocation", fields{"latitude": 1, "longitude": -180.1}, "wrong location specified"},
		{"no number", "sendLocation", fields{"latitude": "north", "longitude": 1}, "wrong location specified"},
		{"not a number", "sendLocation", fields{"latitude": "NaN", "longitude": 1}, "wrong location specified"},
		{"hexadecimal", "sendLocation", fields{"latitude": "0x1p3", "longitude": 1}, ok},
		{"venue", "sendVenue", zoo("title", "Zoo"), ok},
		{"venue nowhere", "sendVenue", zoo("latitude", ""), "latitude is empty"},
		{"venue without title", "sendVenue", zoo("title", " "), "title is empty"},
		{"venue without address", "sendVenue", zoo("address", ""), "address is empty"},
	}
	n := started(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, named := tt.params["chat_id"]; !named {
				tt.params["chat_id"] = 7
			}
			got := n.call(tt.method, encode(t, tt.params))
			want := "Bad Request: " + tt.want
			if tt.want == ok {
				want = ""
			}
			if got.Description != want || got.OK != (tt.want == ok) {
				t.Errorf("%s %v = %s, want %q", tt.method, tt.params, got.text(), want)
			}
		})
	}
}

// TestSentFiles shows what users see of files and places.
func TestSentFiles(t *testing.T) {
	n := started(t)
	n.call("sendPhoto", encode(t, fields{
		"chat_id": 7, "photo": photoURL, "caption": "<b>look</b>", "parse_mode": "HTML",
		"reply_markup": fields{"inline_keyboard": [][]fields{{{"text": "yes", "callback_data": "y"}}}},
	}))
	n.call("sendDocument", encode(t, fields{"chat_id": 7, "document": fileID, "parse_mode": "HTML"}))
	n.call("sendLocation", `{"chat_id":7,"latitude":52.500,"longitude":13.4}`)
	n.call("sendVenue", `{"chat_id":7,"latitude":1,"longitude":2,"title":"Zoo","address":"Gate 1"}`)
	sent, err := n.Messages(t.Context(), at(7), 0, 0)
	if err != nil || len(sent) != 4 {
		t.Fatalf("Messages = %+v, %v, want four", sent, err)
	}
	want := []simulate.Shown{
		{
			Text: "look", Format: bot.FormatHTML, Buttons: []simulate.Button{{Text: "yes"}},
			Media: &bot.Media{Kind: bot.Photo, Source: photoURL},
		},
		{Media: &bot.Media{Kind: bot.Document, Source: fileID}},
		{Location: &bot.Location{Latitude: "52.5", Longitude: "13.4"}},
		{Location: &bot.Location{Latitude: "1", Longitude: "2", Title: "Zoo"}},
	}
	for i, s := range sent {
		if diff := cmp.Diff(want[i], s.Shown); diff != "" {
			t.Errorf("shown %d (-want +got):\n%s", i+1, diff)
		}
	}
	photo := sent[0].Native.(telegram.Act).Message
	if len(photo.Photo) != 1 || photo.Photo[0].ID == "" || photo.Caption != "look" ||
		!cmp.Equal(photo.CaptionEntities, []markup.Entity{{Type: "bold", Length: 4}}) {
		t.Errorf("the message of a photo = %+v, want a file and a bold caption", photo)
	}
	if document := sent[1].Native.(telegram.Act).Message.Document; document == nil || document.ID != fileID {
		t.Errorf("the message of a document = %+v, want the id it was sent by", document)
	}
	if venue := sent[3].Native.(telegram.Act).Message; venue.Venue == nil || venue.Location == nil {
		t.Errorf("the message of a venue = %+v, want its location beside it", venue)
	}
	if err := n.Press(private(ann), simulate.Choice{Place: 1}); err != nil {
		t.Errorf("Press below the photo = %v", err)
	}
	again := n.call("sendPhoto", encode(t, fields{"chat_id": 7, "photo": photo.Photo[0].ID}))
	if !again.OK {
		t.Errorf("sendPhoto by the id that was given = %s", again.text())
	}
}
