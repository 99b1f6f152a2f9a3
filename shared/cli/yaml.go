package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strings"
)

// writeYAML writes JSON as YAML blocks, in its order. Every scalar stays as JSON writes it, which YAML 1.2 reads alike.
func writeYAML(w io.Writer, data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var out bytes.Buffer
	if err := yamlValue(&out, decoder, 0); err != nil {
		return err
	}
	_, err := w.Write(append(bytes.TrimLeft(out.Bytes(), " \n"), '\n'))
	return err
}

// yamlValue writes the decoder's next value behind "key:" or "-".
func yamlValue(out *bytes.Buffer, decoder *json.Decoder, depth int) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	open, ok := token.(json.Delim)
	if !ok {
		out.WriteByte(' ')
		return yamlScalar(out, token)
	}
	if !decoder.More() {
		_, err := decoder.Token()
		out.WriteString(map[json.Delim]string{'{': " {}", '[': " []"}[open])
		return err
	}
	for decoder.More() {
		out.WriteString("\n" + strings.Repeat("  ", depth))
		if err := yamlEntry(out, decoder, open); err != nil {
			return err
		}
		if err := yamlValue(out, decoder, depth+1); err != nil {
			return err
		}
	}
	_, err = decoder.Token()
	return err
}

// plainKey is text that YAML reads as text without quotes, but for a few words.
var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

func yamlEntry(out *bytes.Buffer, decoder *json.Decoder, open json.Delim) error {
	if open == '[' {
		out.WriteByte('-')
		return nil
	}
	key, err := decoder.Token()
	if err != nil {
		return err
	}
	if name, _ := key.(string); plainKey.MatchString(name) && !yamlWords[strings.ToLower(name)] {
		out.WriteString(name)
	} else if err := yamlScalar(out, key); err != nil {
		return err
	}
	out.WriteByte(':')
	return nil
}

// yamlWords are read as something else than text, by old readers at least.
var yamlWords = map[string]bool{
	"true": true, "false": true, "null": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true,
}

func yamlScalar(out *bytes.Buffer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1) // the encoder's line end
	return nil
}
