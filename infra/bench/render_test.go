// Package bench_test sets what Hookline does beside what others would do in its place. It is a module of its own: what is
// compared with is no part of the program.
package bench_test

import (
	"testing"

	"github.com/nikolalohinski/gonja/v2"
	"github.com/nikolalohinski/gonja/v2/exec"

	"hookline/shared/bot"
	"hookline/shared/template"
)

var item = map[string]any{"name": "Margherita"}

var values = map[string]any{
	"event":   map[string]any{"text": "hi", "from": map[string]any{"first_name": "Ada"}, "chat": map[string]any{"id": "5"}},
	"pattern": map[string]any{"pizza": "Diavola"}, "items": []any{item, item, item},
}

func BenchmarkRender(b *testing.B) {
	for _, bench := range []struct{ name, source, want string }{
		{"plain", "Hi {{ event.from.first_name }}, your {{ pattern.pizza }} goes to {{ event.chat.id }}.", "Hi Ada, your Diavola goes to 5."},
		{
			"control flow", "{% if event.text %}{% for x in items %}{{ loop.index }}. {{ x.name | upper }}\n{% endfor %}{% else %}nothing{% endif %}",
			"1. MARGHERITA\n2. MARGHERITA\n3. MARGHERITA\n",
		},
	} {
		b.Run(bench.name+"/hookline", func(b *testing.B) {
			parsed, err := template.Parse(bench.source)
			if err != nil {
				b.Fatal(err)
			}
			render(b, bench.want, func() (string, error) { return parsed.Render(values, bot.FormatPlain) })
		})
		b.Run(bench.name+"/gonja", func(b *testing.B) {
			parsed, err := gonja.FromString(bench.source)
			if err != nil {
				b.Fatal(err)
			}
			render(b, bench.want, func() (string, error) { return parsed.ExecuteToString(exec.NewContext(values)) })
		})
	}
}

func render(b *testing.B, want string, once func() (string, error)) {
	b.ReportAllocs()
	for b.Loop() {
		if got, err := once(); err != nil || got != want {
			b.Fatalf("rendered %q, %v, want %q", got, err, want)
		}
	}
}
