package template_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"hookline/shared/bot"
	"hookline/shared/template"
)

func TestF28EmojiAndF29Time(t *testing.T) {
	at := time.Date(2026, 3, 9, 23, 5, 7, 120_034_000, time.UTC)
	scope := template.Scope{template.Now: at, "time": "2026-03-09T23:05:07.120034Z", "name": "pizza"}
	tests := []struct{ source, want string }{
		{"{% now 'utc' %}", "2026-03-09"},
		{"{% now 'local' %}", "2026-03-09"},
		{"{% now 'Asia/Tokyo' %}", "2026-03-10"},
		{"{% now 'Asia/Tokyo', '%H:%M %Z %z' %}", "08:05 JST +0900"},
		{"{% now 'utc', '%a %A %b %B %d %e %I %j %m %p %S %y %Y %f %w %u %%' %}", "Mon Monday Mar March 09  9 11 068 03 PM 07 26 2026 120034 1 1 %"},
		{"{% now 'utc', '%c | %x | %X | %D %T %R %F' %}", "Mon Mar  9 23:05:07 2026 | 03/09/26 | 23:05:07 | 03/09/26 23:05:07 23:05 2026-03-09"},
		{"{% set f = '%Y' %}{% now 'utc', f %}", "2026"},
		{"{{ time.strftime('%H:%M') }}", "23:05"},
		{"{{ emoji.slice_of_pizza }}{{ emoji['slice_of_' ~ name] }}", "🍕🍕"},
		{"{{ emoji.regional_indicator_symbol_letter_d_plus_regional_indicator_symbol_letter_e }}", "🇩🇪"},
		{"{{ emoji.digit_one_plus_combining_enclosing_keycap }}{{ emoji.heavy_plus_sign }}", "1⃣➕"},
		{"{{ emoji.no_such_thing }}|{{ emoji[''] }}", "|"},
	}
	for _, tt := range tests {
		t.Run(tt.source, func(t *testing.T) {
			if got, err := parseAndRender(tt.source, scope, bot.FormatPlain); err != nil || got != tt.want {
				t.Errorf("Render = %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}
