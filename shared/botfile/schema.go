package botfile

import (
	"encoding/json"
	"maps"
	"slices"

	"hookline/shared/provider"
)

// schemaOf is one schema of JSON Schema, draft 2020-12.
type schemaOf map[string]any

// Schema gives the JSON Schema of the bot file, so that editors complete and check it.
func Schema(providers provider.Set) []byte {
	s := schemaMaker{providers}
	root := s.of(definitionShape)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Hookline bot file"
	encoded, _ := json.MarshalIndent(root, "", "  ") // maps of text, lists and booleans always encode
	return append(encoded, '\n')
}

type schemaMaker struct{ providers provider.Set }

func (m schemaMaker) of(s *shape) schemaOf {
	switch s.kind {
	case flagShape:
		return schemaOf{"type": "boolean"}
	case integerShape:
		return schemaOf{"type": "integer"}
	case anyShape:
		return schemaOf{}
	case listShape:
		return schemaOf{"type": "array", "items": m.of(s.of)}
	case mapShape:
		return schemaOf{"type": "object", "additionalProperties": m.of(s.of)}
	case textOrShape:
		return schemaOf{"anyOf": []schemaOf{{"type": "string"}, m.of(s.or)}}
	case fieldsShape:
		return m.record(s)
	case responseShape:
		return m.response(s)
	case channelShape:
		return m.channel()
	case credentialsShape:
		return credentialSchema(true)
	}
	if len(s.values) > 0 {
		return schemaOf{"type": "string", "enum": s.values}
	}
	return schemaOf{"type": "string"}
}

func (m schemaMaker) record(s *shape) schemaOf {
	properties := schemaOf{}
	var required []string
	for _, f := range s.fields {
		properties[f.name] = described(m.of(f.shape), f.doc)
		if f.required {
			required = append(required, f.name)
		}
	}
	out := schemaOf{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func described(s schemaOf, doc string) schemaOf {
	s["description"] = doc
	return s
}

// response adds the options of each provider.
func (m schemaMaker) response(s *shape) schemaOf {
	out := m.record(s)
	properties := out["properties"].(schemaOf)
	for name, p := range m.providers {
		options := schemaOf{}
		for _, o := range p.Describe().Options {
			options[o.Name] = described(optionSchema(o), o.Doc)
		}
		properties[name] = schemaOf{
			"type": "object", "properties": options, "additionalProperties": false,
			"description": "Settings that only " + name + " has.",
		}
	}
	return out
}

func optionSchema(o provider.Option) schemaOf {
	switch o.Type {
	case provider.Flag:
		return schemaOf{"type": "boolean"}
	case provider.Number:
		return schemaOf{"type": "integer"}
	case provider.Structure:
		return schemaOf{}
	}
	return choice(o.Values)
}

// choice is a text, any if there are no values to choose from.
func choice(values []string) schemaOf {
	if len(values) > 0 {
		return schemaOf{"type": "string", "enum": values}
	}
	return schemaOf{"type": "string"}
}

// channel allows the fields of all providers: which one it is may be told by the channel's name.
func (m schemaMaker) channel() schemaOf {
	names := slices.Sorted(maps.Keys(m.providers))
	properties := schemaOf{
		"provider": schemaOf{
			"type": "string", "enum": names, "description": "The network, where the channel's name does not say it.",
		},
		"disabled": described(m.of(flag), "What comes in is dropped, and nothing goes out."),
	}
	for _, name := range names {
		for _, f := range m.providers[name].Describe().Fields {
			value := choice(f.Values)
			switch {
			case f.Secret:
				value = credentialSchema(f.List)
			case f.Structured:
				value = schemaOf{}
			}
			properties[f.Name] = described(value, f.Doc)
		}
	}
	return schemaOf{"type": "object", "properties": properties, "additionalProperties": false}
}

func credentialSchema(list bool) schemaOf {
	one := schemaOf{"type": "string"}
	if !list {
		return one
	}
	return schemaOf{"anyOf": []schemaOf{one, {"type": "array", "items": schemaOf{"type": "string"}, "minItems": 1}}}
}
