package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
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

// printList is printAll that says as text where there is nothing.
func printList[T any](s *session, values []T, none string, text func(io.Writer, T)) error {
	if len(values) == 0 && s.flags.Output == "text" {
		_, err := fmt.Fprintln(s.Stdout, none)
		return err
	}
	return printAll(s, values, text)
}

// counted writes how many there are of something: "1 try", "2 tries".
func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + more
}

// grouped writes a number as people read it: 4,310.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// progressEvery is how many things are done between two looks at how many.
const progressEvery = 100

// progress gives what shows a person at stderr how many things are done; 0 takes it away.
func (s *session) progress(what string) func(done int) {
	if !isTerminal(s.Stderr) {
		return func(int) {}
	}
	return func(done int) {
		switch {
		case done == 0:
			fmt.Fprint(s.Stderr, "\r\x1b[K")
		case done%progressEvery == 0:
			fmt.Fprintf(s.Stderr, "\r%s %s", grouped(done), what)
		}
	}
}
