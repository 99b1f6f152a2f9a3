package telegram

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"hookline/shared/bot"
	"hookline/shared/simulate"
	"hookline/shared/simulate/telegram/markup"
)

// Limits of a text.
const (
	maxTextBytes    = 32768
	maxTextRunes    = 4096 // code points, once entities have been parsed
	maxCaptionRunes = 1024 // likewise
	maxTextEntities = 100
)

// text is the content of sendMessage.
func text(p params) (Message, simulate.Shown, error) {
	text, entities, err := written(p, "text", "entities")
	switch {
	case err != nil:
		return Message{}, simulate.Shown{}, err
	case text == "":
		return Message{}, simulate.Shown{}, badRequest("message text is empty")
	case utf8.RuneCountInString(text) > maxTextRunes:
		return Message{}, simulate.Shown{}, badRequest("message is too long")
	}
	return Message{Text: text, Entities: entities}, simulate.Shown{Text: text, Format: format(p)}, nil
}

// formats are the parse modes as all networks call them.
var formats = map[string]bot.Format{
	"html": bot.FormatHTML, "markdown": bot.FormatMarkdown, "markdownv2": bot.FormatMarkdown,
}

func format(p params) bot.Format { return formats[strings.ToLower(p["parse_mode"])] }

// written gives a call's text and entities, named so, as users see them.
func written(p params, textName, entitiesName string) (string, []markup.Entity, error) {
	raw := p[textName]
	switch {
	case !utf8.ValidString(raw):
		return "", nil, badRequest("strings must be encoded in UTF-8")
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
		if entities, err = givenEntities(p[entitiesName], text); err != nil {
			return "", nil, err
		}
	}
	text, entities = trimmed(text, entities)
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
