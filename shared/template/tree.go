package template

// The tree that a source is parsed to.

// expression is something that has a value. node has the line, for messages.
type expression interface{ at() int }

type node struct{ line int }

func (n node) at() int { return n.line }

type (
	constant struct {
		node
		value any
	}
	variable struct {
		node
		name string
	}
	attribute struct {
		node
		of   expression
		name string
	}
	subscript struct {
		node
		of, index expression
	}
	slicing struct {
		node
		of     expression
		bounds [3]expression // from, to, step; nil: left out
	}
	call struct {
		node
		of   expression
		args arguments
	}
	filtering struct {
		node
		of   expression // nil in a filter block
		name string
		args arguments
	}
	testing struct {
		node
		of     expression
		name   string
		args   arguments
		negate bool
	}
	unary struct {
		node
		operator string
		of       expression
	}
	binary struct {
		node
		operator    string
		left, right expression
	}
	comparison struct {
		node
		first  expression
		others []compared
	}
	compared struct {
		operator string
		with     expression
	}
	conditional struct {
		node
		test, then, otherwise expression // otherwise nil: undefined
	}
	listing struct {
		node
		items []expression
		tuple bool
	}
	dictionary struct {
		node
		keys, values []expression
	}
)

// arguments are those of a call, filter or test.
type arguments struct {
	positional []expression
	named      []namedArgument
}

type namedArgument struct {
	name  string
	value expression
}

// statement is something that writes.
type statement interface{ at() int }

type (
	text struct {
		node
		value string
	}
	printing struct {
		node
		value expression
	}
	branches struct {
		node
		tests     []expression
		bodies    [][]statement
		otherwise []statement
	}
	loop struct {
		node
		target    target
		over      expression
		only      expression // nil: all
		recursive bool
		body      []statement
		otherwise []statement
	}
	assignment struct {
		node
		target target
		value  expression
	}
	capture struct {
		node
		target  target
		filters []filtering
		body    []statement
	}
	filterBlock struct {
		node
		filters []filtering
		body    []statement
	}
	scoping struct {
		node
		names  []string
		values []expression
		body   []statement
	}
	macroDefinition struct {
		node
		name       string
		parameters []parameter
		body       []statement
	}
	callBlock struct {
		node
		parameters []parameter
		call       *call
		body       []statement
	}
	nowTag struct {
		node
		zone, format expression
	}
)

// target is what is given a value: a name, a field of a namespace, or what a value is taken apart into.
type target struct {
	node
	name, field string
	parts       []target
}

// each calls do with every name that the target sets.
func (t target) each(do func(name string)) {
	if t.name != "" && t.field == "" {
		do(t.name)
	}
	for _, part := range t.parts {
		part.each(do)
	}
}

type parameter struct {
	name     string
	fallback expression // nil: undefined
}
