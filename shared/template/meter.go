package template

import (
	"fmt"
	"time"

	"hookline/shared/bot"
)

// What rendering one template may cost.
const (
	maxSteps  = 100_000
	maxTime   = 100 * time.Millisecond
	maxMemory = 4 << 20 // bytes of all values made, kept or not; what holds them takes more
	// maxNesting bounds how deep evaluation goes, and with it Go's stack, which cannot be recovered once it is full.
	maxNesting = 1000
	maxCalls   = 50 // of macros inside of one another
)

// Sizes that are charged.
const (
	elementBytes = 16  // an element of a list
	frameBytes   = 256 // the names of a block
	zoneBytes    = 16 << 10
)

// meter is charged by every operation before it works.
type meter struct {
	steps, memory int
	nesting       int
	calls         int
	deadline      time.Time
	clockAt       int // how many steps there are when the clock is looked at next
	line          int // of what is evaluated
}

// quickSteps take no time to speak of: a machine that stands still meanwhile is not the template's fault.
const quickSteps = 1000

func newMeter() meter { return meter{deadline: time.Now().Add(maxTime), clockAt: quickSteps} }

// exhausted ends a rendering by panicking with it: budgets are charged in places that have no way to return an error.
type exhausted struct{ err error }

func (m *meter) fail(format string, args ...any) { panic(exhausted{wrong(m.line, format, args...)}) }

// bounded runs a rendering. A budget that runs out ends it, wherever it is.
func bounded(render func() error) (err error) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		end, ok := cause.(exhausted)
		if !ok {
			panic(cause)
		}
		err = end.err
	}()
	return render()
}

// step counts one operation, and looks at the clock now and then.
func (m *meter) step() {
	if m.steps++; m.steps > maxSteps {
		m.fail("the template takes more than %d steps", maxSteps)
	}
	if m.steps < m.clockAt {
		return
	}
	m.clockAt = m.steps + 64
	if time.Now().After(m.deadline) {
		m.fail("the template takes longer than %s", maxTime)
	}
}

// work counts the time that looking at so many bytes takes.
func (m *meter) work(bytes int) {
	m.steps += bytes >> 8
	m.step()
}

// charge counts bytes that are about to be made.
func (m *meter) charge(bytes int) {
	if bytes < 0 || bytes > maxMemory-m.memory {
		m.fail("the template makes more than %d MB of values", maxMemory>>20)
	}
	m.memory += bytes
	m.work(bytes)
}

// product multiplies sizes: what cannot be paid for anyway does not run over.
func product(a, b int) int {
	if a > 0 && b > maxMemory/a {
		return maxMemory + 1
	}
	return a * b
}

// deeper guards the stack; the function that it gives is called on the way back.
func (m *meter) deeper() {
	if m.nesting++; m.nesting > maxNesting {
		m.fail("the template is nested too deep")
	}
}

func (m *meter) shallower() { m.nesting-- }

func wrong(line int, format string, args ...any) error {
	return bot.Errorf(bot.Invalid, fmt.Sprintf("line %d: %s", line, fmt.Sprintf(format, args...)))
}
