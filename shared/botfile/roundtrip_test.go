package botfile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookline/shared/bot"
	"hookline/shared/botfile"
)

// awkward texts are those that YAML takes for something else when they are not quoted.
var awkward = []string{
	"on", "yes", "No", "null", "~", "1", "1.0", "0x10", "1e3", ".5", ".inf", "-", "- a", "a: b", "a:", "#a", "a #b", "'", `"`, `\`, "\\n", "[a]",
	"{a}", "@a", "`a`", "%a", "!a", "&a", "*a", "|", ">", "? a", " a", "a ", "\ta", "a\tb", "\n", "a\nb", "a\n\nb\n", "a\n", "a\n\n", "\na", "a \nb",
	" a\nb", "a\n b\n", "a\r\nb", "2001-01-01", "---", "...", "--- a\nb", "a\n---\nb", "\ufeff", "\u2028", "\u0085", "\x00", "\x7f", "😀", "é", "<<", "${X}", "{{ event.text }}",
	"a, b", "=", "{{ a }}\n{{ b }}\n", "#\n#\n", "a\n#b\n", "\"\n'\n", "a\n\tb\n",
}

func writtenText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom(awkward),
		rapid.String(),
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom(awkward), 1, 4), func(parts []string) string { return strings.Join(parts, "") }),
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom(awkward), 1, 4), func(parts []string) string { return strings.Join(parts, "\n") }),
	)
}

func drawDefinition(t *rapid.T) bot.Definition {
	written := writtenText()
	def := bot.Definition{Bot: "b", Description: written.Draw(t, "description")}
	if env := rapid.MapOfN(written, written, 0, 3).Draw(t, "env"); len(env) > 0 {
		def.Env = env
	}
	if rapid.Bool().Draw(t, "has a channel") {
		def.Channels = map[string]bot.ChannelSpec{"telegram": {
			Provider: "telegram", Disabled: rapid.Bool().Draw(t, "channel disabled"),
			Credentials: map[string][]bot.Credential{"token": {{From: "TOKEN"}}},
		}}
		def.Hooks = []bot.Hook{{
			Name: "courier", Disabled: rapid.Bool().Draw(t, "hook disabled"),
			Response: &bot.Response{Message: bot.Message{Text: written.Draw(t, "said")}},
		}}
	}
	for range rapid.IntRange(0, 3).Draw(t, "handlers") {
		def.Handlers = append(def.Handlers, drawHandler(t))
	}
	return def
}

func drawHandler(t *rapid.T) bot.Handler {
	written := writtenText()
	h := bot.Handler{
		Name: written.Draw(t, "name"), Pattern: written.Draw(t, "pattern"),
		Priority: rapid.IntRange(-1000, 1000).Draw(t, "priority"), Disabled: rapid.Bool().Draw(t, "disabled"),
	}
	if on := rapid.SliceOfN(written, 0, 3).Draw(t, "on"); len(on) > 0 {
		h.On = on
	}
	h.Response = &bot.Response{Message: bot.Message{Text: written.Draw(t, "text")}}
	if rapid.Bool().Draw(t, "has rows") {
		label := written.Draw(t, "label")
		h.Response.Keyboard = &bot.Keyboard{Rows: [][]bot.Button{
			{{Text: label, Payload: label}, {Text: "a", Payload: "b" + label}}, {{Text: "u", URL: "u" + label}},
		}}
	}
	return h
}

func TestB13ExportIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawDefinition(t)
		file, err := botfile.Export(want)
		if err != nil {
			t.Fatalf("Export(%+v) = %v", want, err)
		}
		got, problems := checker.Read("b.yaml", file)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("Read(Export(def)) (-want +got):\n%s\nfile:\n%s\nproblems: %v", diff, file, problems)
		}
	})
}

func TestWireIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawDefinition(t)
		wire, err := botfile.Wire(want)
		if err != nil {
			t.Fatalf("Wire(%+v) = %v", want, err)
		}
		got, problems := checker.Read("", wire)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("Read(Wire(def)) (-want +got):\n%s\njson:\n%s\nproblems: %v", diff, wire, problems)
		}
	})
}
