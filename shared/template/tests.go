package template

import (
	"math/big"
	"slices"
)

// comparing are tests that are operators: https://jinja.palletsprojects.com/en/stable/templates/#builtin-tests.
var comparing = map[string]string{
	"eq": "==", "equalto": "==", "ne": "!=", "gt": ">", "greaterthan": ">", "ge": ">=", "lt": "<", "lessthan": "<", "le": "<=", "in": "in",
	"==": "==", "!=": "!=", ">": ">", ">=": ">=", "<": "<", "<=": "<=", // where select names them
}

// tests look at a value and nothing else.
var tests = map[string]func(value any) bool{
	"defined": func(value any) bool { return !is[undefined](value) }, "undefined": is[undefined],
	"none":    func(value any) bool { return value == nil },
	"boolean": is[bool],
	"true":    func(value any) bool { return is[bool](value) && truth(value) },
	"false":   func(value any) bool { return is[bool](value) && !truth(value) },
	"integer": func(value any) bool { return !is[bool](value) && is[*big.Int](reduced(value)) },
	"float":   func(value any) bool { return is[float64](reduced(value)) },
	"number":  isNumber,
	"string":  func(value any) bool { return is[string](value) || is[safe](value) },
	"escaped": is[safe], "callable": is[callable], "mapping": isObject, "iterable": isSequence, "sequence": isSequence,
	"upper":  func(value any) bool { s, ok := textOf(value); return ok && inCase(s, upper) },
	"lower":  func(value any) bool { s, ok := textOf(value); return ok && inCase(s, lower) },
	"filter": func(value any) bool { s, ok := textOf(value); return ok && isFilter(s) },
}

func is[T any](value any) bool { _, ok := value.(T); return ok }

func isSequence(value any) bool {
	_, ok := lengthOf(value)
	return ok
}

// counting are tests that take numbers, and sameas and test, which cannot be in the table that they look into.
var counting = []string{"odd", "even", "divisibleby", "sameas", "test"}

func isTest(name string) bool {
	_, looks := tests[name]
	_, compares := comparing[name]
	return looks || compares || slices.Contains(counting, name)
}

func (e *evaluator) test(x *testing, f *frame) (any, error) {
	value, err := e.value(x.of, f)
	if err != nil {
		return nil, err
	}
	g, err := e.given(x.line, x.args, f)
	if err != nil {
		return nil, err
	}
	holds, err := e.holds(x.name, value, g)
	return holds != x.negate, err
}

func (e *evaluator) holds(name string, value any, g given) (bool, error) {
	e.step()
	if test, ok := tests[name]; ok {
		s, _ := textOf(value)
		e.work(len(s))
		return test(value), nil
	}
	other, ok := g.get(0, "other")
	operator, compares := comparing[name]
	switch {
	case name == "odd", name == "even":
		return e.divides(value, integer(2), name == "odd")
	case name == "test":
		s, _ := textOf(value)
		return isTest(s), nil
	case !ok:
		return false, wrong(g.line, "the test %s needs a value", name)
	case compares:
		return e.compare(operator, value, other)
	case name == "sameas":
		return is[bool](value) == is[bool](other) && e.equal(value, other, 0), nil
	}
	return e.divides(value, other, false)
}

// divides tells whether a number is divided by another, or leaves a rest.
func (e *evaluator) divides(value, by any, rest bool) (bool, error) {
	n, isWhole := reduced(value).(*big.Int)
	divisor, isDivisor := reduced(by).(*big.Int)
	switch {
	case !isWhole || !isDivisor:
		return false, wrong(e.line, "%s is not divided by %s", kindName(value), kindName(by))
	case divisor.Sign() == 0:
		return false, wrong(e.line, "division by zero")
	}
	e.charge(n.BitLen() / 4)
	return (new(big.Int).Rem(n, divisor).Sign() != 0) == rest, nil
}
