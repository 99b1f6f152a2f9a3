package bot_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

const wholeResponse = `{"text":"a","keyboard":[["b"]],"format":"html","reply_to":true,"photo":"p","audio":"a","video":"v",` +
	`"document":"d","location":"l","typing":true,"seen":true,"messages":[{"text":"m"}],"on_failure":"f",` +
	`"kik":{"delay":5},"telegram":{"disable_notification":true}}`

func TestResponseJSON(t *testing.T) {
	for _, test := range []struct {
		name     string
		json     string
		response bot.Response
	}{
		{"empty", `{}`, bot.Response{}},
		{"fields only", `{"text":"a","on_failure":"b"}`, bot.Response{Message: bot.Message{Text: "a"}, OnFailure: "b"}},
		{"options only", `{"telegram":{"disable_notification":true}}`, bot.Response{
			Options: map[string]bot.Options{"telegram": {"disable_notification": true}},
		}},
		{"empty options", `{"text":"a","kik":{}}`, bot.Response{
			Message: bot.Message{Text: "a"}, Options: map[string]bot.Options{"kik": {}},
		}},
		{
			"numbers as they are written", `{"telegram":{"id":12345678901234567890,"deep":[{"ratio":0.10000000000000000001}],"big":1E+400}}`,
			bot.Response{Options: map[string]bot.Options{"telegram": {
				"id": json.Number("12345678901234567890"), "big": json.Number("1E+400"),
				"deep": []any{map[string]any{"ratio": json.Number("0.10000000000000000001")}},
			}}},
		},
		{"everything", wholeResponse, bot.Response{
			Message: bot.Message{
				Text: "a", Keyboard: &bot.Keyboard{Rows: [][]bot.Button{{{Text: "b", Payload: "b"}}}}, Format: bot.FormatHTML,
				ReplyTo: true, Photo: "p", Audio: "a", Video: "v", Document: "d", Location: "l", Typing: true, Seen: true,
			},
			Messages: []bot.Message{{Text: "m"}}, OnFailure: "f",
			Options: map[string]bot.Options{"kik": {"delay": json.Number("5")}, "telegram": {"disable_notification": true}},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got bot.Response
			if err := json.Unmarshal([]byte(test.json), &got); err != nil {
				t.Fatalf("Unmarshal(%s) = %v", test.json, err)
			}
			if diff := cmp.Diff(test.response, got); diff != "" {
				t.Errorf("Unmarshal(%s): (-want +got)\n%s", test.json, diff)
			}
			if diff := cmp.Diff(decodeExact(t, test.json), decodeExact(t, encode(t, test.response))); diff != "" {
				t.Errorf("Marshal(): (-want +got)\n%s", diff)
			}
		})
	}
}

// A field that is not in the sample could be taken for a network's options without any test failing.
func TestWholeResponseHasEveryField(t *testing.T) {
	var r bot.Response
	if err := json.Unmarshal([]byte(wholeResponse), &r); err != nil {
		t.Fatalf("Unmarshal(%s) = %v", wholeResponse, err)
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[bot.Response]()) {
		if reflect.ValueOf(r).FieldByIndex(field.Index).IsZero() {
			t.Errorf("%s is missing in %s", field.Name, wholeResponse)
		}
	}
}

func TestResponseRefused(t *testing.T) {
	for _, body := range []string{`5`, `[]`, `{"text":1}`, `{"messages":{}}`, `{"telegram":5}`, `{"telegram":"a"}`, `{"telegram":[]}`} {
		var r bot.Response
		if err := json.Unmarshal([]byte(body), &r); err == nil {
			t.Errorf("Unmarshal(%s) = %+v, want an error", body, r)
		}
	}
}

func TestResponseOptionsNotEncodable(t *testing.T) {
	r := bot.Response{Options: map[string]bot.Options{"telegram": {"a": func() {}}}}
	if got, err := json.Marshal(r); err == nil {
		t.Errorf("Marshal() = %s, want an error", got)
	}
}

func TestResponseAll(t *testing.T) {
	for _, test := range []struct {
		name     string
		response *bot.Response
		want     []bot.Message
	}{
		{"none", nil, nil},
		{"empty", &bot.Response{}, nil},
		{"nothing to send", &bot.Response{
			Message: bot.Message{Format: bot.FormatHTML}, OnFailure: "f", Options: map[string]bot.Options{"kik": {}},
		}, nil},
		{"in place", &bot.Response{Message: bot.Message{Text: "a", Format: bot.FormatHTML}}, []bot.Message{{Text: "a", Format: "html"}}},
		{"a flag is something", &bot.Response{Message: bot.Message{Typing: true}}, []bot.Message{{Typing: true}}},
		{
			"an empty keyboard is something",
			&bot.Response{Message: bot.Message{Keyboard: &bot.Keyboard{}}}, []bot.Message{{Keyboard: &bot.Keyboard{}}},
		},
		{
			"in place first, then the list in its order",
			&bot.Response{Message: bot.Message{Text: "a"}, Messages: []bot.Message{{Text: "b"}, {Photo: "c"}}},
			[]bot.Message{{Text: "a"}, {Text: "b"}, {Photo: "c"}},
		},
		{
			"the list inherits the format, where it has none",
			&bot.Response{
				Message:  bot.Message{Format: bot.FormatMarkdown},
				Messages: []bot.Message{{Text: "a"}, {Text: "b", Format: bot.FormatHTML}},
			},
			[]bot.Message{{Text: "a", Format: "markdown"}, {Text: "b", Format: "html"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.response.All()); diff != "" {
				t.Errorf("All(): (-want +got)\n%s", diff)
			}
		})
	}
}

func TestResponseAllChangesNothing(t *testing.T) {
	r := bot.Response{Message: bot.Message{Format: bot.FormatHTML}, Messages: []bot.Message{{Text: "a"}}}
	r.All()
	if got := r.Messages[0].Format; got != bot.FormatPlain {
		t.Errorf("format of a message after All() = %q, want it untouched", got)
	}
}
