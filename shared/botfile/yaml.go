package botfile

import (
	"bytes"
	"fmt"

	"hookline/shared/bot"
)

// JSON gives a YAML document as JSON, read with the guards of a bot file: bounded, without surprises. Kind invalid, with the
// line, if it is not fields.
func JSON(data []byte) ([]byte, error) {
	root, problem := parse(data, false)
	if problem != nil {
		return nil, bot.Errorf(bot.Invalid, fmt.Sprintf("line %d: %s", max(1, problem.Line), problem.Message))
	}
	return root.appendJSON(nil), nil
}

// YAML gives a JSON object as YAML that people read, in its own order, as Export writes it.
func YAML(data []byte) ([]byte, error) {
	root, problem := parseJSON(bytes.TrimSpace(data))
	if problem != nil {
		return nil, bot.Errorf(bot.Invalid, "not JSON: "+problem.Message)
	}
	if root.kind != object {
		return nil, bot.Errorf(bot.Invalid, "not an object")
	}
	var w yamlWriter
	w.fields(root, 0)
	return w.out, nil
}
