package template

import (
	"fmt"
	"strconv"
	"strings"
)

// shortEscapes are Python's: https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences.
var shortEscapes = map[byte]string{
	'\\': "\\", '\'': "'", '"': "\"", 'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v", '\n': "",
}

var hexEscapes = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// unescape gives the value of a Python text without its quotes. What is no escape stands for itself, as in Python.
func unescape(text string) (string, error) {
	if !strings.Contains(text, `\`) {
		return text, nil
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		c := text[i]
		if short, ok := shortEscapes[c]; ok {
			b.WriteString(short)
			continue
		}
		if size, ok := hexEscapes[c]; ok {
			if i+size >= len(text) {
				return "", fmt.Errorf("\\%c needs %d digits", c, size)
			}
			code, err := strconv.ParseUint(text[i+1:i+1+size], 16, 32)
			if err != nil {
				return "", fmt.Errorf("\\%c needs %d hexadecimal digits", c, size)
			}
			b.WriteRune(rune(code))
			i += size
			continue
		}
		if c >= '0' && c <= '7' {
			end := i + 1
			for end < len(text) && end < i+3 && text[end] >= '0' && text[end] <= '7' {
				end++
			}
			code, _ := strconv.ParseUint(text[i:end], 8, 32) // at most three digits
			b.WriteRune(rune(code))
			i = end - 1
			continue
		}
		b.WriteByte('\\')
		b.WriteByte(c)
	}
	return b.String(), nil
}
