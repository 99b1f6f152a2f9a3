package match

import (
	"regexp"
	"strings"
)

// foreignGroups are the openings of groups that other engines have and RE2 has not. Longer ones stand first.
var foreignGroups = []struct{ opening, name string }{
	{"(?<=", "look-behind (?<=…)"},
	{"(?<!", "look-behind (?<!…)"},
	{"(?=", "look-ahead (?=…)"},
	{"(?!", "look-ahead (?!…)"},
	{"(?>", "atomic group (?>…)"},
	{"(?(", "conditional (?(…)…)"},
	{"(?P=", "back-reference (?P=…)"},
	{"(?P>", "recursion (?P>…)"},
	{"(?R", "recursion (?R)"},
	{"(?&", "recursion (?&…)"},
	{"(?|", "branch reset (?|…)"},
}

var (
	backReference = regexp.MustCompile(`^\\[1-9gk]`)
	octal         = regexp.MustCompile(`^\\(?:0[0-7]{0,2}|[1-3][0-7]{2})`)
)

// foreign names the construct that rest starts with, if RE2 cannot have it.
func foreign(rest string) string {
	if rest[0] != '\\' && rest[0] != '(' {
		return ""
	}
	if backReference.MatchString(rest) && !octal.MatchString(rest) {
		return "back-reference " + rest[:2]
	}
	if strings.HasPrefix(rest, `\N`) {
		return `character by name \N{…}`
	}
	for _, g := range foreignGroups {
		if strings.HasPrefix(rest, g.opening) {
			return g.name
		}
	}
	return ""
}
