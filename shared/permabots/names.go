package permabots

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// rule says which names there may be.
type rule struct {
	limit     int // bytes
	separator string
	clean     func(string) string
	// same gives what two names may not share.
	same func(string) string
}

var (
	// addressNames stand in addresses; those of bots name files too, which some systems keep without regard to case.
	addressNames = rule{limit: 64, separator: "-", clean: forAddress, same: strings.ToLower}
	labels       = rule{limit: 128, separator: " ", clean: printable, same: func(name string) string { return name }}
)

var (
	addressName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	notInName   = regexp.MustCompile(`[^A-Za-z0-9_]+`)
)

func forAddress(name string) string {
	if addressName.MatchString(name) {
		return name
	}
	return strings.ToLower(strings.Trim(notInName.ReplaceAllString(name, "-"), "-"))
}

func printable(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, name))
}

// names gives out names, each once.
type names struct {
	rule
	taken map[string]bool
}

func newNames(r rule) *names { return &names{r, map[string]bool{}} }

// pick gives a name as near to the one wanted as may be; where nothing is left of that, to otherwise.
func (n *names) pick(wanted, otherwise string) string {
	wanted = cmp.Or(n.clean(wanted), otherwise)
	name := cut(wanted, n.limit)
	for i := 2; n.taken[n.same(name)]; i++ {
		suffix := n.separator + strconv.Itoa(i)
		name = cut(wanted, n.limit-len(suffix)) + suffix
	}
	n.taken[n.same(name)] = true
	return name
}

// cut gives the beginning of a text that has so many bytes at most.
func cut(text string, limit int) string {
	if len(text) > limit {
		text = strings.TrimSpace(strings.ToValidUTF8(text[:limit], ""))
	}
	return text
}
