package pyrus

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"hookline/shared/bot"
)

// shape makes of the value of an option what the API takes, and says what is wrong with it. at is the value's place in the
// options. Templates give texts, where the API wants numbers: a text of digits is one; a text that still is a template passes.
type shape func(at string, value any) (any, []bot.Problem)

func wrong(at, message string) []bot.Problem { return []bot.Problem{{Path: at, Message: message}} }

// largestFloat is the largest whole number up to which a float64 has every one.
const largestFloat = 1 << 53

func wholeNumber(at string, value any) (any, []bot.Problem) {
	switch value := value.(type) {
	case int:
		return value, nil
	case json.Number:
		if _, err := strconv.ParseInt(value.String(), 10, 64); err == nil {
			return value, nil
		}
	case float64:
		if value == math.Trunc(value) && math.Abs(value) <= largestFloat {
			return int64(value), nil
		}
	case string:
		if number, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64); err == nil {
			return number, nil
		}
		if isTemplate(value) {
			return value, nil
		}
	}
	return nil, wrong(at, "must be a whole number")
}

func isTemplate(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "{%")
}

func anyNumber(at string, value any) (any, []bot.Problem) {
	switch value := value.(type) {
	case int, float64, json.Number:
		return value, nil
	case string:
		number := json.Number(strings.TrimSpace(value))
		if _, err := number.Float64(); err == nil && json.Valid([]byte(number)) {
			return number, nil
		}
		if isTemplate(value) {
			return value, nil
		}
	}
	return nil, wrong(at, "must be a number")
}

func someText(at string, value any) (any, []bot.Problem) {
	if text, ok := value.(string); ok && text != "" {
		return text, nil
	}
	return nil, wrong(at, "must be text")
}

// anything passes as it is, but for ids, which the API wants as numbers.
func anything(_ string, value any) (any, []bot.Problem) { return numbered(value, 0), nil }

func listOf(item shape) shape {
	return func(at string, value any) (any, []bot.Problem) {
		items, ok := value.([]any)
		if !ok {
			return nil, wrong(at, "must be a list")
		}
		made := make([]any, len(items))
		var problems []bot.Problem
		for i := range items {
			var found []bot.Problem
			made[i], found = item(fmt.Sprintf("%s[%d]", at, i), items[i])
			problems = append(problems, found...)
		}
		return made, problems
	}
}

// entry is a field of an object.
type entry struct {
	name  string
	shape shape
}

// objectOf reads an object with no other fields than those given.
func objectOf(at string, value any, entries []entry) (map[string]any, []bot.Problem) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, wrong(at, "must have fields")
	}
	made := make(map[string]any, len(object))
	var problems []bot.Problem
	for _, name := range slices.Sorted(maps.Keys(object)) {
		i := slices.IndexFunc(entries, func(e entry) bool { return e.name == name })
		if i < 0 {
			problems = append(problems, bot.Problem{Path: at + "." + name, Message: "is no field of this"})
			continue
		}
		var found []bot.Problem
		made[name], found = entries[i].shape(at+"."+name, object[name])
		problems = append(problems, found...)
	}
	return made, problems
}

// one complains unless exactly one of the names is there.
func one(at string, object map[string]any, names ...string) []bot.Problem {
	count := 0
	for _, name := range names {
		if _, ok := object[name]; ok {
			count++
		}
	}
	if object == nil || count == 1 {
		return nil
	}
	return wrong(at, "must have one of "+strings.Join(names, ", "))
}

func onePerson(at string, value any) (any, []bot.Problem) {
	made, problems := objectOf(at, value, []entry{{"id", wholeNumber}, {"email", someText}})
	return made, append(problems, one(at, made, "id", "email")...)
}

func fieldUpdate(at string, value any) (any, []bot.Problem) {
	made, problems := objectOf(at, value, []entry{
		{"id", wholeNumber}, {"code", someText}, {"name", someText}, {"value", anything}, {"number", anyNumber},
	})
	problems = append(problems, one(at, made, "id", "code", "name")...)
	problems = append(problems, one(at, made, "value", "number")...)
	if number, ok := made["number"]; ok {
		made["value"] = number
		delete(made, "number")
	}
	return made, problems
}

func outsideChannel(at string, value any) (any, []bot.Problem) {
	made, problems := objectOf(at, value, []entry{{"type", someText}, {"phone", someText}})
	return made, append(problems, one(at, made, "type")...)
}

// idNames are the fields inside values that are numbers: https://pyrus.com/en/help/api/models#fields.
var idNames = []string{
	"id", "row_id", "item_id", "item_ids", "choice_id", "choice_ids", "task_ids", "attachment_id", "root_id",
}

// numbered gives a value with the ids in it as numbers.
func numbered(value any, depth int) any {
	if depth > depthLimit {
		return value
	}
	switch value := value.(type) {
	case []any:
		made := make([]any, len(value))
		for i := range value {
			made[i] = numbered(value[i], depth+1)
		}
		return made
	case map[string]any:
		made := make(map[string]any, len(value))
		for name, inner := range value {
			if made[name] = numbered(inner, depth+1); slices.Contains(idNames, name) {
				made[name] = identified(inner)
			}
		}
		return made
	}
	return value
}

// identified gives an id, or a list of ids, as numbers where it can be read so.
func identified(value any) any {
	for _, s := range []shape{wholeNumber, listOf(wholeNumber)} {
		if number, problems := s("", value); problems == nil {
			return number
		}
	}
	return value
}
