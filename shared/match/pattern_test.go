package match_test

import (
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
	{"comment that does not end", `a(?#b`, "comment without its ) at byte 1"},
	{"recursion to a group, by name", `(?P<a>b(?P>a))`, "recursion (?P>…) at byte 7"},
	{"recursion to a group, Perl", `(?<a>b(?&a))`, "recursion (?&…) at byte 6"},
	{"branch reset", `(?|a)`, "branch reset (?|…) at byte 0"},
	{"ASCII only", `(?a)\w`, "flag a at byte 0"},
	{"ASCII only, in a group", `b(?i-a:\w)`, "flag a at byte 1"},
	{"locale", `(?L)\w`, "flag L at byte 0"},
	{"flags without one", `(?)`, `no such flags: "(?)" at byte 0`},
	{"unknown flag", `a(?q)`, `no such flags: "(?q)" at byte 1`},
	{"unknown group", `a(?'n'b)`, "no group starts with (?', at byte 1"},
	{"group opened at the end", `a(?`, "no group starts with (?), at byte 1"},
	{"character by name", `a\N{DIGIT ONE}`, `character by name \N{…} at byte 1`},
	{"escape of nothing", `a\`, "trailing backslash"},
	{"unknown escape", `a\y`, `invalid escape sequence: "\\y" at byte 1`},
	{"unknown escape in a class", `[a\y]`, `invalid escape sequence: "\\y" at byte 2`},
	{"half of a code", `\u12`, `invalid escape sequence: "\\u" at byte 0`},
	{"half of a pair", `\ud83d`, `invalid escape sequence: "\\u" at byte 0`},
	{"code beyond Unicode", `\U00110000`, `invalid escape sequence: "\\U" at byte 0`},
	{"range of a set", `[a-\d]`, `invalid character class range: "a-\\d" at byte 1`},
	{"range of marks backwards", `[+-!]`, `invalid character class range: "+-!" at byte 1`},
	{"range backwards", `é[z-a]`, `invalid character class range: "z-a" at byte 3`},
	{"nothing to repeat in a group", `a(*)`, `missing argument to repetition operator: "*" at byte 2`},
	{"nothing to repeat behind white space", `(?x)a( ?:b)`, `missing argument to repetition operator: "?" at byte 7`},
	{"repeated twice", `a{2}{3}`, `invalid nested repetition operator: "{3}" at byte 4`},
	{"repeated twice, apart", `(?x)a* ?`, `invalid nested repetition operator: "?" at byte 7`},
	{"possessive up to", `a{,2}+`, "possessive quantifier at byte 5"},
	{"group's name is no word", `(?P<a-b>c)`, `invalid named capture: "(?P<a-b>" at byte 0`},
	{"group's name starts with a digit", `(?P<1a>c)`, `invalid named capture: "(?P<1a>" at byte 0`},
	{"F20 reserved: self", `a(?P<self>b)`, `a group cannot be named "self", at byte 1`},
	{"F20 reserved: bot", `(?P<bot>b)`, `a group cannot be named "bot", at byte 0`},
	{"F20 reserved: message", `(?P<message>b)`, `a group cannot be named "message", at byte 0`},
	{"F20 reserved: service", `(?P<service>b)`, `a group cannot be named "service", at byte 0`},
	{"F20 reserved: state_context", `(?P<state_context>b)`, `a group cannot be named "state_context", at byte 0`},
	{"recursion", `a(?R)?`, "recursion (?R) at byte 1"},
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
	`(?i)a`, `(?P<n>a)`, `(?<n>a)`, `(?:a)`, `(?:a)+`, `a{2}`, `a{,2}`, `a{x}+`, `(?P<größe>a)`, `(?P<selfie>a)`, `a(?#b)c`, `a\Z`, `(?u)a`, `(?-x)a`, `[^\w\W]`, `[\d-x]`, `\pL\p{^Greek}`, `\Q*+`, `\d+`, `[\d*+]+`, `^/start$|^(hi|hello)\b`,
}

func TestAcceptedPatterns(t *testing.T) {
	for _, pattern := range accepted {
		if err := match.CheckPattern(pattern); err != nil {
			t.Errorf("CheckPattern(%q) = %v, want nil", pattern, err)
		}
	}
}

// FuzzPattern: what is accepted compiles, and the index lets every text through that the pattern matches.
func FuzzPattern(f *testing.F) {
	for _, tt := range refused {
		f.Add(tt.pattern, "a")
	}
	for _, pattern := range accepted {
		f.Add(pattern, "aé")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		text = strings.TrimSpace(text)
		m, problems := match.Compile(&bot.Definition{Handlers: []bot.Handler{{Pattern: pattern}}})
		if problems != nil {
			return
		}
		found, err := match.Search(pattern, text)
		if err != nil {
			t.Fatalf("CheckPattern(%q) = nil, but it does not compile: %v", pattern, err)
		}
		if fired := m.Fire(said(text), "", ""); (len(fired) == 1) != found && pattern != "" {
			t.Errorf("Fire(%q) of %q = %v, but a search finds it: %v", text, pattern, fired, found)
		}
	})
}
