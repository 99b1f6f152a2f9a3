package match

import (
	"iter"
	"math/bits"
	"slices"
)

// maxNodes bounds an index: rules for whose literals it has no room are tried on every text.
const maxNodes = 1 << 20

// index finds all literals of all rules in one walk over a text: Aho and Corasick's automaton.
type index struct {
	edges  map[uint32]int32 // by node<<8 | byte
	roots  [256]int32       // the root's edges: most steps are taken there
	nodes  []node           // the root first
	levels [][]int32        // nodes by their depth
	rules  [][]int32        // by literal
	free   set              // rules that are tried on every text
	// states holds those that are tried on every text in some states only.
	states map[string][]int32
}

// node is a prefix of literals.
type node struct {
	parent  int32
	suffix  int32 // the longest proper suffix of it that is a node
	shorter int32 // the longest proper suffix of it that is a literal; 0 if there is none
	literal int32 // which literal it is, counted from 1; 0 if it is none
	last    byte
}

// nodeBytes is what a node takes in memory, with its edge and its share of the lists.
const nodeBytes = 56

func newIndex(rules int) *index {
	return &index{edges: map[uint32]int32{}, nodes: make([]node, 1), free: newSet(rules), states: map[string][]int32{}}
}

// put notes that a rule can fire only on texts that have one of the literals, on any text if there are none.
func (x *index) put(rule int, states, literals []string) {
	if len(literals) == 0 || len(x.nodes)+len(literals)*maxLiteralBytes > maxNodes {
		x.putFree(rule, states)
		return
	}
	for _, literal := range literals {
		n := &x.nodes[x.grow(literal[:min(len(literal), maxLiteralBytes)])]
		if n.literal == 0 {
			x.rules = append(x.rules, nil)
			n.literal = int32(len(x.rules))
		}
		x.rules[n.literal-1] = append(x.rules[n.literal-1], int32(rule))
	}
}

func (x *index) putFree(rule int, states []string) {
	if len(states) == 0 {
		x.free.add(rule)
	}
	for _, state := range states {
		x.states[state] = append(x.states[state], int32(rule))
	}
}

// grow gives the node of a literal.
func (x *index) grow(literal string) int32 {
	at := int32(0)
	for depth := range len(literal) {
		to, ok := x.edges[edge(at, literal[depth])]
		if !ok {
			to = int32(len(x.nodes))
			x.edges[edge(at, literal[depth])] = to
			x.nodes = append(x.nodes, node{parent: at, last: literal[depth]})
			if depth == len(x.levels) {
				x.levels = append(x.levels, nil)
			}
			x.levels[depth] = append(x.levels[depth], to)
		}
		at = to
	}
	return at
}

func edge(from int32, by byte) uint32 { return uint32(from)<<8 | uint32(by) }

// link is called once, when all is put in. A node's suffix is less deep than the node.
func (x *index) link() {
	for by := range x.roots {
		x.roots[by] = x.edges[edge(0, byte(by))]
	}
	for depth, level := range x.levels {
		for _, at := range level {
			n := &x.nodes[at]
			if depth > 0 {
				n.suffix = x.step(x.nodes[n.parent].suffix, n.last)
			}
			n.shorter = x.nodes[n.suffix].shorter
			if x.nodes[n.suffix].literal > 0 {
				n.shorter = n.suffix
			}
		}
	}
	x.levels = nil
}

// step gives the longest suffix of a node and a byte that is a node.
func (x *index) step(from int32, by byte) int32 {
	for ; from != 0; from = x.nodes[from].suffix {
		if to, ok := x.edges[edge(from, by)]; ok {
			return to
		}
	}
	return x.roots[by]
}

// possible gives the rules that can fire on what was said in the state, and maybe some that cannot.
func (x *index) possible(said, state string) set {
	rules := slices.Clone(x.free)
	for _, rule := range x.states[state] {
		rules.add(int(rule))
	}
	found := newSet(len(x.rules) + 1)
	at := int32(0)
	for _, by := range foldText(said) {
		at = x.step(at, by)
		hit := at
		if x.nodes[hit].literal == 0 {
			hit = x.nodes[hit].shorter
		}
		for ; hit != 0; hit = x.nodes[hit].shorter {
			literal := x.nodes[hit].literal
			if found.has(int(literal)) {
				break // and so were the shorter ones
			}
			found.add(int(literal))
			for _, rule := range x.rules[literal-1] {
				rules.add(int(rule))
			}
		}
	}
	return rules
}

// set is a set of small numbers.
type set []uint64

const wordBits = 64

func newSet(size int) set { return make(set, (size+wordBits-1)/wordBits) }

func (s set) add(n int)      { s[n/wordBits] |= 1 << (n % wordBits) }
func (s set) has(n int) bool { return s[n/wordBits]&(1<<(n%wordBits)) != 0 }

// all gives the numbers in order.
func (s set) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, word := range s {
			for ; word != 0; word &= word - 1 {
				if !yield(i*wordBits + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}
