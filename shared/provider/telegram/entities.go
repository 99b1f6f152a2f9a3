package telegram

import (
	"unicode/utf16"

	"hookline/shared/bot"
)

// entitiesOf cuts the marked stretches out of the text. Offsets count UTF-16 code units; a stretch outside of the text
// has no text.
func entitiesOf(text string, marks []entity) []bot.Entity {
	if len(marks) == 0 {
		return nil
	}
	at := utf16Offsets(text)
	entities := make([]bot.Entity, 0, len(marks))
	for _, mark := range marks {
		e := bot.Entity{
			Type: mark.Type, Offset: mark.Offset, Length: mark.Length, URL: mark.URL, User: personOf(mark.User),
		}
		if last := len(at) - 1; mark.Offset >= 0 && mark.Offset <= last && mark.Length >= 0 && mark.Length <= last-mark.Offset {
			e.Text = text[at[mark.Offset]:at[mark.Offset+mark.Length]]
		}
		entities = append(entities, e)
	}
	return entities
}

// utf16Offsets gives the byte at which each UTF-16 code unit's character begins, and the length of the text.
func utf16Offsets(text string) []int {
	at := make([]int, 0, len(text)+1)
	for i, r := range text {
		for range max(1, utf16.RuneLen(r)) {
			at = append(at, i)
		}
	}
	return append(at, len(text))
}
