package template

import (
	_ "embed" // emoji_names.txt
	"strconv"
	"strings"
	"sync"
)

//go:generate python3 testdata/emoji.py

//go:embed emoji_names.txt
var emojiNames string

// emojiTable has the characters by Unicode's names in lower case, with spaces and hyphens made underscores.
var emojiTable = sync.OnceValue(func() map[string]rune {
	table := make(map[string]rune, strings.Count(emojiNames, "\n"))
	for line := range strings.Lines(emojiNames) {
		code, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		r, _ := strconv.ParseUint(code, 16, 32) // of our own making
		table[name] = rune(r)
	}
	return table
})

// maxEmojiName is longer than the name of any sequence.
const maxEmojiName = 600

// emojis is what templates see as emoji: a character by its name, or several joined with _plus_, as flags are.
type emojis struct{}

func (emojis) field(name string) (any, bool) {
	if len(name) > maxEmojiName {
		return nil, false
	}
	var made []rune
	for name != "" {
		r, rest, ok := firstEmoji(name)
		if !ok {
			return nil, false
		}
		made, name = append(made, r), rest
	}
	return string(made), len(made) > 0
}

// firstEmoji takes the longest name in front: heavy_plus_sign has the joint in itself.
func firstEmoji(name string) (r rune, rest string, ok bool) {
	const joint = "_plus_"
	front := name
	for {
		if r, ok := emojiTable()[front]; ok {
			return r, strings.TrimPrefix(name[len(front):], joint), true
		}
		at := strings.LastIndex(front, joint)
		if at < 0 {
			return 0, "", false
		}
		front = front[:at]
	}
}
