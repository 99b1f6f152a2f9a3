package catalog_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/provider/catalog"
)

var update = flag.Bool("update", false, "write the feature matrix anew")

const matrixFile = "../README.md"

// TestMatrix holds the feature matrix to what providers say of themselves. -update writes it.
func TestMatrix(t *testing.T) {
	want := matrix(catalog.New(http.DefaultClient, func(string) string { return "" }))
	if *update {
		if err := os.WriteFile(matrixFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(matrixFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is not what the providers say: go test ./shared/provider/catalog -update (-want +got):\n%s", matrixFile, diff)
	}
}

// row is one line of the matrix: what a provider can do.
type row struct {
	name string
	cell func(p provider.Provider, d provider.Description) string
}

func matrix(set provider.Set) string {
	var b strings.Builder
	b.WriteString("# What each network can do\n\nMade of what the providers say of themselves (`Describe`): `go test ./shared/provider/catalog -update` writes this page.\n")
	names := slices.Sorted(maps.Keys(set))
	for _, section := range []struct {
		title string
		rows  []row
	}{{"Events", eventRows()}, {"Replies", replyRows()}, {"Connection", connectionRows()}} {
		fmt.Fprintf(&b, "\n## %s\n\n| | %s |\n|---|%s\n", section.title, strings.Join(names, " | "), strings.Repeat("---|", len(names)))
		for _, r := range section.rows {
			fmt.Fprintf(&b, "| %s |", r.name)
			for _, name := range names {
				fmt.Fprintf(&b, " %s |", r.cell(set[name], set[name].Describe()))
			}
			b.WriteString("\n")
		}
	}
	for _, name := range names {
		details(&b, set[name].Describe())
	}
	return b.String()
}

func yes(can bool) string {
	if can {
		return "yes"
	}
	return "–"
}

func number(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprint(n)
}

func eventRows() (rows []row) {
	for _, kind := range bot.EventKinds() {
		rows = append(rows, row{"`" + string(kind) + "`", func(_ provider.Provider, d provider.Description) string {
			return yes(slices.Contains(d.Receives, kind))
		}})
	}
	return rows
}

var units = map[provider.Unit]string{provider.CodePoints: "characters", provider.UTF16: "UTF-16 units", provider.Bytes: "bytes"}

func replyRows() []row {
	limit := func(name string, of func(provider.Limits) int) row {
		return row{name, func(_ provider.Provider, d provider.Description) string { return number(of(d.Limits)) }}
	}
	rows := []row{
		{"text of one message", func(_ provider.Provider, d provider.Description) string {
			if d.Limits.Text == 0 {
				return "any"
			}
			return fmt.Sprintf("%d %s", d.Limits.Text, units[d.Limits.TextUnit])
		}},
		{"formats", func(_ provider.Provider, d provider.Description) string {
			formats := []string{"plain"}
			for _, format := range d.Limits.Formats {
				formats = append(formats, string(format))
			}
			return strings.Join(formats, ", ")
		}},
		limit("buttons of one message", func(l provider.Limits) int { return l.Buttons }),
		limit("buttons in a row", func(l provider.Limits) int { return l.ButtonsARow }),
		limit("characters of a label", func(l provider.Limits) int { return l.ButtonText }),
		limit("bytes of a payload; longer ones are kept here, and a key is sent", func(l provider.Limits) int { return l.PayloadBytes }),
		limit("bytes of a button's address", func(l provider.Limits) int { return l.URLBytes }),
		limit("caption of media", func(l provider.Limits) int { return l.Caption }),
		limit("messages in one call", func(l provider.Limits) int { return max(1, l.Batch) }),
	}
	for _, kind := range []bot.EventKind{bot.Photo, bot.Audio, bot.Video, bot.Document} {
		rows = append(rows, row{"sends " + string(kind), func(_ provider.Provider, d provider.Description) string {
			return yes(slices.Contains(d.Limits.Media, kind))
		}})
	}
	rows = append(rows, row{"sends location", func(_ provider.Provider, d provider.Description) string { return yes(d.Limits.Location) }})
	for _, sign := range []bot.Sign{bot.ShowTyping, bot.MarkSeen} {
		rows = append(rows, row{"shows " + string(sign), func(_ provider.Provider, d provider.Description) string {
			return yes(slices.Contains(d.Limits.Signs, sign))
		}})
	}
	return rows
}

func connectionRows() []row {
	ability := func(name string, has func(provider.Provider) bool) row {
		return row{name, func(p provider.Provider, _ provider.Description) string { return yes(has(p)) }}
	}
	return []row{
		ability("connected by `apply` and `connect`", func(p provider.Provider) bool { _, ok := p.(provider.Connector); return ok }),
		ability("asks by GET before it posts", func(p provider.Provider) bool { _, ok := p.(provider.Greeter); return ok }),
		ability("events can be fetched instead of posted", func(p provider.Provider) bool { _, ok := p.(provider.Poller); return ok }),
		ability("wants presses acknowledged", func(p provider.Provider) bool { _, ok := p.(provider.Acknowledger); return ok }),
		ability("can be asked again for a large event", func(p provider.Provider) bool { _, ok := p.(provider.Rereader); return ok }),
	}
}

func details(b *strings.Builder, d provider.Description) {
	fmt.Fprintf(b, "\n## %s\n\nA channel's fields:\n\n| field | | |\n|---|---|---|\n", d.Name)
	for _, f := range d.Fields {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", f.Name, fieldSort(f), cell(f.Doc))
	}
	if len(d.Options) > 0 {
		fmt.Fprintf(b, "\n`response.%s`:\n\n| option | value | |\n|---|---|---|\n", d.Name)
	}
	for _, o := range d.Options {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", o.Name, optionSort(o), cell(o.Doc))
	}
	b.WriteString("\nRules:\n\n")
	for _, rule := range d.Rules {
		fmt.Fprintf(b, "- %s\n", rule)
	}
}

func cell(doc string) string { return strings.ReplaceAll(doc, "|", `\|`) }

func fieldSort(f provider.Field) string {
	var words []string
	for _, word := range []struct {
		is   bool
		name string
	}{{f.Required, "required"}, {f.Secret, "secret"}, {f.List, "or a list while it is changed"}, {f.Structured, "lists and fields"}} {
		if word.is {
			words = append(words, word.name)
		}
	}
	return strings.Join(append(words, f.Values...), ", ")
}

func optionSort(o provider.Option) string {
	sort := map[provider.OptionType]string{
		provider.Flag: "true, false", provider.Choice: strings.Join(o.Values, ", "), provider.Text: "text", provider.Number: "number",
		provider.Structure: "lists and fields",
	}[o.Type]
	if o.Once {
		sort += "; with the last message"
	}
	return sort
}
