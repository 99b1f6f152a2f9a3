package template_test

import (
	"testing"

	"hookline/shared/bot"
	"hookline/shared/template"
)

func BenchmarkRender(b *testing.B) {
	for _, bench := range []struct{ name, source string }{
		{"plain", "Hi {{ event.from.first_name }}, your {{ pattern.pizza }} is on its way to {{ event.chat.id }}."},
		{"control flow", "{% if event.text %}{% for x in items %}{{ loop.index }}. {{ x.name | upper }}\n{% endfor %}{% else %}nothing{% endif %}"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			parsed, err := template.Parse(bench.source)
			if err != nil {
				b.Fatal(err)
			}
			item := map[string]any{"name": "Margherita"}
			scope := template.Scope{
				"event":   map[string]any{"text": "hi", "from": map[string]any{"first_name": "Ada"}, "chat": map[string]any{"id": "5"}},
				"pattern": map[string]any{"pizza": "Diavola"}, "items": []any{item, item, item},
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := parsed.Render(scope, bot.FormatPlain); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
