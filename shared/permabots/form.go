package permabots

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"hookline/shared/bot"
)

// body makes the body of a request. In permabots it was a template that gives JSON, which was then sent as a form; so it
// becomes a form, if its names can be told before it is rendered.
func (d *draft) body(path string, r *bot.Request, data string) {
	masked, err := mask(data)
	var value any
	if err == nil {
		value, err = decode(masked.text)
	}
	if err != nil {
		r.Body = data
		d.note(path+".body", "permabots made a form of it, which cannot be told before it is rendered (%v): write form or json", err)
		return
	}
	switch value := value.(type) {
	case map[string]any:
		d.form(path, r, value, masked)
	case string:
		r.Body = masked.restore(value)
	case nil: // permabots sent nothing then
	default:
		if list, ok := value.([]any); ok && len(list) == 0 {
			return
		}
		r.Body = data
		d.note(path+".body", "it is neither an object nor a text: permabots could not send it")
	}
}

func (d *draft) form(path string, r *bot.Request, object map[string]any, masked masked) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		value, set, single := formValue(object[name])
		if !single {
			d.note(path+".form."+name, "permabots sent the items of a list, and the names in an object, one by one; here they are JSON: write what the server takes")
		}
		if !set {
			continue
		}
		if r.Form == nil {
			r.Form = map[string]string{}
		}
		r.Form[name] = masked.restore(value)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		if strings.EqualFold(name, "Content-Type") && strings.Contains(r.Headers[name], "json") && r.Form != nil {
			d.note(path+".headers."+name, "says JSON where permabots sent a form: if the server wants JSON, write json in place of form")
		}
	}
}

// formValue gives a value as the ancestor's HTTP client wrote it in a form; single is false for what it wrote several times
// or in part.
func formValue(value any) (text string, set, single bool) {
	switch value := value.(type) {
	case nil:
		return "", false, true
	case string:
		return value, true, true
	case json.Number:
		return value.String(), true, true
	case bool:
		return map[bool]string{true: "True", false: "False"}[value], true, true
	case []any:
		if len(value) == 0 {
			return "", false, true
		}
		if text, set, single = formValue(value[0]); len(value) == 1 && single {
			return text, set, true
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value) != nil {
		return "", false, false
	}
	return strings.TrimSpace(out.String()), true, false
}

// decode reads JSON, numbers as they are written.
func decode(text string) (value any, err error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, errors.New("it is no JSON")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("it is more than one JSON value")
	}
	switch value := value.(type) {
	case map[string]any:
		for name := range value {
			if strings.Contains(name, begin) {
				return nil, errors.New("a template makes the names in it")
			}
		}
	case string:
		if marked.FindString(value) == value && value != "" {
			return nil, errors.New("a template makes the whole of it")
		}
	}
	return value, nil
}
