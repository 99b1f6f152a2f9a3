package kik

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// shape says which fields an object has. A field that is not required may be null.
type shape map[string]field

type field struct {
	required bool
	check    func(at string, value json.RawMessage) error
}

// read gives the fields of an object that has the shape; at is where it stands.
func (s shape) read(at string, object json.RawMessage) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(object, &fields) != nil || fields == nil {
		return nil, badRequest("%s must be an object", at)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if _, ok := s[name]; !ok {
			return nil, badRequest("%s has no field %q", at, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		value, there := fields[name]
		switch {
		case there && (s[name].required || string(value) != "null"):
			if err := s[name].check(at+"."+name, value); err != nil {
				return nil, err
			}
		case s[name].required:
			return nil, badRequest("%s.%s is missing", at, name)
		}
	}
	return fields, nil
}

func isPresent(string, json.RawMessage) error { return nil }

func isText(at string, value json.RawMessage) error {
	var text *string
	if json.Unmarshal(value, &text) != nil || text == nil || *text == "" {
		return badRequest("%s must be a text that is not empty", at)
	}
	return nil
}

func isUsername(at string, value json.RawMessage) error {
	var text string
	if json.Unmarshal(value, &text) != nil || !usernameShape.MatchString(text) {
		return badRequest("%s must be a username", at)
	}
	return nil
}

func isFlag(at string, value json.RawMessage) error {
	if text := string(value); text != "true" && text != "false" {
		return badRequest("%s must be true or false", at)
	}
	return nil
}

func isAmong(values ...string) func(string, json.RawMessage) error {
	return func(at string, value json.RawMessage) error {
		var text string
		if json.Unmarshal(value, &text) != nil || !slices.Contains(values, text) {
			return badRequest("%s must be one of %q", at, values)
		}
		return nil
	}
}

// isWhole takes whole numbers in a range.
func isWhole(least, most int64) func(string, json.RawMessage) error {
	return func(at string, value json.RawMessage) error {
		var n *int64
		if json.Unmarshal(value, &n) != nil || n == nil || *n < least || *n > most {
			return badRequest("%s must be a whole number from %d to %d", at, least, most)
		}
		return nil
	}
}

// isMetadata takes a text or an object, which come back as they are.
func isMetadata(at string, value json.RawMessage) error {
	if value[0] != '"' && value[0] != '{' {
		return badRequest("%s must be a text or an object", at)
	}
	return nil
}

// isAttribution takes an object, or the name of one of Kik's own.
func isAttribution(at string, value json.RawMessage) error {
	if value[0] == '"' {
		return isAmong("gallery", "camera")(at, value)
	}
	_, err := shape{"name": {false, isText}, "iconUrl": {false, isText}}.read(at, value)
	return err
}

// isList takes lists of at least one, each of which passes.
func isList(most int, each func(string, json.RawMessage) error) func(string, json.RawMessage) error {
	return func(at string, value json.RawMessage) error {
		var list []json.RawMessage
		if json.Unmarshal(value, &list) != nil || len(list) == 0 {
			return badRequest("%s must be a list that is not empty", at)
		}
		if len(list) > most {
			return badRequest("%s has %d of at most %d", at, len(list), most)
		}
		for i, item := range list {
			if err := each(fmt.Sprintf("%s[%d]", at, i), item); err != nil {
				return err
			}
		}
		return nil
	}
}

// typed picks the shape of an object by its field type.
func typed(shapes map[string]shape) func(string, json.RawMessage) error {
	names := slices.Sorted(maps.Keys(shapes))
	return func(at string, value json.RawMessage) error {
		var object struct{ Type string }
		if json.Unmarshal(value, &object) != nil || shapes[object.Type] == nil {
			return badRequest("%s must be an object whose type is one of %q", at, names)
		}
		_, err := shapes[object.Type].read(at, value)
		return err
	}
}
