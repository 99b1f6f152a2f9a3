package botfile

import "github.com/goccy/go-yaml/token"

// What follows keeps files from the parser that would take it long: its time is quadratic in the depth of brackets and
// in the number of fields of a block.

// values estimates how many values there are, from above: the lexer takes some hundred bytes for each.
func values(data []byte) int {
	n := 0
	for _, c := range data {
		switch c {
		case ':', '-', ',', '[', '{', '?', '\n':
			n++
		}
	}
	return n
}

// deepLine gives the line where flow brackets, or dashes in one line, are nested too deeply; 0 if they are not.
func deepLine(tokens token.Tokens) int {
	brackets, dashes, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			dashes, line = 0, t.Position.Line
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType:
			dashes++
		}
		if brackets+dashes > maxDepth {
			return line
		}
	}
	return 0
}

// maxFieldCost is about a second of the parser's time: one block of 20,000 fields, or many smaller ones.
const maxFieldCost = 20_000 * 20_000

// block is a block of fields that is open: where its names stand, and how many there are.
type block struct{ column, fields int }

// wideLine gives the line where the fields of all blocks, squared, are too many; 0 if they are not.
func wideLine(tokens token.Tokens) int {
	var open []block
	brackets, cost := 0, 0
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		case token.SequenceEntryType:
			open = closeBehind(open, t.Position.Column)
		case token.MappingValueType:
			if brackets > 0 || t.Prev == nil {
				continue
			}
			open = addField(open, t.Prev.Position.Column)
			// The difference of two squares: the sum of these is the sum of the squares.
			cost += 2*open[len(open)-1].fields - 1
		}
		if cost > maxFieldCost {
			return t.Position.Line
		}
	}
	return 0
}

// closeBehind drops the blocks that stand behind a column: something before it ended them.
func closeBehind(open []block, column int) []block {
	for len(open) > 0 && open[len(open)-1].column > column {
		open = open[:len(open)-1]
	}
	return open
}

func addField(open []block, column int) []block {
	open = closeBehind(open, column)
	if len(open) == 0 || open[len(open)-1].column < column {
		open = append(open, block{column: column})
	}
	open[len(open)-1].fields++
	return open
}
