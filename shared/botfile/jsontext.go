package botfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"hookline/shared/bot"
)

// jsonReader makes nodes of JSON.
type jsonReader struct {
	decoder *json.Decoder
	data    []byte
	line    int
	counted int // bytes of data whose lines are counted
	nodes   int
}

func parseJSON(data []byte) (*node, *bot.Problem) {
	r := &jsonReader{decoder: json.NewDecoder(bytes.NewReader(data)), data: data, line: 1}
	r.decoder.UseNumber()
	root, err := r.value(0)
	if err == nil {
		if _, more := r.decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the end of the JSON")
		}
	}
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the JSON ends too early")
		}
		r.count()
		return nil, &bot.Problem{Line: r.line, Message: err.Error()}
	}
	return root, nil
}

// token reads a token and brings line up to it.
func (r *jsonReader) token() (json.Token, error) {
	token, err := r.decoder.Token()
	r.count()
	return token, err
}

func (r *jsonReader) count() {
	offset := int(r.decoder.InputOffset())
	r.line += bytes.Count(r.data[r.counted:offset], []byte{'\n'})
	r.counted = offset
}

func (r *jsonReader) value(depth int) (*node, error) {
	token, err := r.token()
	if err != nil {
		return nil, err
	}
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d, or more than %d values", maxDepth, maxNodes)
	}
	n := &node{line: r.line}
	switch token := token.(type) {
	case bool:
		n.kind, n.scalar = boolean, fmt.Sprint(token)
	case json.Number:
		n.kind, n.scalar = number, token.String()
	case string:
		n.kind, n.scalar = text, token
	case json.Delim:
		n.kind = list
		if token == '{' {
			n.kind = object
		}
		return n, r.items(n, depth)
	}
	return n, nil
}

// items reads what a list or object holds, and its end.
func (r *jsonReader) items(n *node, depth int) error {
	seen := map[string]bool{}
	for r.decoder.More() {
		if n.kind == object {
			token, err := r.token()
			if err != nil {
				return err
			}
			name, _ := token.(string) // the decoder lets nothing else be a key
			if seen[name] {
				return fmt.Errorf("field %q is there twice", name)
			}
			seen[name] = true
			n.keys = append(n.keys, key{name, r.line})
		}
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := r.token()
	return err
}
