package markup

import "strings"

// reserved characters stand for themselves only behind a backslash.
const reserved = "_*[]()~`>#+-=|{}.!"

// mark is what begins and ends an entity of MarkdownV2; name is the servers' word for it in complaints.
type mark struct {
	begin, end string
	name, kind string
}

// marks in the order in which they are looked for: a longer one before its own beginning.
var marks = []mark{
	{"```", "```", "Pre", Pre},
	{"`", "`", "Code", Code},
	{"__", "__", "Underline", Underline},
	{"_", "_", "Italic", Italic},
	{"||", "||", "Spoiler", Spoiler},
	{"*", "*", "Bold", Bold},
	{"~", "~", "Strikethrough", Strikethrough},
	{"![", "]", "CustomEmoji", CustomEmoji},
	{"[", "]", "TextUrl", TextLink},
}

var quoteMark = mark{name: "BlockQuote", kind: Blockquote}

// opened is an entity that waits for its end.
type opened struct {
	mark
	at       int // bytes, of the markup
	offset   int // UTF-16, of the text
	begin    int // bytes, of the text
	language string
}

// v2Reader reads https://core.telegram.org/bots/api#markdownv2-style.
type v2Reader struct {
	in     string
	at     int
	out    output
	open   []opened
	quoted bool // a quotation is open, be it with others in it
}

func parseMarkdownV2(text string) (string, []Entity, error) {
	r := v2Reader{in: text}
	r.beginQuote()
	for r.at < len(r.in) {
		if err := r.step(); err != nil {
			return "", nil, err
		}
	}
	if top := r.top(); top != nil && top.kind == Blockquote {
		r.close(Entity{Type: Blockquote})
	}
	if top := r.top(); top != nil {
		return "", nil, top.unended()
	}
	return r.out.result()
}

// top gives the innermost entity that is open, nil if there is none.
func (r *v2Reader) top() *opened {
	if len(r.open) == 0 {
		return nil
	}
	return &r.open[len(r.open)-1]
}

func (o *opened) unended() error {
	return complain("Can't find end of %s entity at byte offset %d", o.name, o.at)
}

// verbatim tells whether what is read is code, in which only a backtick means something.
func (o *opened) verbatim() bool { return o != nil && (o.kind == Code || o.kind == Pre) }

func (r *v2Reader) step() error {
	rest, top := r.in[r.at:], r.top()
	switch {
	case len(rest) > 1 && rest[0] == '\\' && rest[1] <= 126:
		r.take(rest[1:2], 2)
	case rest[0] == '\n' && !top.verbatim():
		return r.newLine()
	case top != nil && top.end != "" && r.ends(top):
		return r.end(top)
	case top.verbatim() && rest[0] != '`', !strings.Contains(reserved, rest[:1]):
		first := firstRune(rest)
		r.take(first, len(first))
	case r.endsLongQuote():
		r.at += len("||")
		r.close(Entity{Type: LongQuote})
	default:
		return r.begin()
	}
	return nil
}

// take writes text, and goes on behind n bytes.
func (r *v2Reader) take(text string, n int) {
	r.out.write(text)
	r.at += n
}

func (r *v2Reader) ends(top *opened) bool {
	rest := r.in[r.at:]
	// Between two underscores an underline ends, never an italic.
	return strings.HasPrefix(rest, top.end) && (top.kind != Italic || !strings.HasPrefix(rest, "__"))
}

func (r *v2Reader) begin() error {
	rest := r.in[r.at:]
	for _, m := range marks {
		if !strings.HasPrefix(rest, m.begin) || r.top().verbatim() {
			continue
		}
		o := opened{mark: m, at: r.at, offset: r.out.units, begin: r.out.text.Len()}
		r.at += len(m.begin)
		if m.kind == Pre {
			o.language = r.language()
		}
		r.open = append(r.open, o)
		return nil
	}
	return complain("Character '%s' is reserved and must be escaped with the preceding '\\'", rest[:1])
}

// language reads the word behind ``` and one line end.
func (r *v2Reader) language() string {
	code, _, _ := strings.Cut(r.in[r.at:], "`")
	language, rest := codeLanguage(code)
	r.at += len(code) - len(rest)
	return language
}

// end closes the entity whose end mark comes next, with the address of one that has an address.
func (r *v2Reader) end(top *opened) error {
	r.at += len(top.end)
	switch top.kind {
	case TextLink:
		address := r.out.text.String()[top.begin:]
		if r.at < len(r.in) && r.in[r.at] == '(' {
			var err error
			if address, err = r.address("URL"); err != nil {
				return err
			}
		}
		r.out.addLink(top.offset, address)
		r.open = r.open[:len(r.open)-1]
		return nil
	case CustomEmoji:
		if r.at == len(r.in) || r.in[r.at] != '(' {
			return complain("Custom emoji entity must contain a tg://emoji URL")
		}
		address, err := r.address("custom emoji URL")
		if err != nil {
			return err
		}
		id, ok := strings.CutPrefix(address, "tg://emoji?id=")
		if !ok {
			return complain("Custom emoji URL must have scheme tg")
		}
		r.close(Entity{Type: CustomEmoji, CustomEmoji: id})
		return nil
	}
	r.close(Entity{Type: top.kind, Language: top.language})
	return nil
}

// close makes the innermost open entity.
func (r *v2Reader) close(e Entity) {
	e.Offset = r.top().offset
	r.quoted = r.quoted && r.top().kind != Blockquote
	r.open = r.open[:len(r.open)-1]
	r.out.add(e)
}

// address reads (…).
func (r *v2Reader) address(what string) (string, error) {
	r.at++
	begin := r.at
	var address strings.Builder
	for r.at < len(r.in) && r.in[r.at] != ')' {
		if r.in[r.at] == '\\' && r.at+1 < len(r.in) {
			r.at++
		}
		address.WriteByte(r.in[r.at])
		r.at++
	}
	if r.at == len(r.in) {
		return "", complain("Can't find end of a %s at byte offset %d", what, begin)
	}
	r.at++
	return address.String(), nil
}
