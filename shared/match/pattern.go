package match

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"hookline/shared/bot"
)

// Limits of a pattern. Searching takes time in proportion to the text and to the program's instructions.
const (
	MaxPatternBytes = 4 << 10
	maxInstructions = 10_000
)

// instructionBytes is what an instruction takes in memory, measured with its share of the program's tables.
const instructionBytes = 80

// CheckPattern gives what is wrong with a pattern, kind invalid or too_large.
func CheckPattern(pattern string) error {
	_, _, err := compilePattern(pattern)
	return err
}

// compilePattern compiles a pattern (RE2, as regexp/syntax documents it) and estimates its bytes.
func compilePattern(pattern string) (*regexp.Regexp, int, error) {
	if len(pattern) > MaxPatternBytes {
		return nil, 0, bot.Errorf(bot.TooLarge, fmt.Sprintf("%d bytes; a pattern has at most %d", len(pattern), MaxPatternBytes))
	}
	if c, at := foreign(pattern); c != "" {
		return nil, 0, bot.Errorf(bot.Invalid, fmt.Sprintf("%s at byte %d: patterns are RE2, which has none", c, at))
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, 0, bot.Errorf(bot.Invalid, describe(pattern, err))
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, 0, bot.Errorf(bot.Invalid, describe(pattern, err))
	}
	if n := len(program.Inst); n > maxInstructions {
		message := fmt.Sprintf("%d instructions when compiled; a pattern has at most %d: repeat less", n, maxInstructions)
		return nil, 0, bot.Errorf(bot.TooLarge, message)
	}
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return nil, 0, bot.Errorf(bot.Invalid, describe(pattern, err))
	}
	if name := twice(compiled.SubexpNames()); name != "" {
		return nil, 0, bot.Errorf(bot.Invalid, fmt.Sprintf("two groups are named %q: the second would hide the first", name))
	}
	return compiled, len(pattern) + len(program.Inst)*instructionBytes, nil
}

// twice gives the first name that is there before.
func twice(names []string) string {
	for i, name := range names {
		if name != "" && slices.Contains(names[:i], name) {
			return name
		}
	}
	return ""
}

// describe gives an error of the parser with the byte of the pattern that it is about.
func describe(pattern string, err error) string {
	wrong, ok := errors.AsType[*syntax.Error](err)
	if !ok {
		return err.Error()
	}
	hint := ""
	if wrong.Code == syntax.ErrInvalidEscape && wrong.Expr == `\Z` {
		hint = `; write \z`
	}
	at := strings.Index(pattern, wrong.Expr)
	if at < 0 || wrong.Expr == pattern {
		return fmt.Sprintf("%s in %q%s", wrong.Code, wrong.Expr, hint)
	}
	return fmt.Sprintf("%s: %q at byte %d%s", wrong.Code, wrong.Expr, at, hint)
}
