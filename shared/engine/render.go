package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
	"hookline/shared/store"
	"hookline/shared/template"
)

// parts makes what a message asks for: its signs first, then what it says or shows.
func (live *liveBot) parts(m bot.Message, scope template.Scope) (parts []bot.Part, err error) {
	if m.Seen {
		parts = append(parts, bot.Part{Sign: bot.MarkSeen})
	}
	if m.Typing {
		parts = append(parts, bot.Part{Sign: bot.ShowTyping})
	}
	if m == (bot.Message{Seen: m.Seen, Typing: m.Typing, Format: m.Format, ReplyTo: m.ReplyTo}) && len(parts) > 0 {
		return parts, nil
	}
	part, err := live.render(m, scope)
	if strings.Contains(m.Text, newMessage) {
		return append(parts, cutUp(part)...), err
	}
	return append(parts, part), err
}

// newMessage is what an author writes in a text to begin another message, as in permabots: a backslash and an n.
const newMessage = `\n`

// cutUp makes a part of every message in a text, but blank ones. A file goes with the first, the keyboard with the last.
func cutUp(part bot.Part) []bot.Part {
	texts := slices.DeleteFunc(strings.Split(part.Text, newMessage), func(text string) bool { return strings.TrimSpace(text) == "" })
	if len(texts) < 2 {
		part.Text = strings.Join(texts, "")
		return []bot.Part{part}
	}
	parts := make([]bot.Part, len(texts))
	for i, text := range texts {
		parts[i] = bot.Part{Format: part.Format, Text: text}
	}
	parts[0].Media, parts[0].Location = part.Media, part.Location
	parts[len(parts)-1].Keyboard = part.Keyboard
	return parts
}

// render makes the part that a message says or shows. Keyboards are text for people whatever the format: only the
// message's own text is marked up.
func (live *liveBot) render(m bot.Message, scope template.Scope) (bot.Part, error) {
	part := bot.Part{Format: m.Format}
	var err error
	if part.Text, err = live.text(m.Text, scope, m.Format); err != nil {
		return part, fmt.Errorf("text: %w", err)
	}
	part.Text = strings.TrimRight(part.Text, "\n")
	if part.Media, err = live.media(m, scope); err != nil {
		return part, err
	}
	if part.Location, err = live.location(m.Location, scope); err != nil {
		return part, fmt.Errorf("location: %w", err)
	}
	if m.Keyboard == nil {
		return part, nil
	}
	part.Keyboard, err = live.keyboard(*m.Keyboard, scope)
	return part, err
}

// keyboard makes the buttons of a message: of its rows, or of what its template gives.
func (live *liveBot) keyboard(k bot.Keyboard, scope template.Scope) (rows [][]bot.Button, err error) {
	if k.Template != "" {
		text, err := live.text(k.Template, scope, bot.FormatPlain)
		if err == nil {
			rows, err = template.Keyboard(text)
		}
		if err != nil {
			return nil, fmt.Errorf("keyboard: %w", err)
		}
		return rows, nil
	}
	for i, row := range k.Rows {
		var rendered []bot.Button
		for j, b := range row {
			button, err := live.button(b, scope)
			if err != nil {
				return nil, fmt.Errorf("keyboard row %d button %d: %w", i+1, j+1, err)
			}
			rendered = append(rendered, button)
		}
		rows = append(rows, rendered)
	}
	return rows, nil
}

func (live *liveBot) button(b bot.Button, scope template.Scope) (made bot.Button, err error) {
	for _, field := range []struct {
		to   *string
		from string
	}{{&made.Text, b.Text}, {&made.URL, b.URL}, {&made.Payload, b.Payload}} {
		if *field.to, err = live.text(field.from, scope, bot.FormatPlain); err != nil {
			return made, err
		}
	}
	if made.URL == "" && made.Payload == "" {
		made.Payload = made.Text // as in the bot file, and so as the outbox reads it back
	}
	return made, nil
}

// media gives the file that a message sends, nil if there is none; one whose address renders to nothing is none.
func (live *liveBot) media(m bot.Message, scope template.Scope) (*bot.Media, error) {
	for _, field := range []struct {
		kind   bot.EventKind
		source string
	}{{bot.Photo, m.Photo}, {bot.Audio, m.Audio}, {bot.Video, m.Video}, {bot.Document, m.Document}} {
		source, err := live.text(field.source, scope, bot.FormatPlain)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", field.kind, err)
		}
		if source = strings.TrimSpace(source); source != "" {
			return &bot.Media{Kind: field.kind, Source: source}, nil
		}
	}
	return nil, nil
}

// location reads "latitude, longitude" or "latitude, longitude, title".
func (live *liveBot) location(source string, scope template.Scope) (*bot.Location, error) {
	text, err := live.text(source, scope, bot.FormatPlain)
	if err != nil || strings.TrimSpace(text) == "" {
		return nil, err
	}
	fields := strings.SplitN(text, ",", 3)
	if len(fields) < 2 {
		return nil, bot.Errorf(bot.Invalid, fmt.Sprintf("%q is not latitude, longitude", text))
	}
	at := &bot.Location{}
	for i, degrees := range []struct {
		to    *json.Number
		limit float64
	}{{&at.Latitude, 90}, {&at.Longitude, 180}} {
		written := strings.TrimSpace(fields[i])
		value, err := strconv.ParseFloat(written, 64)
		// Not within the limits is also what is no number at all.
		if err != nil || !(value >= -degrees.limit && value <= degrees.limit) || !json.Valid([]byte(written)) {
			return nil, bot.Errorf(bot.Invalid, fmt.Sprintf("%q is no number of degrees up to %g", written, degrees.limit))
		}
		*degrees.to = json.Number(written)
	}
	if len(fields) == 3 {
		at.Title = strings.TrimSpace(fields[2])
	}
	return at, nil
}

// options renders every text in a network's options.
func (live *liveBot) options(options bot.Options, scope template.Scope) (bot.Options, error) {
	rendered, err := live.texts(map[string]any(options), scope)
	if err != nil || rendered == nil {
		return nil, err
	}
	return rendered.(map[string]any), nil
}

// texts gives a value with each text in it rendered as a template.
func (live *liveBot) texts(value any, scope template.Scope) (any, error) {
	var err error
	switch value := value.(type) {
	case string:
		return live.text(value, scope, bot.FormatPlain)
	case []any:
		rendered := make([]any, len(value))
		for i := range value {
			if rendered[i], err = live.texts(value[i], scope); err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return rendered, nil
	case map[string]any:
		if value == nil {
			return nil, nil
		}
		rendered := make(map[string]any, len(value))
		for name, inner := range value {
			if rendered[name], err = live.texts(inner, scope); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		return rendered, nil
	}
	return value, nil
}

// optionsOf gives the options of a message: those that do something by themselves belong to the last one.
func optionsOf(network provider.Description, options bot.Options, last bool) bot.Options {
	if last || len(options) == 0 {
		return options
	}
	kept := maps.Clone(options)
	for _, o := range network.Options {
		if o.Once {
			delete(kept, o.Name)
		}
	}
	return kept
}

// keepPayloads puts a key in place of each payload that is too long for the network, and notes it to be kept.
func (t *turn) keepPayloads(part *bot.Part, network provider.Description) {
	limit := network.Limits.PayloadBytes
	if limit == 0 || provider.SendsLabels(*part) {
		return
	}
	for _, row := range part.Keyboard {
		for i := range row {
			if button := &row[i]; button.URL == "" && len(button.Payload) > limit {
				t.payloads = append(t.payloads, button.Payload)
				button.Payload = store.PayloadKey(button.Payload)
			}
		}
	}
}
