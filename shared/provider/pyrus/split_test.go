package pyrus_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider/pyrus"
)

func split(p bot.Part) []bot.Part { return pyrus.New(http.DefaultClient, "", "").Split(p) }

func TestSplit(t *testing.T) {
	long := strings.Repeat("word ", 2000) + "last" // 10004 characters
	first, last := strings.TrimSuffix(long, " last"), "last"
	keyboard := [][]bot.Button{{{Text: "A", Payload: "A"}}}
	photo := &bot.Media{Kind: bot.Photo, Source: "https://a.example/a.png"}
	place := &bot.Location{Latitude: json.Number("52.5"), Longitude: json.Number("13.4"), Title: "Shop & Co"}
	all := bot.Options{"action": "finished", "skip_notification": true}
	every := bot.Options{"skip_notification": true}
	for _, test := range []struct {
		name string
		part bot.Part
		want []bot.Part
	}{
		{"short", bot.Part{Text: "a", ReplyTo: "7"}, []bot.Part{{Text: "a"}}},
		{"nothing", bot.Part{}, nil},
		{"white space", bot.Part{Text: " \n", Keyboard: keyboard}, nil},
		{"typing", bot.Part{Sign: bot.ShowTyping}, nil},
		{"seen", bot.Part{Sign: bot.MarkSeen, Options: all}, nil},
		{
			"long: file first, keyboard and changes last", bot.Part{Text: long, Keyboard: keyboard, Media: photo, Options: all},
			[]bot.Part{{Text: first, Media: photo, Options: every}, {Text: last, Keyboard: keyboard, Options: all}},
		},
		{"options only", bot.Part{Options: all}, []bot.Part{{Options: all}}},
		{"options of white space", bot.Part{Text: " ", Options: all}, []bot.Part{{Options: all}}},
		{"options that do nothing alone", bot.Part{Options: every}, nil},
		{"options that were rendered to nothing", bot.Part{Options: bot.Options{"subject": "", "cancel_due": false, "added_list_ids": []any{}}}, nil},
		{"file only", bot.Part{Media: photo}, []bot.Part{{Media: photo}}},
		{"formatted", bot.Part{Text: "<b>a</b>", Format: bot.FormatHTML}, []bot.Part{{Text: "<b>a</b>", Format: bot.FormatHTML}}},
		{"formatted white space", bot.Part{Text: "<b> </b>", Format: bot.FormatHTML}, nil},
		{
			"formatted and long", bot.Part{Text: "<b>" + long + "</b>", Format: bot.FormatHTML},
			[]bot.Part{{Text: first}, {Text: last}},
		},
		{"markdown", bot.Part{Text: `*a* b\.`, Format: bot.FormatMarkdown}, []bot.Part{{Text: "a b."}}},
		{
			"location", bot.Part{Location: place},
			[]bot.Part{{Text: "Shop & Co: 52.5, 13.4\nhttps://www.google.com/maps?q=52.5,13.4"}},
		},
		{
			"location below a formatted text", bot.Part{Text: "<b>a</b>", Format: bot.FormatHTML, Location: place},
			[]bot.Part{{Text: "<b>a</b>\nShop &amp; Co: 52.5, 13.4\nhttps://www.google.com/maps?q=52.5,13.4", Format: bot.FormatHTML}},
		},
		{
			"long label", bot.Part{Text: "a", Keyboard: [][]bot.Button{{{Text: strings.Repeat("é", 201), Payload: "p"}}}},
			[]bot.Part{{Text: "a", Keyboard: [][]bot.Button{{{Text: strings.Repeat("é", 199) + "…", Payload: "p"}}}}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := split(test.part)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Split() differs (-want +got):\n%s", diff)
			}
			for _, piece := range got {
				if diff := cmp.Diff([]bot.Part{piece}, split(piece)); diff != "" {
					t.Errorf("Split() of its own piece differs (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestSplitKeyboards(t *testing.T) {
	row := make([]bot.Button, 30)
	for i := range row {
		row[i] = bot.Button{Text: "b", Payload: "b"}
	}
	got := split(bot.Part{Text: "a", Keyboard: [][]bot.Button{row, row}, Options: bot.Options{"action": "finished"}})
	want := []bot.Part{
		{Text: "a", Keyboard: [][]bot.Button{row, row[:20]}},
		{Text: "…", Keyboard: [][]bot.Button{row[20:]}, Options: bot.Options{"action": "finished"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Split() of 60 buttons differs (-want +got):\n%s", diff)
	}
}
