package template

import (
	"math"
	"math/big"
	"strings"

	"hookline/shared/bot"
)

// numbers gives two values as numbers: both whole, or both floats.
func numbers(a, b any) (x, y *big.Int, f, g float64, ok bool) {
	x, isX := reduced(a).(*big.Int)
	y, isY := reduced(b).(*big.Int)
	if isX && isY {
		return x, y, 0, 0, true
	}
	f, okF := asFloat(a)
	g, okG := asFloat(b)
	return nil, nil, f, g, okF && okG
}

// operate gives what an operator of arithmetic makes of two values, as Python does.
func (e *evaluator) operate(op string, a, b any) (any, error) {
	if u, ok := firstUndefined(a, b); ok {
		return nil, wrong(e.line, "%s is undefined", u.what)
	}
	if x, y, f, g, ok := numbers(a, b); ok {
		if x != nil {
			return e.integers(op, x, y)
		}
		return e.floats(op, f, g)
	}
	var value any
	ok := false
	switch op {
	case "+":
		value, ok = e.add(a, b)
	case "*":
		if value, ok = e.repeat(a, b); !ok {
			value, ok = e.repeat(b, a)
		}
	case "%":
		if _, isText := textOf(a); isText {
			return e.percent(a, b)
		}
	}
	if !ok {
		return nil, wrong(e.line, "%s %s %s cannot be done", kindName(a), op, kindName(b))
	}
	return value, nil
}

func firstUndefined(values ...any) (undefined, bool) {
	for _, value := range values {
		if u, ok := value.(undefined); ok {
			return u, true
		}
	}
	return undefined{}, false
}

// concat is ~: both as texts. Where one is marked up, the other is escaped.
func (e *evaluator) concat(a, b any) any {
	_, safeA := a.(safe)
	_, safeB := b.(safe)
	if e.format != bot.FormatPlain && (safeA || safeB) {
		x, y := e.marked(a), e.marked(b)
		e.charge(len(x) + len(y))
		return safe(x + y)
	}
	x, y := e.shown(a), e.shown(b)
	e.charge(len(x) + len(y))
	return x + y
}

func (e *evaluator) add(a, b any) (any, bool) {
	_, isText := textOf(a)
	_, isOther := textOf(b)
	if isText && isOther {
		return e.concat(a, b), true
	}
	x, isList := itemsOf(a)
	y, isOther := itemsOf(b)
	if !isList || !isOther || isTuple(a) != isTuple(b) {
		return nil, false
	}
	e.charge((len(x) + len(y)) * elementBytes)
	return like(a, append(append(make([]any, 0, len(x)+len(y)), x...), y...)), true
}

// repeat is a text or list, so many times.
func (e *evaluator) repeat(a, times any) (any, bool) {
	count, ok := whole(times)
	if !ok {
		return nil, false
	}
	count = max(0, count)
	switch value := a.(type) {
	case string:
		e.charge(product(len(value), count))
		return repeated(value, count), true
	case safe:
		e.charge(product(len(value), count))
		return safe(repeated(string(value), count)), true
	}
	items, ok := itemsOf(a)
	if !ok {
		return nil, false
	}
	e.charge(product(len(items)*elementBytes, count))
	made := []any{}
	for len(items) > 0 && len(made) < len(items)*count {
		made = append(made, items...)
	}
	return like(a, made), true
}

func repeated(s string, count int) string {
	if s == "" {
		return "" // however often
	}
	return strings.Repeat(s, count)
}

func (e *evaluator) integers(op string, x, y *big.Int) (any, error) {
	// What multiplying takes grows with the product of the sizes.
	e.charge((x.BitLen() + y.BitLen()) / 8)
	e.work(x.BitLen() * y.BitLen() >> 6)
	switch op {
	case "+":
		return new(big.Int).Add(x, y), nil
	case "-":
		return new(big.Int).Sub(x, y), nil
	case "*":
		return new(big.Int).Mul(x, y), nil
	case "**":
		return e.power(x, y)
	}
	if y.Sign() == 0 {
		return nil, wrong(e.line, "division by zero")
	}
	if op == "/" {
		f, _ := new(big.Rat).SetFrac(x, y).Float64()
		return f, nil
	}
	quotient, rest := new(big.Int).QuoRem(x, y, new(big.Int))
	if rest.Sign() != 0 && rest.Sign() != y.Sign() { // Python rounds down
		quotient.Sub(quotient, integer(1))
		rest.Add(rest, y)
	}
	if op == "%" {
		return rest, nil
	}
	return quotient, nil
}

// maxBits bounds what a power makes: more digits than that are not printed anyway.
const maxBits = 1 << 14

func (e *evaluator) power(x, y *big.Int) (any, error) {
	if y.Sign() < 0 {
		f, _ := asFloat(x)
		g, _ := asFloat(y)
		return e.floats("**", f, g)
	}
	if x.BitLen() > 1 && product(x.BitLen(), clamp(y)) > maxBits { // 0, 1 and -1 do not grow
		return nil, wrong(e.line, "the number would have more than %d digits", maxDigits)
	}
	return new(big.Int).Exp(x, y, nil), nil
}

func (e *evaluator) floats(op string, f, g float64) (any, error) {
	switch op {
	case "+":
		return f + g, nil
	case "-":
		return f - g, nil
	case "*":
		return f * g, nil
	case "**":
		if f == 0 && g < 0 {
			return nil, wrong(e.line, "division by zero")
		}
		return math.Pow(f, g), nil
	}
	if g == 0 {
		return nil, wrong(e.line, "division by zero")
	}
	switch op {
	case "/":
		return f / g, nil
	case "//":
		return math.Floor(f / g), nil
	}
	rest := math.Mod(f, g)
	if rest != 0 && (rest < 0) != (g < 0) {
		rest += g
	}
	return rest, nil
}
