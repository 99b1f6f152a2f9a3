package template_test

import (
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hookline/shared/bot"
	"hookline/shared/template"
)

// hostile are templates that are written to stop the program: each must end in a clear error, soon, and in little memory.
var hostile = []struct{ name, source, want string }{
	{"range", "{% for i in range(10**9) %}x{% endfor %}", "more than 4 MB of values"},
	{"range below zero", "{{ range(0, -(10**18), -1) }}", "more than 4 MB of values"},
	{"range of ranges", "{{ range(10**5)|map('string')|list }}", "more than 4 MB of values"},
	{"loops in loops", "{% for i in range(1000) %}{% for j in range(1000) %}{% endfor %}{% endfor %}", "more than"},
	{"loops in loops that print nothing", "{% for a in 'x'*999 %}{% for b in 'x'*999 %}{% for c in 'x'*999 %}{% endfor %}{% endfor %}{% endfor %}", "more than"},
	{"steps that make nothing", "{% for i in range(999) %}{% if 1" + strings.Repeat("<2", 300) + " or 1" + strings.Repeat("<=1", 300) + " %}{% endif %}{% endfor %}", "takes more than 100000 steps"},
	{"a text many times", `{{ "a" * 10**9 }}`, "more than 4 MB of values"},
	{"a text beyond all numbers", `{{ "a" * 10**99 }}`, "more than 4 MB of values"},
	{"nothing many times", `{{ ("" * 10**18) * 10**18 }}{{ ([] * 10**18)|join }}{{ "a" * 10**9 }}`, "more than 4 MB of values"},
	{"a list many times", "{{ [0] * 10**9 }}", "more than 4 MB of values"},
	{"a tuple many times", "{{ 10**9 * (0, 1) }}", "more than 4 MB of values"},
	{"power", "{{ 10 ** (10**9) }}", "more than 4300 digits"},
	{"power of power", "{{ (9 ** 5000) ** (9 ** 5000) }}", "more than 4300 digits"},
	{"power below zero", "{{ (-9) ** (10**6) }}", "more than 4300 digits"},
	{"squares", "{% set n = namespace(x=3) %}{% for i in range(999) %}{% set n.x = n.x * n.x %}{% endfor %}", "more than"},
	{"doubling", strings.Repeat("{% set a = (a or 'aa') ~ a ~ a %}", 40) + "{{ a }}", "more than 4 MB of values"},
	{"doubling by format", "{% set n = namespace(x='ab') %}{% for i in range(99) %}{% set n.x = '%s%s'|format(n.x, n.x) %}{% endfor %}", "more than 4 MB of values"},
	{"doubling by replace", "{% set n = namespace(x='ab') %}{% for i in range(99) %}{% set n.x = n.x|replace('a', n.x) %}{% endfor %}", "more than 4 MB of values"},
	{"doubling by join", "{% set n = namespace(x='ab') %}{% for i in range(99) %}{% set n.x = n.x|join(n.x) %}{% endfor %}", "more than 4 MB of values"},
	{"doubling by a block", "{% set n = namespace(x='ab') %}{% for i in range(99) %}{% set n.x %}{{ n.x }}{{ n.x }}{% endset %}{% endfor %}", "over 65536 bytes"},
	{"doubling lists", "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}", "more than 4 MB of values"},
	{"lists in lists", "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}", "more than"},
	{"lists in lists, compared", "{% set n = namespace(x=[1], y=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% set n.y = [n.y, n.y] %}{% endfor %}{{ n.x == n.y }}", "more than"},
	{"deeper than can be printed", "{% set n = namespace(x=[1]) %}{% for i in range(999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}", "nested too deep"},
	{"deeper than can be a key", "{% set n = namespace(x=(1,)) %}{% for i in range(999) %}{% set n.x = (n.x,) %}{% endfor %}{{ {n.x: 1} }}", "nested too deep"},
	{"a namespace in itself", "{% set n = namespace() %}{% set n.x = {'n': n} %}{{ n.x }}{% set n.y = [n, n] %}{{ n.y == n.y }}{{ 'a' * 10**9 }}", "more than 4 MB of values"},
	{"center", "{{ 'a'|center(10**9) }}", "more than 4 MB of values"},
	{"method center", "{{ 'a'.center(10**9, 'ß') }}", "more than 4 MB of values"},
	{"ljust", "{{ 'a'.ljust(10**9) }}", "more than 4 MB of values"},
	{"rjust", "{{ 'a'.rjust(10**18) }}", "more than 4 MB of values"},
	{"zfill", "{{ 'a'.zfill(10**9) }}", "more than 4 MB of values"},
	{"indent", `{{ "a\nb"|indent(10**9) }}`, "more than 4 MB of values"},
	{"indent of many lines", `{{ ("\n" * 60000)|indent(60000, true, true) }}`, "more than 4 MB of values"},
	{"wordwrap of one long row", "{{ ('a ' * 130000)|wordwrap(10**9) }}", "more than"},
	{"wordwrap to one", "{{ ('a' * 130000)|wordwrap(1) }}", "more than"},
	{"wordwrap with long ends", "{{ ('a ' * 9999)|wordwrap(1, true, 'x' * 99999) }}", "more than 4 MB of values"},
	{"percent", "{{ '%1000000000d' % 1 }}", "a format is at most 65536 wide"},
	{"percent by an argument", "{{ '%*d' % (10**9, 1) }}", "line 1: "},
	{"percent with a precision", "{{ '%.1000000000f' % 1.5 }}", "line 1: "},
	{"percent of an integer", "{{ '%.1000000000d' % 1 }}", "line 1: "},
	{"format", "{{ '%1000000000s'|format('x') }}", "a format is at most 65536 wide"},
	{"method format", "{{ '{:1000000000}'.format(1) }}", "a format is at most 65536 wide"},
	{"method format by an argument", "{{ '{:{}}'.format(1, 10**9) }}", "line 1: "},
	{"method format with a precision", "{{ '{:.1000000000f}'.format(1.5) }}", "line 1: "},
	{"method format reaches into things", "{{ '{0.__class__}'.format(1) }}", "line 1: "},
	{"batch fills", "{{ [1]|batch(10**9, 'x')|list }}", "more than 4 MB of values"},
	{"slice fills", "{{ [1]|slice(10**9, 'x')|list }}", "more than 4 MB of values"},
	{"replace of nothing", "{{ ('a' * 99999)|replace('', 'b' * 99999) }}", "more than 4 MB of values"},
	{"replace multiplies", "{{ ('a' * 9999)|replace('a', 'b' * 9999) }}", "more than 4 MB of values"},
	{"join multiplies", "{{ range(9999)|join('b' * 9999) }}", "more than 4 MB of values"},
	{"method join", "{{ ('b' * 9999).join('a' * 9999) }}", "more than 4 MB of values"},
	{"strip of many characters", "{{ ('a' * 400000).strip('b' * 400000 + 'a') }}", "more than 4 MB of values"},
	{"sort", "{{ (range(9999)|list * 9)|sort|sort(reverse=true)|sort }}", "more than"},
	{"sort of long texts", "{% set t = 'a' * 99999 %}{{ ([t ~ 'x', t ~ 'y', t] * 400)|sort|length }}", "more than"},
	{"unique of long texts", "{% set t = 'a' * 99999 %}{{ ([t] * 99)|unique|list|length }}", "more than 4 MB of values"},
	{"in of long lists", "{% set l = range(9999)|list %}{% for i in l %}{{ i in l }}{% endfor %}", "more than"},
	{"sum of texts", "{{ (['ab'] * 9999)|sum(start='') }}", "more than"},
	{"split", "{{ ('a,' * 999999).split(',') }}", "more than 4 MB of values"},
	{"split into characters", "{{ ('a' * 999999)|list }}", "more than 4 MB of values"},
	{"slices of a text", "{% set t = 'a' * 99999 %}{% for i in range(9999) %}{% set x = t[1:] %}{% endfor %}", "more than 4 MB of values"},
	{"tojson of tojson", `{% set n = namespace(x='"') %}{% for i in range(99) %}{% set n.x = n.x|tojson %}{% endfor %}`, "more than 4 MB of values"},
	{"escapes of escapes", `{% set n = namespace(x='"') %}{% for i in range(9999) %}{% set n.x = n.x|forceescape %}{% endfor %}`, "more than"},
	{"urlencode of urlencode", `{% set n = namespace(x='%' * 999) %}{% for i in range(9999) %}{% set n.x = n.x|urlencode %}{% endfor %}`, "more than 4 MB of values"},
	{"a dict of many", "{{ dict(range(99999)|map('string')|list) }}", "line 1: "},
	{"a macro that calls itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "more than 50 macros or loops call one another"},
	{"macros that call one another", "{% macro a(f) %}{{ b(f) }}{% endmacro %}{% macro b(f) %}{{ a(f) }}{% endmacro %}{{ a(1) }}", "more than 50 macros or loops call one another"},
	{"a macro that is called twice by itself", "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}", "more than"},
	{"a caller that calls itself", "{% macro m() %}{{ caller() }}{% endmacro %}{% macro n() %}{% call m() %}{{ n() }}{% endcall %}{% endmacro %}{{ n() }}", "more than 50 macros or loops call one another"},
	{"a fallback that calls itself", "{% macro m(x=m()) %}{% endmacro %}{{ m() }}", "more than"},
	{"a loop that calls itself", "{% set l = [1] %}{% for i in l recursive %}{{ loop(l) }}{% endfor %}", "more than 50 macros or loops call one another"},
	{"loop of a loop that is over", "{% set n = namespace() %}{% for i in [1] recursive %}{% set n.l = loop %}{% endfor %}{% for i in range(999) %}{{ n.l('x' * 9999) }}{% endfor %}", "more than"},
	{"brackets", "{{ " + strings.Repeat("(", 10_000) + "1" + strings.Repeat(")", 10_000) + " }}", "nested deeper than 100"},
	{"lists", "{{ " + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + " }}", "nested deeper than 100"},
	{"dicts", "{{ " + strings.Repeat("{1:", 10_000) + strings.Repeat("}", 10_000) + " }}", "nested deeper than 100"},
	{"not", "{{ " + strings.Repeat("not ", 10_000) + "1 }}", "nested deeper than 100"},
	{"signs", "{{ " + strings.Repeat("-", 10_000) + "1 }}", "nested deeper than 100"},
	{"powers in a row", "{{ " + strings.Repeat("1**", 10_000) + "1 }}", "nested too deep"},
	{"conditions in a row", "{{ " + strings.Repeat("1 if 0 else ", 5_000) + "1 }}", "nested deeper than 100"},
	{"sums in a row", "{{ " + strings.Repeat("1+", 20_000) + "1 }}", "nested too deep"},
	{"more words than a text has", "{{ " + strings.Repeat("1+", 30_000) + "1 }}", "more than 50000 words and signs"},
	{"fields in a row", "{{ x" + strings.Repeat(".x", 30_000) + " }}", "line 1: "},
	{"filters in a row", "{{ 1" + strings.Repeat("|int", 15_000) + " }}", "nested too deep"},
	{"calls in a row", "{{ x" + strings.Repeat("()", 30_000) + " }}", "line 1: "},
	{"blocks", strings.Repeat("{% if 1 %}", 5_000), "nested deeper than 100"},
	{"loops", strings.Repeat("{% for i in 'ab' %}", 90) + strings.Repeat("{% endfor %}", 90), "more than"},
	{"targets", "{% for " + strings.Repeat("(", 10_000) + "a" + strings.Repeat(")", 10_000) + " in b %}{% endfor %}", "nested deeper than 100"},
	{"a large template", strings.Repeat("x", 1<<20), "a template has at most 65536 bytes"},
	{"a long number", "{{ " + strings.Repeat("9", 60_000) + " }}", "line 1: "},
	{"a long number out of a text", "{{ ('9' * 60000)|int + 1 }}{{ 1 // 0 }}", "line 1: division by zero"},
	{"now in a place that is none", "{% now '../../../etc/passwd' %}", "line 1: "},
	{"include", "{% include '/etc/passwd' %}", "there is no {% include %} here: a template stands alone"},
	{"import", "{% import '/etc/passwd' as x %}", "there is no {% import %} here: a template stands alone"},
	{"from", "{% from '/etc/passwd' import x %}", "there is no {% from %} here: a template stands alone"},
	{"extends", "{% extends '/etc/passwd' %}", "there is no {% extends %} here: a template stands alone"},
	{"a method of Go's", "{{ event.MarshalJSON() }}", "a dict has no method MarshalJSON"},
	{"a method of Go's that is not called", "{{ emoji.field.x }}", "emoji.field is undefined"},
	{"a method of a loop's own", "{% for i in [1] %}{{ loop.again(1) }}{% endfor %}", "has no method again"},
	{"Python's way out", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "value.__class__ is undefined"},
	{"a function's globals", "{{ range.__globals__.os }}", "range.__globals__ is undefined"},
	{"self", "{{ self._TemplateReference__context.x }}", "self is undefined"},
	{"the environment", "{{ config.SECRET }}", "config is undefined"},
	{"the process's environment", "{{ environ('HOME') }}", "environ, which is undefined, cannot be called"},
}

// The clock stands still in the bubble: what ends these templates are the other budgets, on slow machines too.
func TestF30HostileTemplates(t *testing.T) {
	scope := template.Scope{"event": map[string]any{"text": "hi"}}
	for _, tt := range hostile {
		t.Run(tt.name, func(t *testing.T) {
			var got string
			var err error
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			started := time.Now()
			synctest.Test(t, func(*testing.T) { got, err = parseAndRender(tt.source, scope, bot.FormatHTML) })
			took := time.Since(started)
			runtime.ReadMemStats(&after)
			message := bot.PublicMessage(err)
			if err == nil || !strings.Contains(message, tt.want) || len(message) > 300 {
				t.Errorf("Render = %.80q, %v, want an error with %q", got, err, tt.want)
			}
			// A multiple of the budget: other tests run at the same time, and the race detector slows everything down.
			if took > 2*time.Second {
				t.Errorf("it took %s", took)
			}
			if made := after.TotalAlloc - before.TotalAlloc; made > 16<<20 {
				t.Errorf("it took %d bytes of memory, want 16 MB at most", made)
			}
		})
	}
}

// slow is a value that takes a while to be read.
type slow struct{}

func (slow) MarshalJSON() ([]byte, error) {
	time.Sleep(time.Second)
	return []byte("1"), nil
}

func TestF30TimeIsUp(t *testing.T) {
	for _, tt := range []struct {
		name, source, want string
	}{
		{"a template of many steps", "{{ x }}{% for i in range(2000) %}{% endfor %}", "line 1: the template takes longer than 100ms"},
		{"a short one goes on", "{{ x }}{% for i in range(20) %}{% endfor %}", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := parseAndRender(tt.source, template.Scope{"x": template.Lazy(slow{})}, bot.FormatPlain)
				if (err == nil) != (tt.want == "") || err != nil && bot.PublicMessage(err) != tt.want {
					t.Errorf("Render = %v, want %q", err, tt.want)
				}
			})
		})
	}
}
