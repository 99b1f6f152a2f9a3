package telegram

import (
	"slices"
	"strings"
	"unicode/utf8"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// marked is a text whose markup was read: what is seen, and where tags open and close in it.
type marked struct {
	source  string
	visible string
	marks   []mark
	broken  bool // Telegram would refuse it
	format  bot.Format
}

// tag is one piece of markup: what opens and what closes it.
type tag struct {
	open, close string
	code        bool // nothing inside is markup
	line        bool // stands at the beginning of a line and ends with it
}

type mark struct {
	at   int // byte of visible before which it stands
	tag  *tag
	open bool
}

func parseMarkup(text string, format bot.Format) marked {
	// Invalid bytes are replaced here as encoding/json would, so that visible and source agree.
	text = strings.ToValidUTF8(text, string(utf8.RuneError))
	switch format {
	case bot.FormatHTML:
		return parseHTML(text)
	case bot.FormatMarkdown:
		return parseMarkdown(text)
	}
	return marked{source: text, visible: text}
}

// plain gives the text without its markup. Markdown that cannot be read keeps its signs: which of them were meant for
// markup is not known.
func (m marked) plain() string {
	if m.broken && m.format == bot.FormatMarkdown {
		return unescapeMarkdown(m.source)
	}
	return m.visible
}

// split gives pieces of at most limit visible characters, the first one of at most first, that parse alone; ok is false
// if the markup takes too much room, or cannot be opened again.
func (m marked) split(first, limit int) (pieces []string, ok bool) {
	if len(m.source) <= sourceLimit && provider.CodePoints.Len(m.visible) <= first {
		if strings.TrimSpace(m.visible) == "" {
			return nil, true
		}
		return []string{m.source}, true
	}
	for span := range spans(m.visible, first, limit) {
		piece, ok := m.piece(span)
		if !ok || len(piece) > sourceLimit {
			return nil, false
		}
		pieces = append(pieces, piece)
	}
	return pieces, true
}

// piece writes a stretch of the visible text with its markup.
func (m marked) piece(span provider.Span) (string, bool) {
	w := writer{format: m.format}
	var open stack
	i := 0
	for ; i < len(m.marks) && m.marks[i].at <= span.Start; i++ {
		open.apply(m.marks[i])
	}
	for _, t := range open {
		w.markup(t.open)
	}
	at := span.Start
	for ; i < len(m.marks) && m.marks[i].at < span.End; i++ {
		next := m.marks[i]
		w.text(m.visible[at:next.at], open.code())
		at = next.at
		if open.apply(next); next.open {
			w.markup(next.tag.open)
		} else {
			w.markup(next.tag.close)
		}
	}
	w.text(m.visible[at:span.End], open.code())
	for _, t := range slices.Backward(open) {
		w.markup(t.close)
	}
	return w.String(), !w.ambiguous
}

// stack holds the open tags. A line's tag is always the first: it must be at the beginning of the line.
type stack []*tag

func (s *stack) apply(m mark) {
	switch {
	case !m.open:
		if i := slices.Index(*s, m.tag); i >= 0 {
			*s = slices.Delete(*s, i, i+1)
		}
	case m.tag.line:
		*s = slices.Insert(*s, 0, m.tag)
	default:
		*s = append(*s, m.tag)
	}
}

func (s stack) code() bool {
	return slices.ContainsFunc(s, func(t *tag) bool { return t.code })
}

func (s stack) top() *tag {
	if len(s) == 0 {
		return nil
	}
	return s[len(s)-1]
}

// writer writes marked up text.
type writer struct {
	strings.Builder
	format    bot.Format
	last      string // the markup written last, "" after text
	ambiguous bool
}

func (w *writer) text(s string, code bool) {
	if s == "" {
		return
	}
	w.last = ""
	switch {
	case w.format == bot.FormatHTML:
		htmlEscaper.WriteString(w, s)
	case code:
		codeEscaper.WriteString(w, s)
	default:
		markdownEscaper.WriteString(w, s)
	}
}

// markup writes a sign. Markdown's _ and __ cannot be told apart side by side: where cuts put them so, the text is not
// cut that way.
func (w *writer) markup(sign string) {
	if sign == "" {
		return
	}
	if w.format == bot.FormatMarkdown && strings.HasSuffix(w.last, "_") && strings.HasPrefix(sign, "_") {
		w.ambiguous = true
	}
	w.last = sign
	w.WriteString(sign)
}

// reader collects what is seen and the marks while a text is read.
type reader struct {
	visible strings.Builder
	marks   []mark
	open    stack
	broken  bool
}

// deepest is how far tags may stand in one another; it bounds the time that a text can cost.
const deepest = 32

func (r *reader) begin(t *tag) {
	if len(r.open) == deepest {
		r.broken = true
		return
	}
	r.mark(mark{r.visible.Len(), t, true})
}

func (r *reader) end(t *tag) { r.mark(mark{r.visible.Len(), t, false}) }

func (r *reader) mark(m mark) {
	r.marks = append(r.marks, m)
	r.open.apply(m)
}

func (r *reader) marked(source string, format bot.Format) marked {
	return marked{
		source: source, visible: r.visible.String(), marks: r.marks, broken: r.broken || len(r.open) > 0, format: format,
	}
}
