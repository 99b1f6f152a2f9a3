package template

import (
	"errors"
	"math/big"
	"strconv"
)

// value evaluates an expression.
func (e *evaluator) value(x expression, f *frame) (any, error) {
	e.line = x.at()
	e.step()
	e.deeper()
	value, err := e.valueOf(x, f)
	e.shallower()
	return value, err
}

func (e *evaluator) valueOf(x expression, f *frame) (any, error) {
	switch x := x.(type) {
	case *constant:
		return x.value, nil
	case *variable:
		return e.variable(x, f)
	case *attribute:
		return e.attribute(x, f)
	case *subscript:
		return e.subscript(x, f)
	case *slicing:
		return e.slice(x, f)
	case *call:
		return e.call(x, f)
	case *filtering:
		of, err := e.value(x.of, f)
		if err != nil {
			return nil, err
		}
		return e.filtered(x, of, f)
	case *testing:
		return e.test(x, f)
	case *unary:
		return e.unary(x, f)
	case *binary:
		return e.binary(x, f)
	case *comparison:
		return e.comparison(x, f)
	case *conditional:
		return e.conditional(x, f)
	case *listing:
		items, err := e.values(x.items, f)
		if x.tuple {
			return tuple(items), err
		}
		return items, err
	case *dictionary:
		return e.dictionary(x, f)
	}
	return nil, errors.New("template: an expression of no kind")
}

// defined evaluates an expression that something is asked of.
func (e *evaluator) defined(x expression, f *frame) (any, error) {
	value, err := e.value(x, f)
	if err != nil {
		return nil, err
	}
	if u, ok := value.(undefined); ok {
		return nil, wrong(x.at(), "%s is undefined", u.what)
	}
	return value, nil
}

func (e *evaluator) values(list []expression, f *frame) ([]any, error) {
	e.charge(len(list) * elementBytes)
	made := make([]any, len(list))
	for i, x := range list {
		var err error
		if made[i], err = e.value(x, f); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func (e *evaluator) variable(x *variable, f *frame) (any, error) {
	if value, ok := f.lookup(x.name); ok {
		return value, nil
	}
	value, defined, err := e.scope.read([]string{x.name})
	switch {
	case err != nil:
		return nil, wrong(x.line, "%v", err)
	case defined:
		return e.plain(value), nil
	}
	if global, ok := globals[x.name]; ok {
		return global, nil
	}
	return undefined{x.name}, nil
}

// plain makes maps of strings into objects.
func (e *evaluator) plain(value any) any {
	switch value := value.(type) {
	case map[string]string:
		e.charge(len(value) * entryBytes)
	case map[string]*string:
		e.charge(len(value) * entryBytes)
	}
	return plain(value)
}

// path gives the dotted names and indexes of an expression: all of it, or the last of them.
func path(x expression) string {
	switch x := x.(type) {
	case *variable:
		return x.name
	case *attribute:
		return path(x.of) + "." + x.name
	case *subscript:
		if name, ok := constantName(x.index); ok {
			return path(x.of) + "." + name
		}
	}
	return "the value"
}

func constantName(x expression) (string, bool) {
	c, ok := x.(*constant)
	if !ok {
		return "", false
	}
	switch value := c.value.(type) {
	case string:
		return cut(value), true
	case *big.Int:
		return strconv.Itoa(clamp(value)), true
	}
	return "", false
}

func (e *evaluator) attribute(x *attribute, f *frame) (any, error) {
	of, err := e.defined(x.of, f)
	if err != nil {
		return nil, err
	}
	if value, ok := e.field(of, x.name); ok {
		return value, nil
	}
	return e.missing(x), nil
}

// missing is a field that is not there: some of an event may be read all the same.
func (e *evaluator) missing(x expression) any {
	name := path(x)
	e.charge(len(name))
	if value, ok := always[name]; ok {
		return value
	}
	return undefined{name}
}

// fielded is a value of ours that has fields.
type fielded interface{ field(name string) (any, bool) }

// field gives a field of an object. Methods are no fields: they can be called, and nothing else.
func (e *evaluator) field(of any, name string) (any, bool) {
	if own, ok := of.(fielded); ok {
		return own.field(name)
	}
	return e.get(of, name)
}

func (e *evaluator) unary(x *unary, f *frame) (any, error) {
	if x.operator == "not" {
		of, err := e.value(x.of, f)
		return !truth(of), err
	}
	of, err := e.defined(x.of, f)
	if err != nil {
		return nil, err
	}
	switch n := reduced(of).(type) {
	case *big.Int:
		e.charge(n.BitLen() / 8)
		if x.operator == "-" {
			return new(big.Int).Neg(n), nil
		}
		return n, nil
	case float64:
		if x.operator == "-" {
			return -n, nil
		}
		return n, nil
	}
	return nil, wrong(x.line, "%s has no sign", kindName(of))
}

func (e *evaluator) binary(x *binary, f *frame) (any, error) {
	left, err := e.value(x.left, f)
	if err != nil {
		return nil, err
	}
	if x.operator == "and" && !truth(left) || x.operator == "or" && truth(left) {
		return left, nil
	}
	right, err := e.value(x.right, f)
	if err != nil {
		return nil, err
	}
	e.line = x.line
	switch x.operator {
	case "and", "or":
		return right, nil
	case "~":
		return e.concat(left, right), nil
	}
	return e.operate(x.operator, left, right)
}

func (e *evaluator) conditional(x *conditional, f *frame) (any, error) {
	test, err := e.value(x.test, f)
	switch {
	case err != nil:
		return nil, err
	case truth(test):
		return e.value(x.then, f)
	case x.otherwise == nil:
		return undefined{"what an if without else gives"}, nil
	}
	return e.value(x.otherwise, f)
}

func (e *evaluator) dictionary(x *dictionary, f *frame) (any, error) {
	d := newDict()
	for i := range x.keys {
		key, err := e.value(x.keys[i], f)
		if err != nil {
			return nil, err
		}
		value, err := e.value(x.values[i], f)
		if err != nil {
			return nil, err
		}
		e.line = x.line
		e.set(d, key, value)
	}
	return d, nil
}
