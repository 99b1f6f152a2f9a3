package template

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

func absolute(e *evaluator, value any, g given) (any, error) {
	switch n := reduced(value).(type) {
	case *big.Int:
		e.charge(n.BitLen() / 8)
		return new(big.Int).Abs(n), nil
	case float64:
		return math.Abs(n), nil
	}
	return nil, wrong(g.line, "%s has no absolute value", kindName(value))
}

func toInt(_ *evaluator, value any, g given) (any, error) {
	if u, ok := value.(undefined); ok {
		return nil, wrong(g.line, "%s is undefined", u.what)
	}
	base, err := g.count(1, "base", 10)
	if err != nil {
		return nil, err
	}
	s, isText := textOf(value)
	if !isText {
		if n, ok := asInt(value); ok {
			return n, nil
		}
		return g.or(0, "default", integer(0)), nil
	}
	if n, ok := parseInt(s, base); ok {
		return n, nil
	}
	if f, ok := parseFloat(s); ok {
		if n, ok := asInt(f); ok {
			return n, nil
		}
	}
	return g.or(0, "default", integer(0)), nil
}

var prefixes = map[int][]string{2: {"0b", "0B"}, 8: {"0o", "0O"}, 16: {"0x", "0X"}}

// parseInt is Python's int(text, base).
func parseInt(s string, base int) (*big.Int, bool) {
	s = strings.TrimSpace(s)
	if len(s) > maxDigits || base < 2 || base > 36 || !singleUnderscores(s) {
		return nil, false
	}
	sign := ""
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		sign, s = s[:1], s[1:]
	}
	for _, prefix := range prefixes[base] {
		s = strings.TrimPrefix(s, prefix)
	}
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		return nil, false
	}
	return new(big.Int).SetString(sign+strings.ReplaceAll(s, "_", ""), base)
}

// singleUnderscores tells whether underscores stand between digits, as Python demands.
func singleUnderscores(s string) bool {
	return !strings.HasPrefix(s, "_") && !strings.HasSuffix(s, "_") && !strings.Contains(s, "__")
}

// parseFloat is Python's float(text).
func parseFloat(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, "xXpP") || !singleUnderscores(s) {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	return f, err == nil || math.IsInf(f, 0)
}

func toFloat(_ *evaluator, value any, g given) (any, error) {
	if u, ok := value.(undefined); ok {
		return nil, wrong(g.line, "%s is undefined", u.what)
	}
	if s, ok := textOf(value); ok {
		if f, ok := parseFloat(s); ok {
			return f, nil
		}
	} else if f, ok := asFloat(value); ok {
		return f, nil
	}
	return g.or(0, "default", 0.0), nil
}

func rounded(e *evaluator, value any, g given) (any, error) {
	f, ok := asFloat(value)
	if !ok {
		return nil, wrong(g.line, "%s cannot be rounded", kindName(value))
	}
	precision, err := g.count(0, "precision", 0)
	if err != nil {
		return nil, err
	}
	precision = max(-300, min(300, precision))
	factor := math.Pow(10, float64(precision))
	switch e.shown(g.or(1, "method", "common")) {
	case "ceil":
		return math.Ceil(f*factor) / factor, nil
	case "floor":
		return math.Floor(f*factor) / factor, nil
	case "common":
		if n, ok := reduced(value).(*big.Int); ok {
			return nearestWhole(n, precision), nil
		}
		return nearest(f, precision), nil
	}
	return nil, wrong(g.line, "method must be common, ceil or floor")
}

// nearestWhole is Python's round of an integer: to tens, hundreds and so on; ties go to the even one.
func nearestWhole(n *big.Int, precision int) *big.Int {
	if precision >= 0 {
		return n
	}
	unit := new(big.Int).Exp(integer(10), integer(-precision), nil)
	quotient, rest := new(big.Int).DivMod(n, unit, new(big.Int))
	if order := rest.Lsh(rest, 1).Cmp(unit); order > 0 || order == 0 && quotient.Bit(0) == 1 {
		quotient.Add(quotient, integer(1))
	}
	return quotient.Mul(quotient, unit)
}

// nearest is Python's round of a float: to the nearest decimal, ties by the digits that are really there.
func nearest(f float64, precision int) float64 {
	if precision < 0 {
		factor := math.Pow(10, float64(-precision))
		return math.RoundToEven(f/factor) * factor
	}
	near, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', precision, 64), 64)
	if err != nil {
		return f
	}
	return near
}

func fileSize(_ *evaluator, value any, g given) (any, error) {
	f, ok := asFloat(value)
	if s, isText := textOf(value); isText {
		f, ok = parseFloat(s)
	}
	if !ok {
		return nil, wrong(g.line, "%s is no number of bytes", kindName(value))
	}
	base, units := 1000.0, []string{"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"}
	if g.flag(0, "binary") {
		base, units = 1024, []string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"}
	}
	switch {
	case f == 1:
		return "1 Byte", nil
	case f < base:
		return strconv.FormatFloat(math.Trunc(f), 'f', -1, 64) + " Bytes", nil
	}
	size, unit := f/base, units[0]
	for _, next := range units[1:] {
		if size < base {
			break
		}
		size, unit = size/base, next
	}
	return strconv.FormatFloat(size, 'f', 1, 64) + " " + unit, nil
}
