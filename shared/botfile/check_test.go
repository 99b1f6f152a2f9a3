package botfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
)

// checkCase is a file and what is said of it. Files start with the lines of the test's preamble.
type checkCase struct {
	name string
	file string
	want []string
}

func runCases(t *testing.T, preamble string, cases []checkCase) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := checker.Read("f", []byte(preamble+tt.file))
			if diff := cmp.Diff(tt.want, formatted(problems)); diff != "" {
				t.Errorf("Read(%q) (-want +got):\n%s", preamble+tt.file, diff)
			}
		})
	}
}

func TestCheckBot(t *testing.T) {
	const rest = "\nchannels: {telegram: {token: x}}\nhandlers: [{name: a, response: {text: hi}}]\n"
	runCases(t, "", []checkCase{
		{"good", "bot: pizza" + rest, nil},
		{"no name", rest, []string{"f:2: bot: is required: 1 to 64 letters, digits, '-' and '_'"}},
		{"bad name", "bot: my pizza" + rest, []string{`f:1: bot: must be 1 to 64 letters, digits, '-' and '_', not "my pizza"`}},
		{"long name", "bot: " + strings.Repeat("a", 65) + rest, []string{`f:1: bot: must be 1 to 64 letters, digits, '-' and '_', not "` + strings.Repeat("a", 60) + `…"`}},
		{"name is a number", "bot: 5" + rest, []string{`f:1: bot: must be text: write "5"`}},
		{"name is null", "bot:" + rest, []string{"f:1: bot: is required: 1 to 64 letters, digits, '-' and '_'"}},
		{"only a name", "bot: a", []string{"f:1: warning: handlers: the bot has no handlers: it answers nothing", "f:1: warning: channels: the bot has no channels: nobody can reach it"}},
		{"unknown field", "bot: a\nhandler: []" + rest, []string{`f:2: handler: unknown field "handler": did you mean "handlers"?`}},
		{"unknown field, nothing near", "bot: a\nversion: 1" + rest, []string{`f:2: version: unknown field "version"`}},
		{"env is a number", "bot: a\nenv:\n  A: x\n  PORT: 80" + rest, []string{`f:4: env.PORT: must be text: write "80"`}},
		{"env is true", "bot: a\nenv: {ON: true}" + rest, []string{`f:2: env.ON: must be text: write "true"`}},
		{"env is empty", "bot: a\nenv:\n  A:" + rest, []string{`f:3: env.A: must be text, and is empty: write ""`}},
		{"env is a list", "bot: a\nenv: [A]" + rest, []string{"f:2: env: must be names with values, not a list"}},
		{"env value is a list", "bot: a\nenv: {A: [b]}" + rest, []string{"f:2: env.A: must be text, not a list"}},
		{"env name", "bot: a\nenv: {SHOP-URL: x}" + rest, []string{"f:2: warning: env.SHOP-URL: no template can read it: a name has letters, digits and '_', and starts with no digit"}},
		{"names with dots", "bot: a\nenv:\n  A.B: x\n  A: y" + rest, []string{"f:3: warning: env.A.B: no template can read it: a name has letters, digits and '_', and starts with no digit"}},
		{"letters swapped", "bot: a\nevn: {}" + rest, []string{`f:2: evn: unknown field "evn": did you mean "env"?`}},
		{"secrets", "bot: a\nsecrets: {KEY: '${KEY}'}" + rest, nil},
		{"secret of no name", "bot: a\nsecrets: {'1-a': '${KEY}'}" + rest, []string{"f:2: warning: secrets.1-a: no template can read it: a name has letters, digits and '_', and starts with no digit"}},
		{"empty secret", "bot: a\nsecrets: {KEY: ''}" + rest, []string{"f:2: secrets.KEY: is empty"}},
		{"states named only", "bot: a\nstates: {choosing: , done: {}}" + rest, []string{"f:2: states.choosing: must be fields, not nothing"}},
		{"state expires", "bot: a\nstates:\n  x:\n    expires: 5 minutes" + rest, []string{
			`f:4: states.x.expires: must be a duration such as 30s, 5m or 24h, not "5 minutes"`,
		}},
		{"state then", "bot: a\nstates: {x: {expires: 5m, then: h}}\nhandlers: [{name: h}]", []string{"f:1: warning: channels: the bot has no channels: nobody can reach it"}},
		{"state then, never", "bot: a\nstates: {x: {then: startt}}\nhandlers: [{name: start}]", []string{
			"f:1: warning: channels: the bot has no channels: nobody can reach it", "f:2: states.x.then: goes with expires: write when", `f:2: states.x.then: the bot has no handler "startt": did you mean "start"?`,
		}},
		{"first state", "bot: a\nstates: {_start: {}}" + rest, []string{"f:2: states._start: _start is the state before the first one: choose another name"}},
		{"several at once, by line", "bott: a\nenv: {A: 1}" + rest + "hokks: []\n", []string{
			`f:1: bott: unknown field "bott": did you mean "bot"?`,
			"f:1: bot: is required: 1 to 64 letters, digits, '-' and '_'",
			`f:2: env.A: must be text: write "1"`,
			`f:5: hokks: unknown field "hokks": did you mean "hooks"?`,
		}},
	})
}

func TestCheckChannels(t *testing.T) {
	runCases(t, "bot: a\nhandlers: [{name: a, response: {text: hi}}]\nchannels:\n", []checkCase{
		{"provider by key", "  telegram: {token: x}", nil},
		{"provider by name", "  tg:\n    provider: telegram\n    token: x", nil},
		{"bad name", "  t.g: {provider: telegram, token: x}", []string{`f:4: channels.t.g: must be 1 to 64 letters, digits, '-' and '_', not "t.g"`}},
		{"unknown provider by key", "  telegrm: {token: x}", []string{`f:4: channels.telegrm: no provider "telegrm": did you mean "telegram"?; a channel with a name of its own says provider: NAME`}},
		{"unknown provider", "  tg: {provider: Telegram, token: x}", []string{`f:4: channels.tg.provider: no provider "Telegram": did you mean "telegram"?`}},
		{"planned provider", "  symphony: {pod: '${X}'}", []string{"f:4: channels.symphony.provider: not supported yet: provider symphony"}},
		{"provider is no text", "  tg: {provider: 1}", []string{`f:4: channels.tg.provider: must be text: write "1"`, `f:4: channels.tg: no provider "tg"; a channel with a name of its own says provider: NAME`}},
		{"no fields", "  telegram:", []string{"f:4: channels.telegram: must be fields, as {token: ...}"}},
		{"required", "  telegram: {}", []string{"f:4: channels.telegram.token: is required: from @BotFather"}},
		{"unknown field", "  telegram:\n    token: x\n    tokn: y", []string{`f:6: channels.telegram.tokn: unknown field "tokn": did you mean "token"?`}},
		{"F4 disabled is a text", "  telegram: {token: x, disabled: 'true'}", []string{"f:4: channels.telegram.disabled: must be true or false, without quotes"}},
		{"F4 disabled is a variable", "  telegram: {token: x, disabled: '${OFF}'}", []string{"f:4: channels.telegram.disabled: must be true or false, without quotes"}},
		{"F4 disabled is a number", "  telegram: {token: x, disabled: 1}", []string{"f:4: channels.telegram.disabled: must be true or false, not a number"}},
		{"list where one is taken", "  telegram: {token: [x, y]}", []string{"f:4: channels.telegram.token: must be one value, not a list"}},
		{"list where several are", "  carrier: {key: [x, '${Y}'], loft: roof}", nil},
		{"setting of the allowed", "  carrier: {key: x, loft: roof, mode: slow}", nil},
		{"setting of no allowed", "  carrier: {key: x, loft: roof, mode: slo}", []string{`f:4: channels.carrier.mode: must be one of fast, slow, not "slo": did you mean "slow"?`}},
		{"setting is required", "  carrier: {key: x}", []string{"f:4: channels.carrier.loft: is required: where the pigeons live"}},
		{"setting is a number", "  carrier: {key: x, loft: 5}", []string{`f:4: channels.carrier.loft: must be text: write "5"`}},
		{"setting from the environment", "  carrier: {key: x, loft: '${LOFT}'}", []string{"f:4: channels.carrier.loft: only credentials are taken from the environment: write the value"}},
		{"credential is a number", "  telegram: {token: 31337}", []string{"f:4: channels.telegram.token: must be text: put it in quotes"}},
		{"credential is octal", "  telegram: {token: 031337}", []string{"f:4: a number is written in decimal digits, text that looks like one in quotes"}},
		{"credential is empty", "  telegram: {token: ''}", []string{"f:4: channels.telegram.token: is empty"}},
		{"credential of an export", "  telegram: {token: set}", []string{`f:4: channels.telegram.token: "set" only says that there was a value: write it, or ${NAME}`}},
		{"part of a credential", "  telegram: {token: 'a${X}'}", []string{"f:4: channels.telegram.token: must be the whole of ${NAME}, or the value itself"}},
		{"credential without braces", "  telegram: {token: $TOKEN}", []string{"f:4: channels.telegram.token: write ${NAME}, with braces, to take it from the environment"}},
		{"credential, other fields", "  telegram: {token: {valeu: x}}", []string{`f:4: channels.telegram.token: must be text, as "${NAME}" in quotes`}},
		{"credential, value no text", "  telegram: {token: {value: 5, from: X}}", []string{"f:4: channels.telegram.token: value must be text: put it in quotes"}},
	})
}

// A complaint about a credential is printed, logged and answered: it must not hold the credential.
func TestProblemsDoNotShowCredentials(t *testing.T) {
	for _, written := range []string{
		"7357007", "true7357007", "[7357007]", "[[7357007]]", "{value: 7357007}", "{7357007: x}", "a${7357007}", "'7357007${X}'", "0x7357007", "07357007", "7357007.",
		"{from: 7357007}", "!!int 7357007", "7357007:", "@7357007", "'7357007", "[7357007", "{a: 7357007", "*7357007 x", "&7357007", "\t7357007", "|7357007", "7357007: x",
	} {
		for _, channel := range []string{"telegram", "unheard-of"} {
			file := fmt.Sprintf("bot: a\nchannels:\n  %s:\n    token: %s\n", channel, written)
			_, problems := checker.Read("f", []byte(file))
			for _, line := range formatted(problems) {
				if strings.Contains(line, "7357007") && !strings.HasPrefix(line, "f:4: alias") {
					t.Errorf("Read(%q) says %s", file, line)
				}
			}
		}
	}
}

func TestF49CheckHandlers(t *testing.T) {
	runCases(t, "bot: a\nchannels: {telegram: {token: x}}\nhandlers:\n", []checkCase{
		{"no name", "  - response: {text: hi}", []string{"f:4: handlers[0].name: is required"}},
		{"name is true", "  - name: true", []string{`f:4: handlers[0].name: must be text: write "true"`}},
		{"name not printable", "  - name: \"a\\tb\"", []string{`f:4: handlers[0].name: must be printable text without space around it, not "a\tb"`}},
		{"name too long", "  - name: " + strings.Repeat("a", 129), []string{"f:4: handlers[0].name: has 129 bytes; at most 128 are allowed"}},
		{"name twice", "  - name: x\n  - name: y\n  - name: x", []string{`f:6: handlers[2].name: "x" is the name of handlers[0] already`}},
		{"unknown field", "  - name: x\n    patern: hi", []string{`f:5: handlers[0].patern: unknown field "patern": did you mean "pattern"?`}},
		{"on", "  - {name: x, on: [photo, '*']}", nil},
		{"on is no list", "  - {name: x, on: photo}", []string{"f:4: handlers[0].on: must be a list: write [photo]"}},
		{"unknown kind", "  - name: x\n    on:\n      - text\n      - picture\n      - vidio", []string{
			`f:7: handlers[0].on[1]: no event kind "picture"`,
			`f:8: handlers[0].on[2]: no event kind "vidio": did you mean "video"?`,
		}},
		{"pattern", "  - {name: x, pattern: 'a(?=b)'}", []string{"f:4: handlers[0].pattern: look-ahead (?=…) at byte 1: patterns are RE2, which has none"}},
		{"pattern is a number", "  - {name: x, pattern: 5}", []string{`f:4: handlers[0].pattern: must be text: write "5"`}},
		{"states", "  - {name: x, source_states: [y], target_state: y}", nil},
		{"unreached state", "  - {name: x, source_states: [chosing], target_state: choosing}", []string{`f:4: warning: handlers[0].source_states[0]: no handler leads to the state "chosing": did you mean "choosing"?`}},
		{"bad target", "  - {name: x, target_state: ' y'}", []string{`f:4: handlers[0].target_state: must be printable text without space around it, not " y"`}},
		{"reserved target", "  - {name: x, target_state: _start}", []string{"f:4: handlers[0].target_state: _start is the state before the first one: choose another name"}},
		{"empty source", "  - {name: x, source_states: ['']}", []string{"f:4: handlers[0].source_states[0]: is required", `f:4: warning: handlers[0].source_states[0]: no handler leads to the state ""`}},
		{"null source", "  - {name: x, source_states: [~]}", []string{`f:4: handlers[0].source_states[0]: must be text, and is empty: write ""`}},
		{"priority is text", "  - {name: x, priority: high}", []string{"f:4: handlers[0].priority: must be a whole number, without quotes"}},
		{"priority is a fraction", "  - {name: x, priority: 1.5}", []string{"f:4: handlers[0].priority: must be a whole number of at most nine digits"}},
		{"priority is huge", "  - {name: x, priority: 10000000000}", []string{"f:4: handlers[0].priority: must be a whole number of at most nine digits"}},
		{"priority", "  - {name: x, priority: -999999999}", nil},
		{"disabled is yes", "  - {name: x, disabled: yes}", []string{"f:4: handlers[0].disabled: must be true or false, without quotes"}},
		{"disabled is a number", "  - {name: x, disabled: 1}", []string{"f:4: handlers[0].disabled: must be true or false, not a number"}},
		{"a handler is text", "  - x", []string{"f:4: handlers[0]: must be fields, not text"}},
		{"request", "  - {name: x, request: {url: 'https://x', json: 1, body: x, timeout: -1s}}", []string{
			"f:4: handlers[0].request: has more than one of json, form and body",
			`f:4: handlers[0].request.timeout: must be a duration such as 30s, 5m or 24h, not "-1s"`,
		}},
		{"request without url", "  - {name: x, request: {}}", []string{"f:4: handlers[0].request.url: is required"}},
		{"whole request", "  - {name: x, request: {method: patch, url: '{{ env.A }}/x', query: {a: '{{ event.text }}'}, headers: {X-Key: '{{ secret.K }}'}, json: {a: ['{{ pattern.x }}', 1]}, timeout: 5s}}", nil},
		{"request's method", "  - {name: x, request: {url: 'https://x', method: FETCH}}", []string{`f:4: handlers[0].request.method: must be one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, not "FETCH"`}},
		{"request's address", "  - {name: x, request: {url: 'ftp://x'}}", []string{`f:4: handlers[0].request.url: must be an address such as https://example.com/orders, not "ftp://x"`}},
		{"request's header", "  - {name: x, request: {url: 'https://x', headers: {'a b': c}}}", []string{`f:4: handlers[0].request.headers: "a b" is no name of a header`}},
		{"request's templates", "  - {name: x, request: {url: '{{ a }}', query: {q: '{{ b }}'}, headers: {h: '{{ c }}'}, json: {j: ['{{ d }}']}}}", []string{
			`f:4: handlers[0].request.url: templates know no name "a"`, `f:4: handlers[0].request.query.q: templates know no name "b"`,
			`f:4: handlers[0].request.headers.h: templates know no name "c"`, `f:4: handlers[0].request.json.j[0]: templates know no name "d"`,
		}},
		{"request that reads its own answer", "  - {name: x, request: {url: 'https://x', body: '{{ response.data }}'}}", []string{`f:4: handlers[0].request.body: templates know no name "response"`}},
		{"continue", "  - {name: x, continue: true}", nil},
	})
}

func TestF49CheckResponse(t *testing.T) {
	const path = "f:6: handlers[0].response"
	const kept = "f:6: warning: handlers[0].response"
	long := strings.Repeat("p", 65)
	runCases(t, "bot: a\nchannels: {telegram: {token: x}}\nhandlers:\n  - name: x\n    response:\n", []checkCase{
		{"text", "      text: hi {{ event.from.first_name }} {{ env.A }} {{ service }} {{ state }} {{ state_context.x.pattern.y }} {{ pattern.n }}", nil},
		{"empty", "      {}", []string{"f:5: warning: handlers[0].response: says nothing: it has no text"}},
		{"text is a number", "      text: 5", []string{"f:5: warning: handlers[0].response: says nothing: it has no text", path + `.text: must be text: write "5"`}},
		{"template", "      text: \"a\\n{{ env.A | uper }}\"", []string{path + ".text: line 2: there is no filter uper"}},
		{"names that a template sets itself", "      text: '{% for x in event.attachments %}{{ loop.index }}{{ x.url }}{% endfor %}{% set y = 1 %}{{ y }}{{ range(3) }}'", nil},
		{"unknown name", "      text: '{{ evnt.text }}'", []string{path + `.text: templates know no name "evnt": did you mean "event"?`}},
		{"answer of a request", "      text: '{{ response.data }}'", nil},
		{"emoji and message", "      text: '{{ emoji.slice_of_pizza }}{{ message.message.text }}'", nil},
		{"format", "      {text: a, format: html}", nil},
		{"unknown format", "      {text: a, format: htm}", []string{path + `.format: must be one of html, markdown, not "htm": did you mean "html"?`}},
		{"reply_to", "      {text: a, reply_to: true}", nil},
		{"media", "      {photo: '{{ env.A }}', text: a, typing: true, seen: true}", nil},
		{"place", "      {location: '59.93, 30.31'}", nil},
		{"two media", "      {photo: a, audio: b, location: '1, 2'}", []string{
			path + ".audio: a message shows one of photo, audio, video, document and location: write two messages",
		}},
		{"template of media", "      {video: '{{ evnt.text }}'}", []string{path + `.video: templates know no name "evnt": did you mean "event"?`}},
		{"only a sign", "      {typing: true}", nil},
		{"only options", "      {telegram: {disable_notification: true}}", nil},
		{"on_failure", "      {text: a, on_failure: b}", nil},
		{"template of on_failure", "      {text: a, on_failure: '{{ evnt.text }}'}", []string{path + `.on_failure: templates know no name "evnt": did you mean "event"?`}},
		{"messages", "      messages: [{text: a}, {text: b, format: html}]", nil},
		{"empty message", "      messages: [{text: a}, {}]", []string{path + ".messages[1]: says nothing: it has no text"}},
		{"unknown field of a message", "      messages: [{text: a, telegram: {}}]", []string{path + `.messages[0].telegram: unknown field "telegram"`}},
		{"template of a message", "      messages: [{text: '{% x'}]", []string{path + ".messages[0].text: line 1: {% without %}"}},
		{"keyboard", "      {text: a, keyboard: [[A, {text: B, payload: b}], [{text: C, url: 'https://x'}]]}", nil},
		{"keyboard as a template", "      {text: a, keyboard: '{{ env.K }}'}", nil},
		{"keyboard as a template that is none", "      {text: a, keyboard: '{{ env.K'}", []string{path + ".keyboard: line 1: {{ without }}"}},
		{"keyboard as a template of an unknown name", "      {text: a, keyboard: '{{ K }}'}", []string{path + `.keyboard: templates know no name "K"`}},
		{"keyboard without rows", "      {text: a, keyboard: [A, B]}", []string{path + ".keyboard[0]: must be a list: write [A]", path + ".keyboard[1]: must be a list: write [B]"}},
		{"keyboard without text", "      keyboard: [[A]]", []string{path + ".keyboard: a keyboard goes with a text: write one beside it"}},
		{"empty row", "      {text: a, keyboard: [[]]}", []string{path + ".keyboard[0]: a row has one button at least"}},
		{"button without text", "      {text: a, keyboard: [[{payload: x}]]}", []string{path + ".keyboard[0][0].text: a button needs a text"}},
		{"button is a number", "      {text: a, keyboard: [[1, 2]]}", []string{path + `.keyboard[0][0]: must be text: write "1"`, path + `.keyboard[0][1]: must be text: write "2"`}},
		{"button with both", "      {text: a, keyboard: [[{text: A, url: 'https://x', payload: x}]]}", []string{path + ".keyboard[0][0]: has both url and payload: a button opens an address or sends a payload"}},
		{"button's address", "      {text: a, keyboard: [[{text: A, url: example.com}]]}", []string{path + `.keyboard[0][0].url: must be an address such as https://example.com/menu, not "example.com"`}},
		{"button's address is a template", "      {text: a, keyboard: [[{text: A, url: '{{ env.X }}/menu'}]]}", nil},
		{"button's templates", "      {text: a, keyboard: [[{text: '{{ a }}', payload: '{{ b }}'}, {text: A, url: '{{ c }}'}]]}", []string{
			path + `.keyboard[0][0].text: templates know no name "a"`, path + `.keyboard[0][0].payload: templates know no name "b"`, path + `.keyboard[0][1].url: templates know no name "c"`,
		}},
		{"unknown field of a button", "      {text: a, keyboard: [[{text: A, link: x}]]}", []string{path + `.keyboard[0][0].link: unknown field "link"`}},
		{"payload over the network's limit", "      {text: a, keyboard: [[{text: A, payload: " + long + "}]]}", []string{kept + `.keyboard: the payload of the button "A" has 65 bytes, and telegram takes 64: it is kept here, and can be pressed for 180 days`}},
		{"payload at the limit", "      {text: a, keyboard: [[{text: A, payload: " + long[:64] + "}]]}", nil},
		{"payload is a template", "      {text: a, keyboard: [[{text: A, payload: '" + long + "{{ env.A }}'}]]}", nil},
		{"reply keyboards send no payload", "      {text: a, keyboard: [[" + long + "]], telegram: {keyboard: reply}}", nil},
		{"payload in messages", "      messages: [{text: a, keyboard: [[" + long + "]]}]", []string{kept + `.messages[0].keyboard: the payload of the button "` + strings.Repeat("p", 60) + `…" has 65 bytes, and telegram takes 64: it is kept here, and can be pressed for 180 days`}},
		{"options", "      {text: a, telegram: {disable_notification: true, keyboard: reply}}", nil},
		{"unknown option", "      text: a\n      telegram:\n        disable_notifications: true", []string{`f:8: handlers[0].response.telegram.disable_notifications: unknown field "disable_notifications": did you mean "disable_notification"?`}},
		{"option is text", "      {text: a, telegram: {disable_notification: 'true'}}", []string{path + ".telegram.disable_notification: must be true or false"}},
		{"option of no value", "      {text: a, telegram: {keyboard: repply}}", []string{path + `.telegram.keyboard: must be one of inline, reply: did you mean "reply"?`}},
		{"options are no fields", "      {text: a, telegram: true}", []string{path + ".telegram: must be names with values, not true or false"}},
		{"options of a network the bot is not on", "      {text: a, carrier: {}}", []string{"f:6: warning: handlers[0].response.carrier: the bot has no carrier channel"}},
		{"options of a planned network", "      {text: a, symphony: {}}", []string{path + ".symphony: not supported yet: provider symphony"}},
		{"unknown field", "      {text: a, telegrm: {}, keybord: []}", []string{path + `.telegrm: unknown field "telegrm": did you mean "telegram"?`, path + `.keybord: unknown field "keybord": did you mean "keyboard"?`}},
	})
}

// A definition that came another way than by a file is checked by the same rules.
func TestCheckWithoutFile(t *testing.T) {
	def := bot.Definition{Bot: "a b", Handlers: []bot.Handler{{Name: "x", Response: &bot.Response{
		Message: bot.Message{Text: "hi"}, Options: map[string]bot.Options{"telegrm": {}},
	}}}}
	want := []bot.Problem{
		{Path: "bot", Message: `must be 1 to 64 letters, digits, '-' and '_', not "a b"`},
		{Path: "channels", Message: "the bot has no channels: nobody can reach it", Warning: true},
		{Path: "handlers[0].response.telegrm", Message: `unknown field "telegrm": did you mean "telegram"?`},
	}
	if diff := cmp.Diff(want, checker.Check(&def)); diff != "" {
		t.Errorf("Check (-want +got):\n%s", diff)
	}
}

// A file with very many mistakes is answered with some of them, soon; no flood of warnings hides an error.
func TestProblemsAreBounded(t *testing.T) {
	var file strings.Builder
	file.WriteString("bot: a\nenv:\n")
	for i := range 2_000 {
		fmt.Fprintf(&file, "  x-%d: y\n", i)
	}
	file.WriteString("handlers:\n")
	for i := range 10_000 {
		fmt.Fprintf(&file, "  - {source_states: [s%d], target_state: t%d}\n", i, i)
	}
	_, problems := checker.Read("f", []byte(file.String()))
	counts := map[bool]int{}
	for _, p := range problems {
		counts[p.Warning]++
	}
	if diff := cmp.Diff(map[bool]int{false: 100, true: 100}, counts); diff != "" {
		t.Errorf("problems by Warning (-want +got):\n%s", diff)
	}
}
