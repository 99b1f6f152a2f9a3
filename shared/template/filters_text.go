package template

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

func urlencoded(e *evaluator, value any, g given) (any, error) {
	pairs, isMany := itemsOf(value)
	if isObject(value) {
		pairs, isMany = e.itemPairs(value), true
	}
	if !isMany {
		return e.quoteURL(e.shown(value)), nil
	}
	e.charge(len(pairs) * elementBytes)
	parts := make([]string, len(pairs))
	for i, pair := range pairs {
		two, _ := itemsOf(pair)
		if len(two) != 2 {
			return nil, wrong(g.line, "urlencode takes a text, a dict, or pairs")
		}
		key, value := e.shown(two[0]), e.shown(two[1])
		e.charge(4 * (len(key) + len(value)))
		parts[i] = url.QueryEscape(key) + "=" + url.QueryEscape(value)
	}
	joined := strings.Join(parts, "&")
	e.charge(len(joined))
	return joined, nil
}

// quoteURL writes a text for the path of an address: slashes stay.
func (e *evaluator) quoteURL(text string) string {
	e.charge(5 * len(text))
	return strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(text))
}

func indented(e *evaluator, s string, g given) (any, error) {
	prefix, isText := textOf(g.or(0, "width", integer(4)))
	if !isText {
		width, err := g.count(0, "width", 4)
		if err != nil {
			return nil, err
		}
		e.charge(max(width, 0))
		prefix = strings.Repeat(" ", max(width, 0))
	}
	e.charge(len(s))
	rows := strings.Split(lineEnds.Replace(s), "\n")
	e.charge(product(len(rows), len(prefix)+2*elementBytes))
	blank := g.flag(2, "blank")
	for i, row := range rows {
		if i == 0 && g.flag(1, "first") || i > 0 && (row != "" || blank) {
			rows[i] = prefix + row
		}
	}
	joined := strings.Join(rows, "\n")
	e.charge(len(joined))
	return joined, nil
}

func truncated(e *evaluator, s string, g given) (any, error) {
	length, err := g.count(0, "length", 255)
	if err != nil {
		return nil, err
	}
	leeway, err := g.count(3, "leeway", 5)
	if err != nil {
		return nil, err
	}
	end := e.shown(g.or(2, "end", "..."))
	endLength := utf8.RuneCountInString(end)
	if length < endLength || leeway < 0 {
		return nil, wrong(g.line, "length must be at least %d", endLength)
	}
	runes := e.runesOf(s)
	if len(runes) <= length+leeway {
		return s, nil
	}
	kept := string(runes[:length-endLength])
	if at := strings.LastIndex(kept, " "); at >= 0 && !g.flag(1, "killwords") {
		kept = kept[:at]
	}
	return kept + end, nil
}

func wordCount(e *evaluator, s string, _ given) (any, error) {
	e.charge(len(s))
	return integer(len(strings.FieldsFunc(s, func(r rune) bool { return r != '_' && !isAlphanumeric(r) }))), nil
}

// withoutTags is Jinja's striptags: comments and tags go, white space becomes single blanks.
func withoutTags(e *evaluator, s string, _ given) (any, error) {
	e.charge(3 * len(s))
	var b strings.Builder
	for s != "" {
		before, tag, found := strings.Cut(s, "<")
		end := ">"
		if strings.HasPrefix(tag, "!--") {
			end = "-->"
		}
		_, after, closed := strings.Cut(tag, end)
		if !found || !closed {
			b.WriteString(s)
			break
		}
		b.WriteString(before)
		s = after
	}
	return entities.Replace(strings.Join(strings.FieldsFunc(b.String(), unicode.IsSpace), " ")), nil
}

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#34;", `"`, "&#39;", "'", "&amp;", "&", "&nbsp;", "\u00a0")

// wrapped is Jinja's wordwrap: lines of the text stay lines.
func wrapped(e *evaluator, s string, g given) (any, error) {
	width, err := g.count(0, "width", 79)
	if err != nil || width < 1 {
		return nil, wrong(g.line, "width must be a number above 0")
	}
	w := wrapper{evaluator: e, width: width, breakLong: true, hyphens: true}
	if long, ok := g.get(1, "break_long_words"); ok {
		w.breakLong = truth(long)
	}
	if hyphens, ok := g.get(3, "break_on_hyphens"); ok {
		w.hyphens = truth(hyphens)
	}
	between := "\n"
	if text, ok := textOf(g.or(2, "wrapstring", nil)); ok {
		between = text
	}
	e.charge(2 * len(s))
	var rows []string
	for _, line := range lines(s) {
		w.row = ""
		for _, piece := range w.pieces(line) {
			w.add(piece)
		}
		w.end()
		rows, w.rows = append(rows, w.rows...), nil
	}
	e.charge(product(len(rows), len(between)) + len(s))
	return strings.Join(rows, between), nil
}

// wrapper fills lines as Python's textwrap does: https://docs.python.org/3/library/textwrap.html.
type wrapper struct {
	*evaluator
	width              int
	breakLong, hyphens bool
	rows               []string
	row                string
}

// pieces cuts a line into words, blanks between them, and words behind hyphens.
func (w *wrapper) pieces(line string) (pieces []string) {
	from := 0
	var before rune
	for at, r := range line {
		boundary := at > 0 && isSpace(r) != isSpace(before)
		hyphen := w.hyphens && before == '-' && unicode.IsLetter(r) && at-from > 1
		if boundary || hyphen {
			w.charge(2 * elementBytes)
			pieces = append(pieces, line[from:at])
			from = at
		}
		before = r
	}
	return append(pieces, line[from:])
}

func (w *wrapper) add(piece string) {
	w.charge(len(w.row) + len(piece))
	if utf8.RuneCountInString(w.row)+utf8.RuneCountInString(piece) <= w.width {
		w.row += piece
		return
	}
	for w.breakLong && utf8.RuneCountInString(piece) > w.width {
		w.charge(4 * len(piece))
		room := w.width - utf8.RuneCountInString(w.row)
		runes := []rune(piece)
		w.row, piece = w.row+string(runes[:room]), string(runes[room:])
		w.end()
	}
	if w.row != "" {
		w.end()
	}
	if w.row = piece; isSpace([]rune(piece + " ")[0]) && len(w.rows) > 0 {
		w.row = "" // blanks do not begin a further line
	}
}

func (w *wrapper) end() {
	w.charge(2 * elementBytes)
	w.rows, w.row = append(w.rows, strings.TrimRight(w.row, " ")), ""
}
