package template

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"hookline/shared/bot"
)

// Keyboard gives the buttons that the text of a rendered template stands for: JSON, or a literal of Python's as permabots
// took it. A list in the list is a row, everything else a row of its own. A button is a text, a tuple of a label and what
// it sends or opens (http:// or https://), or an object with text, url and payload. Nothing is no keyboard. What is none
// of this is an error of kind invalid.
func Keyboard(text string) ([][]bot.Button, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	value, err := literal(text)
	if err != nil {
		return nil, bot.Errorf(bot.Invalid, fmt.Sprintf("it gives what is neither JSON nor a Python literal: %v", err))
	}
	var rows [][]bot.Button
	for _, item := range rowsOf(value) {
		row, err := buttons(item)
		if err != nil {
			return nil, bot.Errorf(bot.Invalid, err.Error())
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// rowsOf gives what stands in the outermost list. A tuple of other than texts is meant as a list.
func rowsOf(value any) []any {
	switch value := value.(type) {
	case []any:
		return value
	case tuple:
		if _, isButton := labelled(value); !isButton {
			return value
		}
	case nil:
		return nil
	}
	return []any{value}
}

// buttons gives those of a row. Lists in it are rows as well in permabots, which knew none: they are one row.
func buttons(item any) ([]bot.Button, error) {
	items, isRow := item.([]any)
	if !isRow {
		b, err := button(item)
		return []bot.Button{b}, err
	}
	var row []bot.Button
	for _, inner := range items {
		more, err := buttons(inner)
		if err != nil {
			return nil, err
		}
		row = append(row, more...)
	}
	return row, nil
}

func button(item any) (b bot.Button, err error) {
	switch item := item.(type) {
	case string:
		b = bot.Button{Text: item, Payload: item}
	case tuple:
		pair, ok := labelled(item)
		if !ok {
			return b, errors.New("a button in parentheses is a label and what it sends or opens: two texts")
		}
		b.Text = pair[0]
		if strings.HasPrefix(pair[1], "http://") || strings.HasPrefix(pair[1], "https://") {
			b.URL = pair[1]
		} else {
			b.Payload = cmp.Or(pair[1], b.Text)
		}
	case map[string]any:
		if b, err = described(item); err != nil {
			return b, err
		}
	default:
		return b, fmt.Errorf("a button is a text, a label with what it sends or opens, or an object with text, url and payload: not %s", kindName(item))
	}
	if strings.TrimSpace(b.Text) == "" {
		return b, errors.New("a button needs a text")
	}
	return b, nil
}

// labelled gives the two texts of a button in parentheses.
func labelled(t tuple) (pair [2]string, ok bool) {
	if len(t) != len(pair) {
		return pair, false
	}
	for i := range pair {
		if pair[i], ok = t[i].(string); !ok {
			return pair, false
		}
	}
	return pair, true
}

func described(object map[string]any) (b bot.Button, err error) {
	for name, value := range object {
		text, isText := value.(string)
		if !isText {
			return b, fmt.Errorf("%s of a button must be a text, not %s", cut(name), kindName(value))
		}
		switch name {
		case "text":
			b.Text = text
		case "url":
			b.URL = text
		case "payload":
			b.Payload = text
		default:
			return b, fmt.Errorf("a button has text, url and payload, and no %s", cut(name))
		}
	}
	switch {
	case b.URL != "" && b.Payload != "":
		return b, errors.New("a button opens an address or sends a payload: not both")
	case b.URL == "" && b.Payload == "":
		b.Payload = b.Text
	}
	return b, nil
}
