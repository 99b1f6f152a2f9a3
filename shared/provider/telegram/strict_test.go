package telegram_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/bot"
	"hookline/shared/provider/telegram"
	"hookline/shared/simulate"
	simulated "hookline/shared/simulate/telegram"
)

// part draws anything that a bot may say to somebody.
func part(t *rapid.T) bot.Part {
	word := rapid.SampledFrom([]string{"a", "word", "😀", "\n\n", strings.Repeat("x", 300), "1.5", "<", "&amp;", "*"})
	marked := rapid.SampledFrom([]string{"<b>bold &amp; <i>more</i></b>", `<a href="https://a.example/?x=1&amp;y">link</a>`, "&lt;x&gt;", "plain"})
	p := bot.Part{Format: rapid.SampledFrom([]bot.Format{bot.FormatPlain, bot.FormatHTML}).Draw(t, "format")}
	words := word
	if p.Format == bot.FormatHTML {
		words = marked
	}
	drawn := strings.Join(rapid.SliceOfN(words, 0, 30).Draw(t, "words"), " ")
	p.Text = strings.Repeat(drawn+" ", rapid.IntRange(1, 60).Draw(t, "times"))
	switch rapid.IntRange(0, 3).Draw(t, "content") {
	case 1:
		kind := rapid.SampledFrom([]bot.EventKind{bot.Photo, bot.Audio, bot.Video, bot.Document, bot.Voice}).Draw(t, "kind")
		p.Media = &bot.Media{Kind: kind, Source: "https://files.example/f?a&b"}
	case 2:
		title := rapid.SampledFrom([]string{"", "Zoo"}).Draw(t, "title")
		p.Location = &bot.Location{Latitude: "52.5", Longitude: "-13.25", Title: title}
	}
	for range rapid.IntRange(0, 12).Draw(t, "rows") {
		var row []bot.Button
		for range rapid.IntRange(1, 12).Draw(t, "buttons") {
			row = append(row, rapid.SampledFrom([]bot.Button{
				{Text: "b", Payload: "p"}, {Text: strings.Repeat("é", 70), Payload: "q"}, {Text: "u", URL: "https://a.example/"},
			}).Draw(t, "button"))
		}
		p.Keyboard = append(p.Keyboard, row)
	}
	if option := rapid.SampledFrom([]string{"", "inline", "reply", "keep", "remove"}).Draw(t, "keyboard"); option != "" {
		p.Options = bot.Options{"keyboard": option}
	}
	return p
}

// TestSplitPiecesAreTaken: a network as strict as Telegram takes every piece as it is, and shows all of it.
func TestSplitPiecesAreTaken(t *testing.T) {
	network := simulated.New()
	network.MaxMessages = 1000
	server := httptest.NewServer(network)
	t.Cleanup(server.Close)
	t.Cleanup(network.Close)
	client := telegram.New(server.Client(), server.URL)
	ch := channel()
	identity, err := client.Identify(t.Context(), ch)
	if err != nil {
		t.Fatal(err)
	}
	talk := simulate.Talk{Bot: identity.Username, User: simulate.User{ID: "7", FirstName: "Ann"}}
	if err := network.Open(talk); err != nil {
		t.Fatal(err)
	}
	seen := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		whole := part(rt)
		pieces := client.Split(whole)
		receipt, err := client.Send(t.Context(), ch, bot.Reply{Address: bot.Address{Chat: "7"}, Parts: pieces})
		if err != nil || receipt.Sent != len(pieces) || len(receipt.Notes) > 0 {
			rt.Fatalf("Send(%d pieces) = %+v, %v, want all taken as they are", len(pieces), receipt, err)
		}
		sent, err := network.Messages(t.Context(), talk, seen, 0)
		if err != nil || len(sent) != len(pieces) {
			rt.Fatalf("Messages() = %d, %v, want %d", len(sent), err, len(pieces))
		}
		var buttons, media, places int
		for _, s := range sent {
			seen = s.N
			buttons += len(s.Shown.Buttons)
			if s.Shown.Media != nil {
				media++
			}
			if s.Shown.Location != nil {
				places++
			}
		}
		if want := expected(whole, len(pieces)); !cmp.Equal(want, [3]int{buttons, media, places}) {
			rt.Fatalf("users see %d buttons, %d files and %d places, want %v", buttons, media, places, want)
		}
	})
}

// expected counts what users must see of a part: buttons, files, places.
func expected(p bot.Part, pieces int) (count [3]int) {
	if pieces == 0 {
		return count
	}
	for _, row := range p.Keyboard {
		count[0] += len(row)
	}
	if p.Media != nil && p.Media.Kind != bot.Voice {
		count[1] = 1
	}
	if p.Location != nil {
		count[2] = 1
	}
	return count
}
