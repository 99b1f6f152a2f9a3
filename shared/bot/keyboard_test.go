package bot_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/bot"
)

func TestKeyboardJSON(t *testing.T) {
	for _, test := range []struct {
		name     string
		json     string
		keyboard bot.Keyboard
	}{
		{"template", `"{{ response.data | tojson }}"`, bot.Keyboard{Template: "{{ response.data | tojson }}"}},
		{"no rows", `[]`, bot.Keyboard{Rows: [][]bot.Button{}}},
		{"short buttons", `[["a","b"],["c"]]`, bot.Keyboard{Rows: [][]bot.Button{
			{{Text: "a", Payload: "a"}, {Text: "b", Payload: "b"}}, {{Text: "c", Payload: "c"}},
		}}},
		{"payload", `[[{"text":"a","payload":"1"}]]`, bot.Keyboard{Rows: [][]bot.Button{{{Text: "a", Payload: "1"}}}}},
		{"url", `[[{"text":"a","url":"https://x"}]]`, bot.Keyboard{Rows: [][]bot.Button{{{Text: "a", URL: "https://x"}}}}},
		{"url and its own text as payload", `[[{"text":"a","url":"https://x","payload":"a"}]]`, bot.Keyboard{
			Rows: [][]bot.Button{{{Text: "a", URL: "https://x", Payload: "a"}}},
		}},
		{"both forms in a row", `[["a",{"text":"b","payload":"2"}]]`, bot.Keyboard{Rows: [][]bot.Button{
			{{Text: "a", Payload: "a"}, {Text: "b", Payload: "2"}},
		}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got bot.Keyboard
			if err := json.Unmarshal([]byte(test.json), &got); err != nil {
				t.Fatalf("Unmarshal(%s) = %v", test.json, err)
			}
			if diff := cmp.Diff(test.keyboard, got); diff != "" {
				t.Errorf("Unmarshal(%s): (-want +got)\n%s", test.json, diff)
			}
			if got := encode(t, test.keyboard); got != test.json {
				t.Errorf("Marshal() = %s, want %s", got, test.json)
			}
		})
	}
}

func TestButtonRead(t *testing.T) {
	for _, test := range []struct {
		name string
		json string
		want bot.Button
	}{
		{"long form without url and payload sends its text", `{"text":"a"}`, bot.Button{Text: "a", Payload: "a"}},
		{"white space before it", " \n\t\"a\"", bot.Button{Text: "a", Payload: "a"}},
		{"escapes", `"\u0061\n\"{"`, bot.Button{Text: "a\n\"{", Payload: "a\n\"{"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got bot.Button
			if err := json.Unmarshal([]byte(test.json), &got); err != nil || got != test.want {
				t.Errorf("Unmarshal(%s) = %+v, %v, want %+v", test.json, got, err, test.want)
			}
		})
	}
}

func TestKeyboardRefused(t *testing.T) {
	for _, body := range []string{`5`, `{}`, `true`, `["a"]`, `[[1]]`, `[[["a"]]]`, `[[{"text":1}]]`, `[[{"text":"a","url":[]}]]`} {
		var k bot.Keyboard
		if err := json.Unmarshal([]byte(body), &k); err == nil {
			t.Errorf("Unmarshal(%s) = %+v, want an error", body, k)
		}
	}
}

// drawButton makes a button that does something: one without url sends a payload.
func drawButton(t *rapid.T) bot.Button {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", `"`, "{", "<b>", "null"}))
	b := bot.Button{Text: text.Draw(t, "text")}
	switch rapid.IntRange(0, 2).Draw(t, "form") {
	case 0:
		b.Payload = b.Text
	case 1:
		b.Payload = "p" + text.Draw(t, "payload")
	default:
		b.URL, b.Payload = "u"+text.Draw(t, "url"), text.Draw(t, "payload beside the url")
	}
	return b
}

func TestKeyboardIsReadBack(t *testing.T) {
	row := rapid.SliceOfN(rapid.Custom(drawButton), 1, 4)
	rapid.Check(t, func(t *rapid.T) {
		want := bot.Keyboard{Template: rapid.String().Draw(t, "template")}
		if want.Template == "" {
			want.Rows = rapid.SliceOfN(row, 1, 4).Draw(t, "rows")
		}
		encoded, err := json.Marshal(want)
		if err != nil {
			t.Fatalf("Marshal(%+v) = %v", want, err)
		}
		var got bot.Keyboard
		if err := json.Unmarshal(encoded, &got); err != nil {
			t.Fatalf("Unmarshal(%s) = %v", encoded, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Unmarshal(%s): (-want +got)\n%s", encoded, diff)
		}
	})
}
