package kik_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider/kik"
)

func buttons(from, to int) (row []bot.Button) {
	for i := from; i <= to; i++ {
		label := fmt.Sprint("b", i)
		row = append(row, bot.Button{Text: label, Payload: label})
	}
	return row
}

func media(kind bot.EventKind, source string) *bot.Media {
	return &bot.Media{Kind: kind, Source: source}
}

func TestF35Split(t *testing.T) {
	const shop = "https://shop.example"
	long := strings.TrimSpace(strings.Repeat("word ", 400)) // 1999 characters, 300 words of which are 1499
	first, second := long[:1499], long[1500:]
	ok := []bot.Button{{Text: "OK", Payload: "ok"}}
	slow := bot.Options{"delay": json.Number("5")}
	for _, test := range []struct {
		name string
		part bot.Part
		want []bot.Part
	}{
		{"text", bot.Part{Text: "a"}, []bot.Part{{Text: "a"}}},
		{"quoted message", bot.Part{Text: "a", ReplyTo: "m1"}, []bot.Part{{Text: "a"}}},
		{"long text", bot.Part{Text: long, Options: slow}, []bot.Part{{Text: first, Options: slow}, {Text: second}}},
		{"options alone", bot.Part{Options: slow}, nil},
		{
			"text_limit", bot.Part{Text: "one two three", Options: bot.Options{"text_limit": json.Number("8")}},
			[]bot.Part{{Text: "one two", Options: bot.Options{"text_limit": json.Number("8")}}, {Text: "three"}},
		},
		{"text_limit that is too large", bot.Part{Text: long, Options: bot.Options{"text_limit": 9999.0}}, []bot.Part{{Text: first, Options: bot.Options{"text_limit": 9999.0}}, {Text: second}}},
		{"html", bot.Part{Text: "<b>a</b> &amp; b", Format: bot.FormatHTML}, []bot.Part{{Text: "a & b"}}},
		{"html of nothing", bot.Part{Text: "<b> </b>", Format: bot.FormatHTML, Keyboard: [][]bot.Button{ok}}, nil},
		{"markdown", bot.Part{Text: `*a* 1\.5`, Format: bot.FormatMarkdown}, []bot.Part{{Text: "a 1.5"}}},
		{"K25 rows", bot.Part{Text: "a", Keyboard: [][]bot.Button{buttons(1, 2), buttons(3, 3)}}, []bot.Part{{Text: "a", Keyboard: [][]bot.Button{buttons(1, 3)}}}},
		{"K25 20 suggestions", bot.Part{Text: "a", Keyboard: [][]bot.Button{buttons(1, 20)}}, []bot.Part{{Text: "a", Keyboard: [][]bot.Button{buttons(1, 20)}}}},
		{
			"K25 21 suggestions", bot.Part{Text: "a", Keyboard: [][]bot.Button{buttons(1, 21)}},
			[]bot.Part{{Text: "a\nb21", Keyboard: [][]bot.Button{buttons(1, 20)}}},
		},
		{"K25 on the last chunk only", bot.Part{Text: long, Keyboard: [][]bot.Button{ok}}, []bot.Part{{Text: first}, {Text: second, Keyboard: [][]bot.Button{ok}}}},
		{"a label of nothing", bot.Part{Text: "a", Keyboard: [][]bot.Button{{{Text: " ", Payload: "p"}}}}, []bot.Part{{Text: "a"}}},
		{
			"address of a button", bot.Part{Text: "a", Keyboard: [][]bot.Button{ok, {{Text: "Menu", URL: shop}}}},
			[]bot.Part{{Text: "a"}, {
				Text: "Menu", Media: media(bot.Link, shop), Keyboard: [][]bot.Button{{ok[0], {Text: "Menu", Payload: "Menu"}}},
			}},
		},
		{
			"photo", bot.Part{Text: "caption", Media: media(bot.Photo, shop), Keyboard: [][]bot.Button{ok}, Options: slow},
			[]bot.Part{{Media: media(bot.Photo, shop), Options: slow}, {Text: "caption", Keyboard: [][]bot.Button{ok}}},
		},
		{"photo with buttons", bot.Part{Media: media(bot.Photo, shop), Keyboard: [][]bot.Button{ok}}, []bot.Part{{Media: media(bot.Photo, shop), Keyboard: [][]bot.Button{ok}}}},
		{"video", bot.Part{Media: media(bot.Video, shop)}, []bot.Part{{Media: media(bot.Video, shop)}}},
		{"audio", bot.Part{Media: media(bot.Audio, shop)}, []bot.Part{{Media: media(bot.Link, shop)}}},
		{"document", bot.Part{Text: "a", Media: media(bot.Document, shop)}, []bot.Part{{Media: media(bot.Link, shop)}, {Text: "a"}}},
		{
			"location", bot.Part{Location: &bot.Location{Latitude: "1.5", Longitude: "-2", Title: "Oven"}},
			[]bot.Part{{Text: "Oven: 1.5, -2\nhttps://www.google.com/maps?q=1.5,-2"}},
		},
		{"typing", bot.Part{Sign: bot.ShowTyping, Options: slow}, []bot.Part{{Sign: bot.ShowTyping}}},
		{"seen", bot.Part{Sign: bot.MarkSeen, ReplyTo: "m1"}, []bot.Part{{Sign: bot.MarkSeen, ReplyTo: "m1"}}},
		{"seen, and no message", bot.Part{Sign: bot.MarkSeen}, nil},
		{"unknown sign", bot.Part{Sign: "waving"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			network := kik.New(http.DefaultClient, "")
			got := network.Split(test.part)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Fatalf("Split(%+v) (-want +got):\n%s", test.part, diff)
			}
			for _, piece := range got {
				if diff := cmp.Diff([]bot.Part{piece}, network.Split(piece)); diff != "" {
					t.Errorf("Split() of its own piece (-piece +again):\n%s", diff)
				}
			}
		})
	}
}
