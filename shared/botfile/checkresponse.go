package botfile

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/template"
)

func (k *check) response(path string, r *bot.Response) {
	if r == nil {
		return
	}
	if len(r.All()) == 0 && len(r.Options) == 0 {
		k.warn(path, "says nothing: it has no text")
	}
	k.template(join(path, "on_failure"), r.OnFailure)
	k.message(path, r.Message)
	k.payloads(path, r, r.Message)
	for i, m := range r.Messages {
		inner := fmt.Sprintf("%s.messages[%d]", path, i)
		if m == (bot.Message{Format: m.Format}) {
			k.fail(inner, "says nothing: it has no text")
		}
		k.message(inner, m)
		k.payloads(inner, r, m)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Options)) {
		k.options(join(path, name), name, r.Options[name])
	}
}

func (k *check) message(path string, m bot.Message) {
	if known := formats.values; m.Format != bot.FormatPlain && !slices.Contains(known, string(m.Format)) {
		k.fail(join(path, "format"), "must be one of %s, not %q%s", strings.Join(known, ", "), m.Format, didYouMean(string(m.Format), known))
	}
	k.template(join(path, "text"), m.Text)
	if k.media(path, m); m.Keyboard != nil {
		k.keyboard(path, m)
	}
}

// media checks the files and the place that a message shows: one of them at most.
func (k *check) media(path string, m bot.Message) {
	shown := 0
	for _, part := range []struct{ name, source string }{
		{"photo", m.Photo}, {"audio", m.Audio}, {"video", m.Video}, {"document", m.Document}, {"location", m.Location},
	} {
		if part.source == "" {
			continue
		}
		k.template(join(path, part.name), part.source)
		if shown++; shown == 2 {
			k.fail(join(path, part.name), "a message shows one of photo, audio, video, document and location: write two messages")
		}
	}
}

func (k *check) keyboard(path string, m bot.Message) {
	path = join(path, "keyboard")
	k.template(path, m.Keyboard.Template)
	if m == (bot.Message{Keyboard: m.Keyboard, Format: m.Format, ReplyTo: m.ReplyTo}) {
		k.fail(path, "a keyboard goes with a text: write one beside it")
	}
	for i, row := range m.Keyboard.Rows {
		if len(row) == 0 {
			k.fail(fmt.Sprintf("%s[%d]", path, i), "a row has one button at least")
		}
		for j, b := range row {
			k.button(fmt.Sprintf("%s[%d][%d]", path, i, j), b)
		}
	}
}

func (k *check) button(path string, b bot.Button) {
	if strings.TrimSpace(b.Text) == "" {
		k.fail(join(path, "text"), "a button needs a text")
	}
	if b.URL != "" && b.Payload != "" {
		k.fail(path, "has both url and payload: a button opens an address or sends a payload")
	}
	k.template(join(path, "text"), b.Text)
	if b.Payload != b.Text {
		k.template(join(path, "payload"), b.Payload)
	}
	k.template(join(path, "url"), b.URL)
	if strings.Contains(b.URL, "{{") || b.URL == "" {
		return
	}
	if parsed, err := url.Parse(b.URL); err != nil || parsed.Scheme == "" {
		k.fail(join(path, "url"), "must be an address such as https://example.com/menu, not %q", shorten(b.URL))
	}
}

// payloads compares what buttons send with what the bot's networks take.
func (k *check) payloads(path string, r *bot.Response, m bot.Message) {
	if m.Keyboard == nil {
		return
	}
	for _, description := range k.descriptions() {
		limit := description.Limits.PayloadBytes
		if limit == 0 || r.Options[description.Name][provider.OptionKeyboard] == provider.KeyboardReply {
			continue
		}
		for _, b := range slices.Concat(m.Keyboard.Rows...) {
			if len(b.Payload) > limit && !strings.Contains(b.Payload, "{{") {
				k.warn(join(path, "keyboard"), "the payload of the button %q has %d bytes, and %s takes %d: it is kept here, and can be pressed for 180 days",
					shorten(b.Text), len(b.Payload), description.Name, limit)
			}
		}
	}
}

// descriptions gives those of the networks that the bot lives on.
func (k *check) descriptions() []provider.Description {
	descriptions := map[string]provider.Description{}
	for _, spec := range k.def.Channels {
		if p, ok := k.providers[spec.Provider]; ok {
			descriptions[spec.Provider] = p.Describe()
		}
	}
	return slices.SortedFunc(maps.Values(descriptions), func(a, b provider.Description) int { return strings.Compare(a.Name, b.Name) })
}

// options checks a provider's own settings of a response.
func (k *check) options(path, name string, options bot.Options) {
	p, known := k.providers[name]
	switch {
	case !known && slices.Contains(planned, name):
		k.fail(path, "not supported yet: provider %s", name)
		return
	case !known:
		names := slices.Concat(answerShape.fieldNames(), providerNames(k.providers))
		k.fail(path, "unknown field %q%s", shorten(name), didYouMean(name, names))
		return
	}
	if !k.has(name) {
		k.warn(path, "the bot has no %s channel", name)
	}
	declared := map[string]provider.Option{}
	for _, o := range p.Describe().Options {
		declared[o.Name] = o
	}
	for _, written := range slices.Sorted(maps.Keys(options)) {
		o, ok := declared[written]
		if !ok {
			k.fail(join(path, written), "unknown field %q%s", shorten(written), didYouMean(written, slices.Sorted(maps.Keys(declared))))
			continue
		}
		k.option(join(path, written), o, options[written])
	}
	if checker, ok := p.(provider.Checker); ok {
		k.below(path, checker.CheckOptions(options))
	}
}

func (k *check) has(providerName string) bool {
	for _, spec := range k.def.Channels {
		if spec.Provider == providerName {
			return true
		}
	}
	return false
}

func (k *check) option(path string, o provider.Option, value any) {
	written, isText := value.(string)
	switch o.Type {
	case provider.Flag:
		if _, ok := value.(bool); !ok {
			k.fail(path, "must be true or false")
		}
	case provider.Choice:
		if !slices.Contains(o.Values, written) {
			k.fail(path, "must be one of %s%s", strings.Join(o.Values, ", "), didYouMean(written, o.Values))
		}
	case provider.Number:
		if n, ok := value.(json.Number); !ok || !smallInteger.MatchString(n.String()) {
			k.fail(path, "must be a whole number of at most nine digits")
		}
	case provider.Text:
		if !isText {
			k.fail(path, "must be text")
		}
		k.template(path, written)
	case provider.Structure:
		k.templatesIn(path, value)
	}
}

// templatesIn checks every text of a value as a template.
func (k *check) templatesIn(path string, value any) {
	switch value := value.(type) {
	case string:
		k.template(path, value)
	case []any:
		for i, item := range value {
			k.templatesIn(fmt.Sprintf("%s[%d]", path, i), item)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			k.templatesIn(join(path, name), value[name])
		}
	}
}

// answerRoot is the answer to a handler's request.
const answerRoot = "response"

// Names that templates know, in handlers and in hooks.
var (
	roots     = []string{"env", "event", "message", "pattern", answerRoot, "secret", "service", "state", "state_context"}
	hookRoots = []string{"data", "env", "recipient", "secret"}
)

func (k *check) template(path, source string) {
	k.sources = append(k.sources, source)
	t, err := template.Parse(source)
	if err != nil {
		k.fail(path, "%s", bot.PublicMessage(err))
		return
	}
	for _, name := range t.Names() {
		if !slices.Contains(k.roots, name) {
			k.fail(path, "templates know no name %q%s", shorten(name), didYouMean(name, k.roots))
		}
	}
}
