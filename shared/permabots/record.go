package permabots

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// record is an object of a dump. It remembers which of its fields were read, so that the others can be told.
type record struct {
	model, key string
	fields     map[string]json.RawMessage
	read       map[string]bool
	wrong      []string // fields that hold what they cannot
	used       bool
}

// ignored are fields that every bot file does without.
var ignored = []string{"created_at", "updated_at", "owner", "user_api"}

func (r *record) raw(field string) json.RawMessage {
	r.read[field] = true
	value := r.fields[field]
	if bytes.Equal(value, []byte("null")) {
		return nil
	}
	return value
}

// text gives a text or a number as text, "" for null. Line ends are "\n": browsers send others.
func (r *record) text(field string) string {
	value := r.raw(field)
	if value == nil {
		return ""
	}
	text, ok := scalar(value)
	if !ok {
		r.wrong = append(r.wrong, field)
	}
	return strings.ReplaceAll(text, "\r\n", "\n")
}

// scalar gives a text, or a number as it is written.
func scalar(value json.RawMessage) (text string, ok bool) {
	if json.Unmarshal(value, &text) == nil {
		return text, true
	}
	var number json.Number
	if json.Unmarshal(value, &number) == nil {
		return number.String(), true
	}
	return "", false
}

// enabled is true unless the record says that it is not.
func (r *record) enabled() bool {
	value := r.raw("enabled")
	is := true
	if value != nil && json.Unmarshal(value, &is) != nil {
		r.wrong = append(r.wrong, "enabled")
	}
	return is
}

func (r *record) integer(field string) int {
	value := r.raw(field)
	if value == nil {
		return 0
	}
	n, err := strconv.ParseInt(string(value), 10, 32)
	if err != nil {
		r.wrong = append(r.wrong, field)
		return 0
	}
	return int(n)
}

// keys gives the records that a field names.
func (r *record) keys(field string) (keys []string) {
	value := r.raw(field)
	if value == nil {
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil {
		r.wrong = append(r.wrong, field)
		return nil
	}
	for _, item := range list {
		key, ok := scalar(item)
		if !ok {
			r.wrong = append(r.wrong, field)
			continue
		}
		keys = append(keys, key)
	}
	return keys
}

// created is when the record was made; the zero time if it does not say.
func (r *record) created() time.Time {
	text, _ := scalar(r.fields["created_at"])
	at, _ := time.Parse(time.RFC3339Nano, text)
	return at
}

// complaints tells of fields that could not be used.
func (r *record) complaints() (list []string) {
	for _, field := range slices.Sorted(maps.Keys(r.fields)) {
		if !r.read[field] && !slices.Contains(ignored, field) {
			list = append(list, fmt.Sprintf("permabots.%s: the field %q is not known, and left out", r.model, field))
		}
	}
	for _, field := range r.wrong {
		list = append(list, fmt.Sprintf("permabots.%s %s: the field %q holds what it cannot, and is left out", r.model, r.key, field))
	}
	return list
}
