package telegram

import (
	"regexp"

	"hookline/shared/simulate/telegram/markup"
)

var commandShape = regexp.MustCompile(`(?:^|\s)(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)\b`)

// commands marks the commands in a text, as Telegram's apps do.
func commands(text string) []markup.Entity {
	var entities []markup.Entity
	for _, at := range commandShape.FindAllStringSubmatchIndex(text, -1) {
		entities = append(entities, markup.Entity{
			Type:   "bot_command",
			Offset: markup.UTF16Len(text[:at[2]]),
			Length: markup.UTF16Len(text[at[2]:at[3]]),
		})
	}
	return entities
}
