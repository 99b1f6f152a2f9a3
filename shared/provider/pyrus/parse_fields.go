package pyrus

import (
	"encoding/json"
	"strings"
)

// depthLimit is how deep values are read that hold form fields again: what is deeper stays JSON.
const depthLimit = 8

// texts gives the values of form fields as text, under the code of each, its id and its name; where two share one, a code
// goes before an id, an id before a name, and the first one wins.
func texts(fields []field) map[string]string {
	flat := flatten(nil, fields, 0)
	if len(flat) == 0 {
		return nil
	}
	values := make(map[string]string, 3*len(flat))
	for _, key := range []func(field) string{
		func(f field) string { return f.Code },
		func(f field) string { return formatID(f.ID) },
		func(f field) string { return f.Name },
	} {
		for _, f := range flat {
			if _, taken := values[key(f)]; key(f) != "" && !taken {
				values[key(f)] = textOf(f.Value, 0)
			}
		}
	}
	return values
}

// flatten gives fields with those inside them: of titles and multiple choices, not of tables, whose rows share ids.
func flatten(flat, fields []field, depth int) []field {
	if depth > depthLimit {
		return flat
	}
	for _, f := range fields {
		flat = append(flat, f)
		var inner struct {
			Fields []field `json:"fields"`
		}
		if object(f.Value) && json.Unmarshal(f.Value, &inner) == nil {
			flat = flatten(flat, inner.Fields, depth+1)
		}
	}
	return flat
}

func object(raw json.RawMessage) bool { return strings.HasPrefix(string(raw), "{") }

// textOf gives a value as a person reads it: https://pyrus.com/en/help/api/models#fields. What has no known shape stays JSON.
func textOf(raw json.RawMessage, depth int) string {
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case depth > depthLimit:
		return string(raw)
	case raw[0] == '"':
		var s string
		_ = json.Unmarshal(raw, &s) // it was read once as part of the body
		return s
	case raw[0] == '[':
		return listText(raw, depth)
	case raw[0] == '{':
		return objectText(raw, depth)
	}
	return string(raw)
}

// listText joins files and people by commas, the rows of a table by line ends.
func listText(raw json.RawMessage, depth int) string {
	var items []json.RawMessage
	_ = json.Unmarshal(raw, &items) // as above
	separator := ", "
	var parts []string
	for _, item := range items {
		var row struct {
			Cells []field `json:"cells"`
		}
		if object(item) && json.Unmarshal(item, &row) == nil && row.Cells != nil {
			separator = "\n"
		}
		parts = append(parts, textOf(item, depth+1))
	}
	return strings.Join(parts, separator)
}

// value is what the values that are objects have between them: choices, catalog items, titles, form links, rows, people, files.
type value struct {
	ChoiceNames []string        `json:"choice_names"`
	ItemNames   []string        `json:"item_names"`
	Values      []string        `json:"values"`
	Checkmark   string          `json:"checkmark"`
	Fields      json.RawMessage `json:"fields"`
	Subject     string          `json:"subject"`
	TaskIDs     []json.Number   `json:"task_ids"`
	Cells       []field         `json:"cells"`
	Name        string          `json:"name"`
	person
}

func objectText(raw json.RawMessage, depth int) string {
	var v value
	if json.Unmarshal(raw, &v) != nil {
		return string(raw)
	}
	switch {
	case len(v.ChoiceNames) > 0:
		return strings.Join(v.ChoiceNames, ", ")
	case len(v.ItemNames) > 0:
		return strings.Join(v.ItemNames, ", ")
	case len(v.Values) > 0:
		return strings.Join(v.Values, ", ")
	case v.Cells != nil:
		var cells []string
		for _, cell := range v.Cells {
			cells = append(cells, textOf(cell.Value, depth+1))
		}
		return strings.Join(cells, ", ")
	case v.Checkmark != "" || v.Fields != nil:
		return v.Checkmark
	case v.Subject != "":
		return v.Subject
	case len(v.TaskIDs) > 0:
		var ids []string
		for _, id := range v.TaskIDs {
			ids = append(ids, id.String())
		}
		return strings.Join(ids, ", ")
	}
	for _, name := range []string{v.fullName(), v.Name, v.Email} {
		if name != "" {
			return name
		}
	}
	return string(raw)
}
