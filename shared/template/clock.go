package template

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// nowTag is {% now 'zone', 'format' %} of jinja2-time.
func (e *evaluator) nowTag(s *nowTag, f *frame) error {
	zone, err := e.value(s.zone, f)
	if err != nil {
		return err
	}
	format := any("%Y-%m-%d")
	if s.format != nil {
		if format, err = e.value(s.format, f); err != nil {
			return err
		}
	}
	at, ok := e.scope[Now].(time.Time)
	if !ok {
		at = time.Now()
	}
	at, err = e.inZone(at, e.shown(zone))
	if err != nil {
		return err
	}
	return e.insert(e.strftime(at, e.shown(format)))
}

// inZone gives a time in a zone by its name: local, utc, or one of the tz database.
func (e *evaluator) inZone(at time.Time, name string) (time.Time, error) {
	switch strings.ToLower(name) {
	case "local", "utc": // machines of ours are nowhere
		return at.UTC(), nil
	}
	e.charge(zoneBytes)
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return at, wrong(e.line, "there is no time zone %s", cut(name))
	}
	return at.In(zone), nil
}

// formattedTime writes a text that is a time, as event.time is.
func formattedTime(e *evaluator, s string, g given) (any, error) {
	format, err := g.text(0, "format")
	if err != nil {
		return nil, err
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return nil, wrong(g.line, "strftime needs a time such as 2026-01-31T12:00:00Z, not %s", cut(s))
	}
	return e.strftime(at, format), nil
}

// layouts are Python's directives as Go writes them: https://docs.python.org/3/library/datetime.html#format-codes.
var layouts = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January", 'd': "02", 'e': "_2", 'H': "15", 'I': "03", 'm': "01", 'M': "04",
	'p': "PM", 'S': "05", 'y': "06", 'Y': "2006", 'Z': "MST", 'z': "-0700", 'c': "Mon Jan _2 15:04:05 2006", 'x': "01/02/06",
	'D': "01/02/06", 'X': "15:04:05", 'T': "15:04:05", 'R': "15:04", 'F': "2006-01-02",
}

// strftime writes a time as Python does. An unknown directive stays as it is.
func (e *evaluator) strftime(at time.Time, format string) string {
	e.charge(16 * len(format))
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(format, "%")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		// A hyphen between takes off the zeros in front, as on Linux.
		code, bare := strings.CutPrefix(rest, "-")
		if code == "" {
			return b.String() + "%" + rest
		}
		text := directive(at, code[0])
		if bare && text != "0" {
			text = strings.TrimLeft(text, "0 ")
			if text == "" {
				text = "0"
			}
		}
		b.WriteString(text)
		format = code[1:]
	}
}

func directive(at time.Time, code byte) string {
	if layout, ok := layouts[code]; ok {
		return at.Format(layout)
	}
	sinceMonday := (int(at.Weekday()) + 6) % 7
	year, week := at.ISOWeek()
	switch code {
	case '%':
		return "%"
	case 'f':
		return fmt.Sprintf("%06d", at.Nanosecond()/1000)
	case 'j':
		return fmt.Sprintf("%03d", at.YearDay())
	case 'w':
		return strconv.Itoa(int(at.Weekday()))
	case 'u':
		return strconv.Itoa(sinceMonday + 1)
	case 'U':
		return fmt.Sprintf("%02d", (at.YearDay()+6-int(at.Weekday()))/7)
	case 'W':
		return fmt.Sprintf("%02d", (at.YearDay()+6-sinceMonday)/7)
	case 'V':
		return fmt.Sprintf("%02d", week)
	case 'G':
		return strconv.Itoa(year)
	case 's':
		return strconv.FormatInt(at.Unix(), 10)
	}
	return "%" + string(code)
}
