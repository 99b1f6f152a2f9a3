package telegram_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

func row(n int) []bot.Button {
	buttons := make([]bot.Button, n)
	for i := range buttons {
		buttons[i] = bot.Button{Text: "b", Payload: "p"}
	}
	return buttons
}

// shape gives the lengths of a keyboard's rows.
func shape(p bot.Part) []int {
	var lengths []int
	for _, r := range p.Keyboard {
		lengths = append(lengths, len(r))
	}
	return lengths
}

func TestKeyboardPages(t *testing.T) {
	var hundred []int
	for range 12 {
		hundred = append(hundred, 8)
	}
	for _, test := range []struct {
		name string
		rows [][]bot.Button
		want [][]int
	}{
		{"as it is", [][]bot.Button{row(8), row(1)}, [][]int{{8, 1}}},
		{"long row", [][]bot.Button{row(9), row(1)}, [][]int{{8, 1, 1}}},
		{"empty row", [][]bot.Button{{}, row(2)}, [][]int{{2}}},
		{"100 buttons", [][]bot.Button{row(100)}, [][]int{append(hundred, 4)}},
		{"101 buttons", [][]bot.Button{row(101)}, [][]int{append(hundred, 4), {1}}},
		{
			"many bytes", [][]bot.Button{{{Text: "a", URL: strings.Repeat("u", 5000)}, {Text: "b", URL: strings.Repeat("u", 5000)}}},
			[][]int{{1}, {1}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got [][]int
			for i, p := range split(bot.Part{Text: "x", Keyboard: test.rows}) {
				got = append(got, shape(p))
				if want := []string{"x", "…"}[min(i, 1)]; p.Text != want {
					t.Errorf("Split(): piece %d has text %q, want %q", i, p.Text, want)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Split() gives rows that differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLabelsAreCut(t *testing.T) {
	long := strings.Repeat("é", 65)
	got := split(bot.Part{Text: "x", Keyboard: [][]bot.Button{{{Text: long, Payload: "p"}, {Text: long[:128], Payload: "p"}}}})
	want := [][]bot.Button{{{Text: strings.Repeat("é", 63) + "…", Payload: "p"}, {Text: long[:128], Payload: "p"}}}
	if diff := cmp.Diff(want, got[0].Keyboard); diff != "" {
		t.Errorf("Split() gives buttons that differ (-want +got):\n%s", diff)
	}
}

// TestT31KeyboardOnTheLastPiece: every piece quotes, the last one has the keyboard or takes an earlier one away.
func TestT31KeyboardOnTheLastPiece(t *testing.T) {
	text := words(1024) + " tail"
	keys := [][]bot.Button{row(1)}
	with := func(option string) bot.Options { return bot.Options{"keyboard": option, "protect_content": true} }
	for _, test := range []struct {
		name        string
		keyboard    [][]bot.Button
		options     bot.Options
		first, last bot.Options
	}{
		{"keyboard", keys, nil, bot.Options{"keyboard": "keep"}, nil},
		{"reply keyboard", keys, with("reply"), with("keep"), with("reply")},
		{"none", nil, nil, bot.Options{"keyboard": "keep"}, bot.Options{"keyboard": "remove"}},
		{"none, inline asked for", nil, with("inline"), with("keep"), with("remove")},
		{"none, reply asked for", nil, with("reply"), with("keep"), with("reply")},
		{"none, to be kept", nil, with("keep"), with("keep"), with("keep")},
		{"none, to be removed", nil, with("remove"), with("keep"), with("remove")},
	} {
		t.Run(test.name, func(t *testing.T) {
			part := bot.Part{Text: text, Keyboard: test.keyboard, ReplyTo: "12", Options: test.options}
			want := []bot.Part{
				{Text: words(1024), ReplyTo: "12", Options: test.first},
				{Text: "tail", ReplyTo: "12", Options: test.last, Keyboard: test.keyboard},
			}
			if diff := cmp.Diff(want, split(part)); diff != "" {
				t.Errorf("Split() differs (-want +got):\n%s", diff)
			}
		})
	}
}
