package match_test

import (
	"regexp"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/match"
)

var refused = []struct {
	name    string
	pattern string
	want    string
}{
	{"look-ahead", `ab(?=c)`, "look-ahead (?=…) at byte 2"},
	{"negative look-ahead", `(?!c)`, "look-ahead (?!…) at byte 0"},
	{"look-behind", `é(?<=c)`, "look-behind (?<=…) at byte 2"},
	{"negative look-behind", `(?<!c)`, "look-behind (?<!…) at byte 0"},
	{"back-reference", `(a)\1`, `back-reference \1 at byte 3`},
	{"named back-reference", `(?P<a>b)(?P=a)`, "back-reference (?P=…) at byte 8"},
	{"named back-reference, Perl", `(?P<a>b)\k<a>`, `back-reference \k at byte 8`},
	{"relative back-reference", `(a)\g{-1}`, `back-reference \g at byte 3`},
	{"possessive star", `a*+`, "possessive quantifier at byte 2"},
	{"possessive plus", `a++b`, "possessive quantifier at byte 2"},
	{"possessive question mark", `a?+`, "possessive quantifier at byte 2"},
	{"possessive count", `a{2,3}+`, "possessive quantifier at byte 6"},
	{"atomic group", `(?>a)`, "atomic group (?>…) at byte 0"},
	{"conditional", `(a)?(?(1)b|c)`, "conditional (?(…)…) at byte 4"},
	{"comment", `a(?#b)`, "comment (?#…) at byte 1"},
	{"recursion", `a(?R)?`, "recursion (?R) at byte 1"},
	{"end of text as Python writes it", `a\Z`, `invalid escape sequence: "\\Z" at byte 1; write \z`},
	{"unclosed class", `a[b`, `missing closing ]: "[b" at byte 1`},
	{"unclosed group", `(a`, `missing closing ) in "(a"`},
	{"nothing to repeat", `a|*`, `missing argument to repetition operator: "*" at byte 2`},
	{"group twice", `(?P<a>b)(?P<a>c)`, `two groups are named "a"`},
	{"repeat count", `a{1001}`, `invalid repeat count: "{1001}" at byte 1`},
}

func TestRefusedPatterns(t *testing.T) {
	for _, tt := range refused {
		t.Run(tt.name, func(t *testing.T) {
			err := match.CheckPattern(tt.pattern)
			if got := bot.PublicMessage(err); bot.KindOf(err) != bot.Invalid || !strings.HasPrefix(got, tt.want) {
				t.Errorf("CheckPattern(%q) = %q, want kind invalid and %q", tt.pattern, got, tt.want)
			}
		})
	}
}

// Each looks like something refused and is not.
var accepted = []string{
	"", "a", `\\1`, `[(?=]`, `[a*+]`, `a*\+`, `a+?b`, `a*?`, `\101`, `\Q(?=a)\1*+\E`, `\(?=`, `[]*+]`, `[^]*+]`, `[[:alpha:]*+]`, `[\]*+]`,
	`(?i)a`, `(?P<n>a)`, `(?<n>a)`, `(?:a)`, `(?:a)+`, `a{2}`, `a{,2}+`, `a{x}+`, `\Q*+`, `\d+`, `[\d*+]+`, `^/start$|^(hi|hello)\b`,
}

func TestAcceptedPatterns(t *testing.T) {
	for _, pattern := range accepted {
		if err := match.CheckPattern(pattern); err != nil {
			t.Errorf("CheckPattern(%q) = %v, want nil", pattern, err)
		}
	}
}

// FuzzPattern: what is accepted compiles, and what RE2 takes is refused for its size or its groups' names only.
func FuzzPattern(f *testing.F) {
	for _, tt := range refused {
		f.Add(tt.pattern)
	}
	for _, pattern := range accepted {
		f.Add(pattern)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		_, refusedByRE2 := regexp.Compile(pattern)
		err := match.CheckPattern(pattern)
		if bot.KindOf(err) == bot.TooLarge || strings.HasPrefix(bot.PublicMessage(err), "two groups") {
			return
		}
		if (err == nil) != (refusedByRE2 == nil) {
			t.Errorf("CheckPattern(%q) = %v, but regexp.Compile gives %v", pattern, err, refusedByRE2)
		}
	})
}
