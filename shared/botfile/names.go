package botfile

import (
	"fmt"
	"maps"
	"slices"

	"hookline/shared/provider"
)

// planned are the networks that a bot file may name already, and that no program speaks with yet.
var planned = []string{"symphony"}

// providerNames gives the networks that a bot file may name, sorted.
func providerNames(providers provider.Set) []string {
	names := slices.AppendSeq(slices.Clone(planned), maps.Keys(providers))
	slices.Sort(names)
	return slices.Compact(names)
}

// guess is `: did you mean "x"?` for the known name that is closest to what is written; nothing if none is close.
type guess struct {
	written string
	known   []string
}

// maxCandidates bounds the time of a guess: a file may name any number of states.
const maxCandidates = 1000

func didYouMean(written string, known []string) guess {
	return guess{written, known[:min(len(known), maxCandidates)]}
}

func (g guess) String() string {
	best, least := "", max(1, len(g.written)/3)+1
	for _, name := range g.known {
		if n := distance(g.written, name); n < least {
			best, least = name, n
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(": did you mean %q?", best)
}

// longestName bounds what is compared: no name that we know is longer.
const longestName = 64

// distance counts the letters to insert, delete, replace or swap with their neighbour to make one text the other.
func distance(a, b string) int {
	if max(len(a), len(b)) > longestName {
		return longestName
	}
	// Rows of the usual table: the one being filled and the two before it.
	var before, above, row [longestName + 1]int
	for j := range len(b) {
		above[j+1] = j + 1
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above = above, row
	}
	return above[len(b)]
}
