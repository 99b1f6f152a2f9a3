package botfile

import (
	"fmt"
	"strings"

	"hookline/shared/bot"
)

// report collects problems: so many errors and so many warnings, as a hostile file may have a million of either.
type report struct {
	problems []bot.Problem
	counts   map[bool]int // by Problem.Warning
}

const maxProblems = 100

// note adds a problem. Its message is made only if there is room: a guess in it takes time.
func (r *report) note(p bot.Problem, format string, args ...any) {
	if r.counts == nil {
		r.counts = map[bool]int{}
	}
	if r.counts[p.Warning]++; r.counts[p.Warning] > maxProblems {
		return
	}
	p.Message = fmt.Sprintf(format, args...)
	r.problems = append(r.problems, p)
}

func (r *report) fail(path, format string, args ...any) {
	r.note(bot.Problem{Path: path}, format, args...)
}

func (r *report) warn(path, format string, args ...any) {
	r.note(bot.Problem{Path: path, Warning: true}, format, args...)
}

// covers tells whether there is a problem of the path already, or of something that the path lies in.
func (r *report) covers(path string) bool {
	for _, p := range r.problems {
		if within(path, p.Path) {
			return true
		}
	}
	return false
}

// within tells whether a path is the other one or lies below it.
func within(path, above string) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
