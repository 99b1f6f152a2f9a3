package botfile_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/botfile"
)

func schema(t *testing.T) map[string]any {
	t.Helper()
	var s map[string]any
	if err := json.Unmarshal(botfile.Schema(providers), &s); err != nil {
		t.Fatalf("Schema is no JSON: %v", err)
	}
	return s
}

// at follows names into a schema; "*" stands for items or additional properties.
func at(t *testing.T, s map[string]any, path string) map[string]any {
	t.Helper()
	for _, name := range strings.Fields(path) {
		if choices, ok := s["anyOf"].([]any); ok {
			s = choices[len(choices)-1].(map[string]any)
		}
		next := s["properties"]
		if name == "*" {
			next = map[string]any{"*": s["items"]}
			if s["items"] == nil {
				next = map[string]any{"*": s["additionalProperties"]}
			}
		}
		inner, ok := next.(map[string]any)[name].(map[string]any)
		if !ok {
			t.Fatalf("the schema has no %s of %s", name, path)
		}
		s = inner
	}
	if choices, ok := s["anyOf"].([]any); ok {
		s = choices[len(choices)-1].(map[string]any)
	}
	return s
}

// jsonFields gives the names under which a type's fields are encoded, those of embedded types included.
func jsonFields(of reflect.Type) []string {
	var names []string
	for i := range of.NumField() {
		f := of.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			names = append(names, jsonFields(f.Type)...)
		case name != "" && name != "-":
			names = append(names, name)
		}
	}
	return names
}

// The schema and the decoder come of one table; here the table is held against the types, which are what is stored.
func TestSchemaHasTheFieldsOfTheTypes(t *testing.T) {
	tests := []struct {
		path  string
		of    any
		extra []string
	}{
		{"", bot.Definition{}, nil},
		{"states *", bot.State{}, nil},
		{"handlers *", bot.Handler{}, nil},
		{"handlers * request", bot.Request{}, nil},
		{"handlers * response", bot.Response{}, []string{"telegram", "carrier"}},
		{"handlers * response messages *", bot.Message{}, nil},
		{"hooks *", bot.Hook{}, nil},
		{"hooks * recipients *", bot.Recipient{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			want := append(jsonFields(reflect.TypeOf(tt.of)), tt.extra...)
			var got []string
			for name, property := range at(t, schema(t), tt.path)["properties"].(map[string]any) {
				got = append(got, name)
				if property.(map[string]any)["description"] == "" {
					t.Errorf("%s %s has no description", tt.path, name)
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("fields of %q: schema %v, type %v", tt.path, got, want)
			}
		})
	}
}

func TestSchemaSays(t *testing.T) {
	tests := []struct{ path, key, want string }{
		{"", "$schema", `"https://json-schema.org/draft/2020-12/schema"`},
		{"", "required", `["bot"]`},
		{"", "additionalProperties", "false"},
		{"handlers * priority", "type", `"integer"`},
		{"handlers * disabled", "type", `"boolean"`},
		{"handlers * response format", "enum", `["html","markdown"]`},
		{"handlers * response keyboard * * ", "required", `["text"]`},
		{"handlers * response telegram keyboard", "enum", `["inline","reply"]`},
		{"handlers * response telegram disable_notification", "type", `"boolean"`},
		{"handlers * response telegram", "additionalProperties", "false"},
		{"channels * provider", "enum", `["carrier","telegram"]`},
		{"channels * disabled", "type", `"boolean"`},
		{"hooks * disabled", "type", `"boolean"`},
		{"channels * token", "type", `"string"`},
		{"channels * token", "description", `"from @BotFather"`},
		{"channels * key", "minItems", "1"},
		{"channels * mode", "enum", `["fast","slow"]`},
		{"env *", "type", `"string"`},
	}
	for _, tt := range tests {
		t.Run(tt.path+" "+tt.key, func(t *testing.T) {
			got, err := json.Marshal(at(t, schema(t), tt.path)[tt.key])
			if err != nil || string(got) != tt.want {
				t.Errorf("%s of %q = %s, %v, want %s", tt.key, tt.path, got, err, tt.want)
			}
		})
	}
	kinds := at(t, schema(t), "handlers * on *")["enum"].([]any)
	if len(kinds) != 1+len(bot.EventKinds()) || kinds[0] != "*" {
		t.Errorf("kinds of the schema = %v, want * and every event kind", kinds)
	}
}
