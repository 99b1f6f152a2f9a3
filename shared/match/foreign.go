package match

import (
	"regexp"
	"strings"
)

// groups are the openings of groups that other engines have and RE2 has not. Longer ones stand first.
var groups = []struct{ opening, name string }{
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
	{"(?#", "comment (?#…)"},
	{"(?|", "branch reset (?|…)"},
}

var (
	counted       = regexp.MustCompile(`^\{\d+(,\d*)?\}`)
	backReference = regexp.MustCompile(`^\\[1-9kg]`)
	octal         = regexp.MustCompile(`^\\[1-7][0-7]`) // a character by its number, RE2 has that
)

// foreign finds the first construct that RE2 cannot have, and its byte; "" if there is none.
func foreign(pattern string) (name string, at int) {
	quantified := false // the last thing read was a quantifier
	for at < len(pattern) {
		rest := pattern[at:]
		if name := construct(rest, quantified); name != "" {
			return name, at
		}
		n := quantifier(rest)
		quantified = n > 0
		at += max(n, 1)
		if n == 0 {
			at += skip(rest) - 1
		}
	}
	return "", 0
}

// construct names what rest starts with, if RE2 has not got it.
func construct(rest string, quantified bool) string {
	switch {
	case quantified && rest[0] == '+':
		return "possessive quantifier"
	case rest[0] == '\\' && backReference.MatchString(rest) && !octal.MatchString(rest):
		return "back-reference " + rest[:2]
	case rest[0] != '(':
		return ""
	}
	for _, g := range groups {
		if strings.HasPrefix(rest, g.opening) {
			return g.name
		}
	}
	return ""
}

// quantifier gives the length of the quantifier that rest starts with, 0 if it does not.
func quantifier(rest string) int {
	switch rest[0] {
	case '*', '+', '?':
		return 1
	case '{':
		return len(counted.FindString(rest))
	}
	return 0
}

// skip gives the length of the escape, quotation, group opening, class or byte that rest starts with.
func skip(rest string) int {
	switch {
	case strings.HasPrefix(rest, `\Q`):
		if end := strings.Index(rest, `\E`); end >= 0 {
			return end + len(`\E`)
		}
		return len(rest)
	case rest[0] == '\\':
		return min(2, len(rest))
	case strings.HasPrefix(rest, "(?"):
		return len("(?") // its ? is no quantifier
	case rest[0] == '[':
		return class(rest)
	}
	return 1
}

// class gives the length of the bracketed class that rest starts with. A ] in the first place is part of it.
func class(rest string) int {
	i := 1
	if i < len(rest) && rest[i] == '^' {
		i++
	}
	if i < len(rest) && rest[i] == ']' {
		i++
	}
	for i < len(rest) && rest[i] != ']' {
		if named := strings.Index(rest[i:], ":]"); named > 0 && strings.HasPrefix(rest[i:], "[:") {
			i += named + len(":]")
			continue
		}
		if rest[i] == '\\' {
			i++
		}
		i++
	}
	return min(i+1, len(rest))
}
