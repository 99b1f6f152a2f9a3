package providertest

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
)

// strange are values that stand in place of others.
var strange = []json.RawMessage{
	json.RawMessage(`null`), json.RawMessage(`true`), json.RawMessage(`""`), json.RawMessage(`" "`),
	json.RawMessage(`[]`), json.RawMessage(`{}`), json.RawMessage(`-1`), json.RawMessage(`0.5`),
	json.RawMessage(`99999999999999999999`), json.RawMessage(`1e400`), json.RawMessage(`9007199254740993`), json.RawMessage(`[{"a":[]}]`),
}

// mutations gives the JSON value with each value in it replaced in turn, and each field left out.
func mutations(value json.RawMessage) iter.Seq[json.RawMessage] {
	return func(yield func(json.RawMessage) bool) {
		for _, other := range strange {
			if !yield(other) {
				return
			}
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(value, &object) == nil && object != nil {
			inObject(object, yield)
			return
		}
		var array []json.RawMessage
		if json.Unmarshal(value, &array) == nil {
			inArray(array, yield)
		}
	}
}

func inObject(object map[string]json.RawMessage, yield func(json.RawMessage) bool) {
	for _, field := range slices.Sorted(maps.Keys(object)) {
		changed := maps.Clone(object)
		delete(changed, field)
		if !yield(encoded(changed)) {
			return
		}
		for other := range mutations(object[field]) {
			changed[field] = other
			if !yield(encoded(changed)) {
				return
			}
		}
	}
}

func inArray(array []json.RawMessage, yield func(json.RawMessage) bool) {
	for i := range array {
		changed := slices.Clone(array)
		for other := range mutations(array[i]) {
			changed[i] = other
			if !yield(encoded(changed)) {
				return
			}
		}
	}
}

func encoded(value any) json.RawMessage {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err) // only values that were decoded before come here
	}
	return data
}
