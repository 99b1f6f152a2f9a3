package template_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hookline/shared/bot"
	"hookline/shared/template"
)

// TestPlainTemplatesRenderAsAllOthers: {{ path }} has a way of its own, and nobody may see it.
func TestPlainTemplatesRenderAsAllOthers(t *testing.T) {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{
			"{{ x }}", "{{x|tojson}}", "{{ x.a }}", "{{ x.a.0 }}", "{{ x.b | tojson }}", "{{\nx.a.b }}", "{{ y }}", "{{ y.z }}", "{{ event.chat.title }}",
			"{{ event.chat.title.x }}", "{{ env.A }}", "{{ env.B.C }}", "{{ pattern.name }}", "{{ x.9 }}", "{{ x.a.b.c }}", "{{ emoji }}", "{{ None }}",
			"{", "}", "}}", "%}", "\n", "\r\n", "#}", " ", "{ {", "ß😀",
		}),
		rapid.StringMatching(`[a-z<>&'"{}\n*_]{0,6}`),
	)
	value := rapid.OneOf(
		rapid.SampledFrom([]string{
			"null", "true", "1", "1.0", "1e3", "1e400", "-0", "-0.0", "12345678901234567890123", "0.1", `""`, `"<b>'\"&"`, `"it's"`, `"\u0000\n\t\u2028\\"`,
			"[]", "{}", `[1,"a'b",null]`, `{"a":[{"b":1.50}],"b":{"c":"_*"}}`, `{"a":{"b":{"c":false}},"9":9}`,
		}),
		rapid.Custom(func(t *rapid.T) string {
			encoded, err := json.Marshal(rapid.String().Draw(t, "text"))
			if err != nil {
				t.Fatal(err)
			}
			return string(encoded)
		}),
	)
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Join(rapid.SliceOfN(piece, 1, 8).Draw(t, "pieces"), "")
		scope := template.Scope{"x": template.Lazy(rawJSON(value.Draw(t, "x"))), "env": map[string]string{"A": value.Draw(t, "A")}}
		format := rapid.SampledFrom([]bot.Format{bot.FormatPlain, bot.FormatHTML, bot.FormatMarkdown}).Draw(t, "format")
		got, err := parseAndRender(source, scope, format)
		want, wantErr := parseAndRender("{# #}"+source, scope, format)
		if got != want || bot.PublicMessage(err) != bot.PublicMessage(wantErr) {
			t.Errorf("Render(%q) = %q, %v\nbehind a comment %q, %v", source, got, err, want, wantErr)
		}
	})
}
