package telegram

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"hookline/shared/simulate/telegram/markup"
)

// Limits of a text.
const (
	maxTextBytes    = 32768
	maxTextRunes    = 4096 // code points, once entities have been parsed
	maxTextEntities = 100
)

// messageText gives a call's text and entities as users see them.
func messageText(p params) (string, []markup.Entity, error) {
	raw := p["text"]
	switch {
	case !utf8.ValidString(raw):
		return "", nil, badRequest("strings must be encoded in UTF-8")
	case raw == "":
		return "", nil, badRequest("message text is empty")
	case len(raw) > maxTextBytes:
		return "", nil, badRequest("text is too long")
	}
	text, entities, err := markup.Parse(raw, p["parse_mode"])
	if errors.Is(err, markup.ErrMode) {
		return "", nil, badRequest("unsupported parse_mode")
	}
	if err != nil {
		return "", nil, badRequest("can't parse entities: %s", err)
	}
	if p["parse_mode"] == "" {
		if entities, err = givenEntities(p["entities"], text); err != nil {
			return "", nil, err
		}
	}
	text, entities = trimmed(text, entities)
	switch {
	case text == "":
		return "", nil, badRequest("message text is empty")
	case utf8.RuneCountInString(text) > maxTextRunes:
		return "", nil, badRequest("message is too long")
	}
	return text, entities[:min(len(entities), maxTextEntities)], nil
}

var entityTypes = map[string]bool{
	"mention": true, "hashtag": true, "cashtag": true, "bot_command": true, "url": true, "email": true,
	"phone_number": true, markup.Bold: true, markup.Italic: true, markup.Underline: true, markup.Strikethrough: true,
	markup.Spoiler: true, markup.Blockquote: true, markup.LongQuote: true, markup.Code: true, markup.Pre: true,
	markup.TextLink: true, markup.TextMention: true, markup.CustomEmoji: true, "date_time": true,
}

// givenEntities checks the entities that a call gives itself.
func givenEntities(raw, text string) ([]markup.Entity, error) {
	if raw == "" {
		return nil, nil
	}
	var entities []markup.Entity
	if json.Unmarshal([]byte(raw), &entities) != nil {
		return nil, badRequest("can't parse entities: expected an Array of MessageEntity")
	}
	units := markup.UTF16Len(text)
	for _, e := range entities {
		switch {
		case !entityTypes[e.Type]:
			return nil, badRequest("can't parse MessageEntity: Unsupported type specified")
		case e.Offset < 0 || e.Offset > units:
			return nil, badRequest("entity begins outside of the text")
		case e.Length <= 0 || e.Length > units-e.Offset:
			return nil, badRequest("entity ends outside of the text")
		case e.Type == markup.TextLink && e.URL == "":
			return nil, badRequest("can't parse MessageEntity: Field \"url\" must be of type String")
		}
	}
	return entities, nil
}

// trimmed takes white space off both ends, and what stood there out of the entities.
func trimmed(text string, entities []markup.Entity) (string, []markup.Entity) {
	left := strings.TrimLeftFunc(text, unicode.IsSpace)
	cut := markup.UTF16Len(text[:len(text)-len(left)])
	text = strings.TrimRightFunc(left, unicode.IsSpace)
	units := markup.UTF16Len(text)
	var kept []markup.Entity
	for _, e := range entities {
		begin := max(0, e.Offset-cut)
		end := min(units, e.Offset-cut+e.Length)
		if begin < end {
			e.Offset, e.Length = begin, end-begin
			kept = append(kept, e)
		}
	}
	return text, kept
}
