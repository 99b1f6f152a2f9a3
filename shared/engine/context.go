package engine

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"hookline/shared/bot"
)

const (
	// contextBytes bounds what a conversation remembers of the states it left.
	contextBytes = 128 << 10
	// startState is the name under which is kept what was captured before there was any state.
	startState = "_start"
)

// keep gives the conversation's context with what was captured in the state that is left now.
func keep(t *turn, now time.Time) map[string]bot.StateContext {
	kept := maps.Clone(t.scene.Conversation.Context)
	if kept == nil {
		kept = map[string]bot.StateContext{}
	}
	left := t.decision.State.Before
	if left == "" {
		left = startState
	}
	kept[left] = bot.StateContext{Pattern: t.captures, Response: t.answer, LeftAt: now}
	for size := contextSize(kept); size > contextBytes; size = contextSize(kept) {
		t.note("the conversation's context was too large: " + shorten(kept))
	}
	return kept
}

// contextSize is how many bytes the context takes in the item. What was never filled from outside stays under the bound
// by far, so counting is left to the encoder.
func contextSize(context map[string]bot.StateContext) int {
	encoded, err := json.Marshal(context)
	if err != nil {
		return 0
	}
	return len(encoded)
}

// shorten takes away the oldest answer, where there is none the oldest state's captures, and says which.
func shorten(context map[string]bot.StateContext) string {
	oldestFirst := slices.SortedFunc(maps.Keys(context), func(a, b string) int {
		return context[a].LeftAt.Compare(context[b].LeftAt)
	})
	for _, state := range oldestFirst {
		if entry := context[state]; entry.Response != nil {
			entry.Response = nil
			context[state] = entry
			return "the answer fetched in " + state + " was forgotten"
		}
	}
	delete(context, oldestFirst[0])
	return "what was captured in " + oldestFirst[0] + " was forgotten"
}
