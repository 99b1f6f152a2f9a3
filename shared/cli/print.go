package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// print writes a result in the form that -o asks for: the value as JSON or YAML, or as text.
func (s *session) print(value any, text func(io.Writer)) error {
	if s.flags.Output == "text" {
		text(s.Stdout)
		return nil
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	if s.flags.Output == "json" {
		_, err := out.WriteTo(s.Stdout)
		return err
	}
	return writeYAML(s.Stdout, out.Bytes())
}

// printAll writes one result after the other: JSON line by line, YAML document by document.
func printAll[T any](s *session, values []T, text func(io.Writer, T)) error {
	for _, value := range values {
		if s.flags.Output == "yaml" {
			fmt.Fprintln(s.Stdout, "---")
		}
		if err := s.print(value, func(w io.Writer) { text(w, value) }); err != nil {
			return err
		}
	}
	return nil
}
