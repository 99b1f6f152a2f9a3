package template

import (
	"strconv"
	"strings"
)

// formatFilter is Jinja's: text % values.
func formatFilter(e *evaluator, value any, g given) (any, error) {
	format := any(e.shown(value))
	if _, ok := value.(safe); ok {
		format = value
	}
	if len(g.named) == 0 {
		return e.percent(format, tuple(g.positional))
	}
	d := newDict()
	for _, arg := range g.named {
		e.set(d, arg.name, arg.value)
	}
	return e.percent(format, d)
}

// formatted is Python's text.format(…): {}, {0}, {name}, with a format behind a colon. What Python reaches from there, a
// field of the value or of its class, it does not.
func formatted(e *evaluator, s string, g given) (any, error) {
	f := formatting{evaluator: e, args: g.positional}
	for s != "" {
		at := strings.IndexAny(s, "{}")
		if at < 0 {
			f.put(s)
			break
		}
		f.put(s[:at])
		s = s[at:]
		if strings.HasPrefix(s, "{{") || strings.HasPrefix(s, "}}") {
			f.put(s[:1])
			s = s[2:]
			continue
		}
		end := strings.IndexByte(s, '}')
		if s[0] == '}' || end < 0 {
			return nil, wrong(g.line, "a single %s in a format", s[:1])
		}
		if err := f.replacement(s[1:end], g); err != nil {
			return nil, err
		}
		s = s[end+1:]
	}
	return f.text.String(), nil
}

// replacement writes the field of a format.
func (f *formatting) replacement(field string, g given) error {
	name, layout, _ := strings.Cut(field, ":")
	if strings.ContainsAny(name, ".[!{") || strings.ContainsAny(layout, "{") {
		return wrong(g.line, "a format names its values, and nothing of them")
	}
	value, ok := any(nil), false
	place, err := strconv.Atoi(name)
	switch {
	case name == "":
		value, ok = element(f.args, f.next)
		f.next++
	case err == nil:
		value, ok = element(f.args, max(place, 0))
	default:
		value, ok = given{named: g.named}.get(0, name)
	}
	if !ok {
		return wrong(g.line, "the format has no value for {%s}", cut(name))
	}
	spec, ok := parseLayout(layout, value)
	if !ok {
		return wrong(g.line, "%s is no format", cut(layout))
	}
	text, err := f.formatValue(spec, value)
	f.put(text)
	return err
}

// parseLayout reads what stands behind the colon.
func parseLayout(layout string, value any) (formatSpec, bool) {
	spec := formatSpec{fill: " ", precision: -1}
	runes := []rune(layout)
	switch {
	case len(runes) > 1 && strings.ContainsRune("<>^", runes[1]):
		spec.fill, spec.align = string(runes[0]), byte(runes[1])
		layout = string(runes[2:])
	case len(runes) > 0 && strings.ContainsRune("<>^", runes[0]):
		spec.align, layout = byte(runes[0]), layout[1:]
	}
	for layout != "" && strings.IndexByte("+- #0", layout[0]) >= 0 {
		if layout[0] != '-' {
			spec.flag(layout[0])
		}
		layout = layout[1:]
	}
	layout = layout[digitsInto(layout, &spec.width):]
	if rest, ok := strings.CutPrefix(layout, ","); ok {
		spec.comma, layout = true, rest
	}
	if rest, ok := strings.CutPrefix(layout, "."); ok {
		spec.precision = 0
		layout = rest[digitsInto(rest, &spec.precision):]
	}
	if layout == "" {
		return spec.byKind(value), true
	}
	spec.verb = layout[0]
	return spec, len(layout) == 1 && strings.Contains("sdxXobfFeEgG%", layout)
}

// byKind settles how a value is written where the format does not say.
func (s formatSpec) byKind(value any) formatSpec {
	_, isBool := value.(bool)
	switch _, isWhole := whole(value); {
	case isBool, !isNumber(value):
		s.verb = 's'
	case isWhole:
		s.verb = 'd'
	case s.precision >= 0:
		s.verb = 'g'
	default:
		s.verb = 's' // the shortest digits that are the number
		if s.align == 0 {
			s.align = '>'
		}
	}
	return s
}
