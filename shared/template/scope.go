package template

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Scope holds what a template can read, by name: JSON values (string, bool, nil, json.Number, []any, map[string]any), maps
// of strings (map[string]string, map[string]*string), or what Lazy gives.
type Scope map[string]any

// Now is the name in a Scope of what {% now %} takes for now, a time.Time: what it really is if there is none.
const Now = "{% now %}"

// lazy is a value that is made when a template names it.
type lazy func() (any, error)

// Lazy makes v a value of a Scope: its JSON, encoded at most once, and only if a template names it. Numbers stay exact.
func Lazy(v any) any {
	return lazy(sync.OnceValues(func() (any, error) { return jsonValue(v) }))
}

func jsonValue(v any) (any, error) {
	encoded, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("decode %T: %w", v, err)
	}
	return value, nil
}

// always holds what is there even where the scope has none of it: an author may read fields of it without asking first.
var always = map[string]any{
	"pattern": map[string]any{}, "state_context": map[string]any{}, "env": map[string]any{}, "secret": map[string]any{},
	"event": map[string]any{}, "event.chat": map[string]any{}, "event.from": map[string]any{},
	"event.reply_to": map[string]any{}, "event.reply_to.from": map[string]any{}, "event.command": map[string]any{},
	"event.location": map[string]any{}, "event.contact": map[string]any{}, "event.reaction": map[string]any{},
	"event.member": map[string]any{}, "event.form": map[string]any{}, "event.form.values": map[string]any{},
	"event.task": map[string]any{}, "event.task.fields": map[string]any{}, "event.referral": map[string]any{},
	"event.entities": []any{}, "event.attachments": []any{}, "event.members": []any{},
}

// read follows a path. The last name may be undefined, the ones before it may not.
func (s Scope) read(path []string) (value any, defined bool, err error) {
	value, defined = s[path[0]]
	if encode, ok := value.(lazy); ok {
		if value, err = encode(); err != nil {
			return nil, false, fmt.Errorf("%s cannot be read as JSON", path[0])
		}
	}
	for i := 0; ; i++ {
		if !defined {
			value, defined = always[strings.Join(path[:i+1], ".")]
		}
		if i+1 == len(path) {
			return value, defined, nil
		}
		if !defined {
			return nil, false, fmt.Errorf("%s is undefined", strings.Join(path[:i+1], "."))
		}
		value, defined = field(value, path[i+1])
	}
}

// field reads one name of an object, or one index of a list or a text; as in Jinja an index is no name.
func field(value any, name string) (v any, ok bool) {
	if s, isText := value.(string); isText {
		i, err := strconv.Atoi(name)
		if err != nil {
			return nil, false
		}
		r, ok := element([]rune(s), i)
		return string(r), ok
	}
	if list, isList := value.([]any); isList {
		i, err := strconv.Atoi(name)
		if err != nil || i >= len(list) {
			return nil, false
		}
		return list[i], true
	}
	if isIndex(name) {
		return nil, false
	}
	switch object := value.(type) {
	case map[string]any:
		v, ok = object[name]
	case map[string]string:
		v, ok = object[name]
	case map[string]*string:
		var s *string
		s, ok = object[name]
		v = optional(s)
	}
	return v, ok
}

func optional(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

// plain makes maps of strings into objects.
func plain(value any) any {
	object := map[string]any{}
	switch value := value.(type) {
	case map[string]string:
		for name, v := range value {
			object[name] = v
		}
	case map[string]*string:
		for name, v := range value {
			object[name] = optional(v)
		}
	default:
		return value
	}
	return object
}
