package template

import (
	"strings"
)

// percent is Python's text % values: https://docs.python.org/3/library/stdtypes.html#printf-style-string-formatting.
func (e *evaluator) percent(format, values any) (any, error) {
	text, _ := textOf(format)
	f := formatting{evaluator: e, values: values}
	if args, ok := values.(tuple); ok {
		f.args, f.several = args, true
	} else {
		f.args = []any{values}
	}
	for text != "" {
		before, rest, found := strings.Cut(text, "%")
		f.put(before)
		if !found {
			break
		}
		length, err := f.field(rest)
		if err != nil {
			return nil, err
		}
		text = rest[length:]
	}
	if f.next < len(f.args) && (f.several || !isObject(values)) {
		return nil, wrong(e.line, "there are more values than the format has places")
	}
	return keepMarked(format, f.text.String()), nil
}

// formatting fills the fields of a format in.
type formatting struct {
	*evaluator
	values  any
	args    []any
	several bool // values are a tuple
	next    int
	text    strings.Builder
}

func (f *formatting) put(s string) {
	f.charge(len(s))
	f.text.WriteString(s)
}

// field writes what stands behind a %, and tells how long that is.
func (f *formatting) field(rest string) (length int, err error) {
	spec, name, length, ok := parsePercent(rest)
	if !ok {
		return 0, wrong(f.line, "%%%s is no format", cut(rest))
	}
	if spec.verb == '%' {
		f.put("%")
		return length, nil
	}
	value, err := f.value(name)
	if err != nil {
		return 0, err
	}
	text, err := f.formatValue(spec, value)
	f.put(text)
	return length, err
}

func (f *formatting) value(name string) (any, error) {
	if name != "" {
		value, ok := f.get(f.values, name)
		if !ok {
			return nil, wrong(f.line, "the format has no value for %s", cut(name))
		}
		f.next = len(f.args)
		return value, nil
	}
	if f.next >= len(f.args) {
		return nil, wrong(f.line, "the format has more places than there are values")
	}
	f.next++
	return f.args[f.next-1], nil
}

func parsePercent(rest string) (spec formatSpec, name string, length int, ok bool) {
	spec = formatSpec{fill: " ", precision: -1, align: '>'}
	at := 0
	if strings.HasPrefix(rest, "(") {
		end := strings.IndexByte(rest, ')')
		if end < 0 {
			return spec, "", 0, false
		}
		name, at = rest[1:end], end+1
	}
	for ; at < len(rest) && strings.IndexByte("-+ 0#", rest[at]) >= 0; at++ {
		spec.flag(rest[at])
	}
	at += digitsInto(rest[at:], &spec.width)
	if strings.HasPrefix(rest[at:], ".") {
		spec.precision = 0
		at += 1 + digitsInto(rest[at+1:], &spec.precision)
	}
	if at >= len(rest) || strings.IndexByte("%srdifFeEgGxXo", rest[at]) < 0 {
		return spec, "", 0, false
	}
	spec.verb = rest[at]
	if spec.verb == 'i' {
		spec.verb = 'd'
	}
	spec.truncate = true
	return spec, name, at + 1, true
}

func (s *formatSpec) flag(flag byte) {
	switch flag {
	case '-':
		s.align = '<'
	case '+', ' ':
		s.sign = string(flag)
	case '0':
		s.zero = true
	case '#':
		s.alternate = true
	}
}
