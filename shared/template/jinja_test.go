package template_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/template"
)

// golden is testdata/jinja.json: what the real Jinja2 makes of testdata/cases.txt.
type golden struct {
	Context json.RawMessage
	Cases   []struct {
		Template, Want, Error string
		HTML                  bool
	}
}

func TestF30AsJinja(t *testing.T) {
	data, err := os.ReadFile("testdata/jinja.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	scope := template.Scope(decoded(t, string(g.Context)).(map[string]any))
	for _, tt := range g.Cases {
		t.Run(tt.Template, func(t *testing.T) {
			format := bot.FormatPlain
			if tt.HTML {
				format = bot.FormatHTML
			}
			want, reason := tt.Want, ""
			if d, ok := differences[tt.Template]; ok {
				want, reason = d.want, d.reason
			}
			got, err := parseAndRender(tt.Template, scope, format)
			switch {
			case reason != "" && err != nil:
				if !strings.Contains(bot.PublicMessage(err), want) {
					t.Errorf("Render(%q) = %v, want %q, as %s", tt.Template, err, want, reason)
				}
			case tt.Error != "" && reason == "":
				if err == nil {
					t.Errorf("Render(%q) = %q, want an error such as Jinja's %s", tt.Template, got, tt.Error)
				}
			case err != nil || got != want:
				t.Errorf("Render(%q) = %q, %v\nwant %q", tt.Template, got, err, want)
			}
		})
	}
}

func parseAndRender(source string, scope template.Scope, format bot.Format) (string, error) {
	parsed, err := template.Parse(source)
	if err != nil {
		return "", err
	}
	return parsed.Render(scope, format)
}

// differences are meant.
var differences = map[string]struct{ want, reason string }{
	"{{ '<b>'|safe ~ '<i>' }} {{ ('<b>'|safe) + '<i>' }} {{ '<' ~ '>' }} {{ '<b>'|safe|upper }} {{ tag|upper }}": {
		"<b>&lt;i&gt; <b>&lt;i&gt; &lt;&gt; <B> &lt;B&gt;IT&#39;S &#34;BOLD&#34; &amp; NEW&lt;/B&gt;",
		"Jinja forgets that a text is safe when it folds constants, and only then",
	},
	"{{ name[] }}": {"line 1: [] names nothing", "it is a slip of the pen: Jinja looks for the key ()"},
	"{% raw %}":    {"line 1: {% raw %} without {% endraw %}", "Jinja misses it at the very end only"},
}
