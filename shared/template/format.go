package template

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// formatSpec says how a value is written: https://docs.python.org/3/library/string.html#formatspec.
type formatSpec struct {
	fill      string
	align     byte // 0: by the value's kind
	sign      string
	alternate bool // 0x before a hexadecimal number
	zero      bool
	comma     bool
	width     int
	precision int  // -1: unset
	verb      byte // 0: by the value's kind
	truncate  bool // a float may be written as an integer
}

// maxWidth bounds widths and precisions: beyond it is beyond the output.
const maxWidth = MaxOutput

// digitsInto reads the number in front of a text, if there is one, and tells its length.
func digitsInto(s string, n *int) int {
	length := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if length == 0 {
		return 0
	}
	value, err := strconv.Atoi(s[:length])
	if err != nil {
		value = maxWidth + 1
	}
	*n = min(value, maxWidth+1)
	return length
}

// formatValue writes one value.
func (e *evaluator) formatValue(spec formatSpec, value any) (string, error) {
	if spec.width > maxWidth || spec.precision > maxWidth {
		return "", wrong(e.line, "a format is at most %d wide", maxWidth)
	}
	e.charge(max(spec.precision, 0))
	switch spec.verb {
	case 's', 'r':
		return e.formatText(spec, value), nil
	case 'd', 'x', 'X', 'o', 'b':
		n, ok := reduced(value).(*big.Int)
		if spec.truncate && !ok {
			n, ok = asInt(value)
		}
		if !ok {
			return "", wrong(e.line, "the format %c needs a whole number, not %s", spec.verb, kindName(value))
		}
		return e.formatInt(spec, n), nil
	}
	f, ok := asFloat(value)
	if !ok {
		return "", wrong(e.line, "the format %c needs a number, not %s", spec.verb, kindName(value))
	}
	return e.signed(spec, floatDigits(spec, math.Abs(f)), f < 0), nil
}

func (e *evaluator) formatText(spec formatSpec, value any) string {
	text := e.shown(value)
	if spec.verb == 'r' {
		text = e.repr(value)
	}
	if spec.precision >= 0 {
		runes := e.runesOf(text)
		text = string(runes[:min(spec.precision, len(runes))])
	}
	if spec.align == 0 {
		spec.align = '<'
	}
	return e.fill(text, padding{spec.fill, spec.width, spec.align})
}

func (e *evaluator) formatInt(spec formatSpec, n *big.Int) string {
	base := map[byte]int{'d': 10, 'x': 16, 'X': 16, 'o': 8, 'b': 2}[spec.verb]
	text := strings.TrimPrefix(e.digits(n, base), "-")
	if spec.alternate && base != 10 {
		text = "0" + strings.ToLower(string(spec.verb)) + text
	}
	if spec.verb == 'X' {
		text = strings.ToUpper(text)
	}
	return e.signed(spec, text, n.Sign() < 0)
}

// floatDigits writes a float that is not below zero.
func floatDigits(spec formatSpec, f float64) string {
	precision := spec.precision
	if precision < 0 {
		precision = 6
	}
	switch {
	case math.IsInf(f, 0):
		return "inf"
	case math.IsNaN(f):
		return "nan"
	}
	switch spec.verb {
	case '%':
		return strconv.FormatFloat(f*100, 'f', precision, 64) + "%"
	case 'F':
		return strconv.FormatFloat(f, 'f', precision, 64)
	case 'g', 'G':
		return fmt.Sprintf("%.*"+string(spec.verb), max(precision, 1), f)
	}
	return strconv.FormatFloat(f, spec.verb, precision, 64)
}

// signed puts a sign, thousands and filling to the digits of a number.
func (e *evaluator) signed(spec formatSpec, digits string, negative bool) string {
	if spec.comma {
		e.charge(2 * len(digits))
		digits = thousands(digits)
	}
	sign := spec.sign
	switch {
	case negative:
		sign = "-"
	case sign == "-":
		sign = ""
	}
	if spec.zero && spec.align != '<' {
		return sign + e.fill(digits, padding{"0", spec.width - len(sign), '>'})
	}
	if spec.align == 0 {
		spec.align = '>'
	}
	return e.fill(sign+digits, padding{spec.fill, spec.width, spec.align})
}

// thousands puts commas between them.
func thousands(digits string) string {
	length := len(digits) - len(strings.TrimLeft(digits, "0123456789"))
	var b strings.Builder
	for i, r := range digits[:length] {
		if i > 0 && (length-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String() + digits[length:]
}
