package botfile

import "hookline/shared/bot"

// shape says what a value of the file may be. The decoder and the JSON Schema are made of the same shapes.
type shape struct {
	kind   shapeKind
	fields []field  // of fieldsShape
	of     *shape   // of listShape and mapShape
	or     *shape   // of textOrShape: what else it may be
	values []string // of textShape: the only ones, as the schema has them
}

// field is a field of an object.
type field struct {
	name     string
	doc      string
	shape    *shape
	required bool
}

type shapeKind int

const (
	textShape shapeKind = iota
	flagShape
	integerShape
	anyShape
	listShape
	mapShape
	fieldsShape
	responseShape    // fields, and options by provider beside them
	textOrShape      // text, or something else
	channelShape     // a channel: its fields are its provider's
	credentialsShape // one or several credentials
)

var (
	textual  = &shape{kind: textShape}
	flag     = &shape{kind: flagShape}
	integer  = &shape{kind: integerShape}
	anything = &shape{kind: anyShape}
	texts    = listOf(textual)
	textMap  = mapOf(textual)
)

func listOf(of *shape) *shape { return &shape{kind: listShape, of: of} }

func mapOf(of *shape) *shape { return &shape{kind: mapShape, of: of} }

func textOr(or *shape) *shape { return &shape{kind: textOrShape, or: or} }

func record(fields ...field) *shape { return &shape{kind: fieldsShape, fields: fields} }

func oneOf(values ...string) *shape { return &shape{kind: textShape, values: values} }

// fieldNames gives the names of a shape's fields.
func (s *shape) fieldNames() []string {
	names := make([]string, len(s.fields))
	for i, f := range s.fields {
		names[i] = f.name
	}
	return names
}

func (s *shape) find(name string) (field, bool) {
	for _, f := range s.fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

var formats = oneOf(string(bot.FormatHTML), string(bot.FormatMarkdown))

var kindOrAll = func() *shape {
	values := []string{"*"}
	for _, kind := range bot.EventKinds() {
		values = append(values, string(kind))
	}
	return oneOf(values...)
}()
