package markup

import (
	"html"
	"regexp"
	"strings"
)

// tags are the elements that texts may have, and the entity each makes; those that need a look at their attributes make
// "" here.
var tags = map[string]string{
	"b": Bold, "strong": Bold, "i": Italic, "em": Italic, "u": Underline, "ins": Underline,
	"s": Strikethrough, "strike": Strikethrough, "del": Strikethrough, "tg-spoiler": Spoiler,
	"code": Code, "pre": Pre, "span": "", "a": "", "tg-emoji": "", "blockquote": "",
}

// element is a start tag that waits for its end.
type element struct {
	name   string
	attrs  map[string]string
	offset int // UTF-16, of the text
	begin  int // bytes, of the text
}

// htmlReader reads https://core.telegram.org/bots/api#html-style.
type htmlReader struct {
	in   string
	at   int
	out  output
	open []element
}

func parseHTML(text string) (string, []Entity, error) {
	r := htmlReader{in: text}
	for r.at < len(r.in) {
		var err error
		switch rest := r.in[r.at:]; {
		case strings.HasPrefix(rest, "</"):
			err = r.endTag()
		case rest[0] == '<':
			err = r.startTag()
		case rest[0] == '&':
			r.character()
		default:
			r.plain()
		}
		if err != nil {
			return "", nil, err
		}
	}
	if len(r.open) > 0 {
		return "", nil, complain("Can't find end tag corresponding to start tag %q", r.open[len(r.open)-1].name)
	}
	return r.out.result()
}

func (r *htmlReader) plain() {
	end := strings.IndexAny(r.in[r.at:], "<&")
	if end < 0 {
		end = len(r.in) - r.at
	}
	r.out.write(r.in[r.at : r.at+end])
	r.at += end
}

// reference is what the servers decode: four names, and numbers. Every other & stands for itself.
var reference = regexp.MustCompile(`^&(?:lt|gt|amp|quot|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});?`)

func (r *htmlReader) character() {
	found := reference.FindString(r.in[r.at:])
	if found == "" {
		r.out.write("&")
		r.at++
		return
	}
	r.out.write(html.UnescapeString(strings.TrimSuffix(found, ";") + ";"))
	r.at += len(found)
}

func (r *htmlReader) startTag() error {
	begin := r.at
	r.at++
	name := strings.ToLower(r.until(" \t\r\n>"))
	if r.at == len(r.in) {
		return complain("Unclosed start tag at byte offset %d", begin)
	}
	if _, ok := tags[name]; !ok {
		return complain("Unsupported start tag %q at byte offset %d", name, begin)
	}
	attrs := map[string]string{}
	for {
		r.space()
		if r.at == len(r.in) {
			return complain("Unclosed start tag at byte offset %d", begin)
		}
		if r.in[r.at] == '>' {
			r.at++
			break
		}
		if err := r.attribute(name, begin, attrs); err != nil {
			return err
		}
	}
	if name == "span" && attrs["class"] != "tg-spoiler" {
		return complain("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
	}
	r.open = append(r.open, element{name, attrs, r.out.units, r.out.text.Len()})
	return nil
}

func (r *htmlReader) attribute(tag string, begin int, attrs map[string]string) error {
	name := strings.ToLower(r.until(" \t\r\n=>"))
	if name == "" {
		return complain("Empty attribute name in the tag %q at byte offset %d", tag, begin)
	}
	r.space()
	attrs[name] = ""
	if r.at == len(r.in) || r.in[r.at] != '=' {
		return nil
	}
	r.at++
	r.space()
	if r.at == len(r.in) {
		return complain("Unclosed start tag at byte offset %d", begin)
	}
	quote := r.in[r.at]
	if quote != '"' && quote != '\'' {
		attrs[name] = html.UnescapeString(r.until(" \t\r\n>"))
		return nil
	}
	r.at++
	attrs[name] = html.UnescapeString(r.until(string(quote)))
	if r.at == len(r.in) {
		return complain("Unclosed start tag at byte offset %d", begin)
	}
	r.at++
	return nil
}

func (r *htmlReader) endTag() error {
	begin := r.at
	r.at += len("</")
	name := strings.ToLower(r.until(" \t\r\n>"))
	r.space()
	if r.at == len(r.in) || r.in[r.at] != '>' {
		return complain("Unclosed end tag at byte offset %d", begin)
	}
	r.at++
	if len(r.open) == 0 {
		return complain("Unexpected end tag at byte offset %d", begin)
	}
	e := r.open[len(r.open)-1]
	if name != "" && name != e.name {
		return complain("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, e.name, name)
	}
	r.open = r.open[:len(r.open)-1]
	r.close(e)
	return nil
}

// close makes an element's entity.
func (r *htmlReader) close(e element) {
	switch e.name {
	case "span":
		r.out.add(Entity{Type: Spoiler, Offset: e.offset})
	case "a":
		address, ok := e.attrs["href"]
		if !ok {
			address = r.out.text.String()[e.begin:]
		}
		r.out.addLink(e.offset, address)
	case "tg-emoji":
		r.out.add(Entity{Type: CustomEmoji, Offset: e.offset, CustomEmoji: e.attrs["emoji-id"]})
	case "blockquote":
		kind := Blockquote
		if _, ok := e.attrs["expandable"]; ok {
			kind = LongQuote
		}
		r.out.add(Entity{Type: kind, Offset: e.offset})
	case "code":
		language, ok := strings.CutPrefix(e.attrs["class"], "language-")
		if ok && len(r.open) > 0 && r.open[len(r.open)-1].name == "pre" {
			r.open[len(r.open)-1].attrs["language"] = language
			return
		}
		r.out.add(Entity{Type: Code, Offset: e.offset})
	default:
		r.out.add(Entity{Type: tags[e.name], Offset: e.offset, Language: e.attrs["language"]})
	}
}

// until gives what stands before the next of the ends, or before the end of the text.
func (r *htmlReader) until(ends string) string {
	n := strings.IndexAny(r.in[r.at:], ends)
	if n < 0 {
		n = len(r.in) - r.at
	}
	found := r.in[r.at : r.at+n]
	r.at += n
	return found
}

func (r *htmlReader) space() {
	r.at = len(r.in) - len(strings.TrimLeft(r.in[r.at:], " \t\r\n"))
}
