package botfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"hookline/shared/bot"
)

// anyState stands for every state, and for none, as the source of handlers that name no state.
const anyState = "any"

// Graph gives the states of a bot, and how its handlers lead from one to another, as a Mermaid state diagram
// (https://mermaid.js.org/syntax/stateDiagram.html).
func Graph(def bot.Definition) string {
	g := grapher{ids: map[string]string{}}
	g.line("stateDiagram-v2")
	for i := range def.Handlers {
		h := &def.Handlers[i]
		if h.Disabled || h.TargetState == "" {
			continue
		}
		if len(h.SourceStates) == 0 {
			g.edge(anyState, g.state(h.TargetState), h.Name)
		}
		for _, source := range h.SourceStates {
			g.edge(g.state(source), g.state(h.TargetState), h.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(def.States)) {
		if state := def.States[name]; state.Expires != "" {
			g.edge(g.state(name), "[*]", "after "+state.Expires+andThen(state.Then))
		}
	}
	return g.text.String()
}

func andThen(handler string) string {
	if handler == "" {
		return ""
	}
	return ", then " + handler
}

type grapher struct {
	text  strings.Builder
	ids   map[string]string // by state
	begun bool
}

func (g *grapher) line(format string, args ...any) { fmt.Fprintf(&g.text, format+"\n", args...) }

// state gives the id of a state, declared where it is first named: Mermaid's ids are letters and digits.
func (g *grapher) state(name string) string {
	id, ok := g.ids[name]
	if !ok {
		id = fmt.Sprintf("s%d", len(g.ids)+1)
		g.ids[name] = id
		g.line("    state %q as %s", label(name), id)
	}
	return id
}

func (g *grapher) edge(from, to, name string) {
	if from == anyState && !g.begun {
		g.begun = true
		g.line("    state \"any state\" as %s", anyState)
		g.line("    [*] --> %s", anyState)
	}
	g.line("    %s --> %s: %s", from, to, label(name))
}

// label leaves out what Mermaid takes for the end of a text.
var label = strings.NewReplacer("\"", "'", ";", ",", ":", "꞉", "#", "＃", "\n", " ", "\\", "/").Replace
