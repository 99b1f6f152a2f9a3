// Package markup reads texts as Telegram's servers do: HTML, MarkdownV2 and the older Markdown into plain text and
// entities, with the servers' complaints about what cannot be parsed.
package markup

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Entity is a Telegram MessageEntity. Offset and Length count UTF-16 code units.
type Entity struct {
	Type        string `json:"type"`
	Offset      int    `json:"offset"`
	Length      int    `json:"length"`
	URL         string `json:"url,omitempty"`
	Language    string `json:"language,omitempty"`
	CustomEmoji string `json:"custom_emoji_id,omitempty"`
}

// The entity types that markup makes.
const (
	Bold          = "bold"
	Italic        = "italic"
	Underline     = "underline"
	Strikethrough = "strikethrough"
	Spoiler       = "spoiler"
	Code          = "code"
	Pre           = "pre"
	TextLink      = "text_link"
	TextMention   = "text_mention"
	CustomEmoji   = "custom_emoji"
	Blockquote    = "blockquote"
	LongQuote     = "expandable_blockquote"
)

// Complaint is what the servers say, after "can't parse entities: ", of a text that they cannot read.
type Complaint string

func (c Complaint) Error() string { return string(c) }

func complain(format string, args ...any) error { return Complaint(fmt.Sprintf(format, args...)) }

// ErrMode is the error for an unknown parse mode.
var ErrMode = errors.New("unsupported parse_mode")

// Parse reads text, which is UTF-8, in a parse mode ("" is plain; HTML, Markdown, MarkdownV2 in any letter case). Its
// errors are ErrMode and Complaint.
func Parse(text, mode string) (string, []Entity, error) {
	parse, ok := modes[strings.ToLower(mode)]
	if !ok {
		return "", nil, ErrMode
	}
	return parse(text)
}

var modes = map[string]func(string) (string, []Entity, error){
	"":           func(text string) (string, []Entity, error) { return text, nil, nil },
	"html":       parseHTML,
	"markdown":   parseMarkdown,
	"markdownv2": parseMarkdownV2,
}

// UTF16Len counts the UTF-16 code units of a text.
func UTF16Len(s string) int {
	units := 0
	for _, r := range s {
		units++
		if r > 0xFFFF {
			units++
		}
	}
	return units
}

// output is the plain text that a parser makes, and where in it it stands, in UTF-16.
type output struct {
	text     strings.Builder
	units    int
	entities []Entity
}

func (o *output) write(s string) {
	o.text.WriteString(s)
	o.units += UTF16Len(s)
}

// add closes an entity that began at a place; one without text is none.
func (o *output) add(e Entity) {
	e.Length = o.units - e.Offset
	if e.Length > 0 {
		o.entities = append(o.entities, e)
	}
}

// result gives the entities in the servers' order: by place, the outer first.
func (o *output) result() (string, []Entity, error) {
	slices.SortStableFunc(o.entities, func(a, b Entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return b.Length - a.Length
	})
	opaque := 0 // where the code ends that was seen last: nothing in it is marked
	o.entities = slices.DeleteFunc(o.entities, func(e Entity) bool {
		inside := e.Offset < opaque
		if !inside && (e.Type == Code || e.Type == Pre) {
			opaque = e.Offset + e.Length
		}
		return inside
	})
	return o.text.String(), o.entities, nil
}

// firstRune gives the first character of s as text.
func firstRune(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}
