package markup

import "strings"

// A quotation of MarkdownV2 is lines that begin with >. "**>" begins another right behind one, and a last line that ends
// with "||" makes it one that is shown folded.

// beginQuote reads the mark of a quotation, at the beginning of a line.
func (r *v2Reader) beginQuote() {
	for _, m := range []string{">", "**>"} {
		if strings.HasPrefix(r.in[r.at:], m) {
			r.open = append(r.open, opened{mark: quoteMark, at: r.at, offset: r.out.units, begin: r.out.text.Len()})
			r.at += len(m)
			r.quoted = true
			return
		}
	}
}

// newLine ends a quotation, unless the next line belongs to it.
func (r *v2Reader) newLine() error {
	rest := r.in[r.at+1:]
	if r.quoted {
		if strings.HasPrefix(rest, ">") {
			r.take("\n", len("\n>"))
			return nil
		}
		if r.top().kind != Blockquote {
			return r.top().unended()
		}
		r.close(Entity{Type: Blockquote})
	}
	r.take("\n", len("\n"))
	r.beginQuote()
	return nil
}

func (r *v2Reader) endsLongQuote() bool {
	rest, ok := strings.CutPrefix(r.in[r.at:], "||")
	top := r.top()
	return ok && top != nil && top.kind == Blockquote && (rest == "" || rest[0] == '\n')
}
