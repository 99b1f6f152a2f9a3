package provider

import (
	"html"
	"strings"

	"hookline/shared/bot"
)

// Plain gives a marked-up text as plain text, for networks that do not take its format. An address of a link follows its
// label: "label (address)".
func Plain(text string, format bot.Format) string {
	switch format {
	case bot.FormatHTML:
		return plainHTML(text)
	case bot.FormatMarkdown:
		return plainMarkdown(text)
	}
	return text
}

// PlaceText gives a place as text, for networks that have no places: "title: latitude, longitude" and a link to a map.
func PlaceText(l bot.Location) string {
	latitude, longitude := l.Latitude.String(), l.Longitude.String()
	text := latitude + ", " + longitude + "\nhttps://www.google.com/maps?q=" + latitude + "," + longitude
	if l.Title == "" {
		return text
	}
	return l.Title + ": " + text
}

// lineTags end a line where they end, or where they stand.
var lineTags = map[string]bool{
	"br": true, "/p": true, "/div": true, "/li": true, "/tr": true, "/blockquote": true, "/pre": true, "/ul": true, "/ol": true,
	"/h1": true, "/h2": true, "/h3": true, "/h4": true,
}

func plainHTML(text string) string {
	var out strings.Builder
	link := ""
	for text != "" {
		start := strings.IndexByte(text, '<')
		if start < 0 {
			break
		}
		end := strings.IndexByte(text[start:], '>')
		if end < 0 {
			break
		}
		out.WriteString(text[:start])
		tag := text[start+1 : start+end]
		text = text[start+end+1:]
		switch name := tagName(tag); {
		case name == "":
			out.WriteString("<" + tag + ">")
		case name == "a":
			link = linkOf(tag)
		case name == "/a" && link != "":
			out.WriteString(" (" + link + ")")
			link = ""
		case lineTags[name]:
			out.WriteString("\n")
		}
	}
	out.WriteString(text)
	return strings.TrimRight(html.UnescapeString(out.String()), "\n")
}

// tagName gives the name of what stands between < and >, in lower case, "" if it is no tag.
func tagName(tag string) string {
	name, _, _ := strings.Cut(strings.TrimSuffix(tag, "/"), " ")
	letters := strings.TrimPrefix(name, "/")
	if letters == "" || strings.IndexFunc(letters[:1], isLetter) < 0 {
		return ""
	}
	return strings.ToLower(name)
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// linkOf gives the address of an opening a.
func linkOf(tag string) string {
	_, value, found := strings.Cut(tag, "href=")
	if !found || value == "" || value[0] != '"' && value[0] != '\'' {
		return ""
	}
	address, _, _ := strings.Cut(value[1:], value[:1])
	return address
}

// plainMarkdown reads Telegram's MarkdownV2, in which every sign that marks nothing is escaped.
func plainMarkdown(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		rest := text[i:]
		switch {
		case rest[0] == '\\' && len(rest) > 1:
			i++
			out.WriteByte(text[i])
		case strings.HasPrefix(rest, "](") && strings.IndexByte(rest, ')') > 0:
			end := strings.IndexByte(rest, ')')
			out.WriteString(" (" + rest[len("]("):end] + ")")
			i += end
		case strings.HasPrefix(rest, "||"):
			i++
		case strings.IndexByte("*_~`[]", rest[0]) < 0:
			out.WriteByte(rest[0])
		}
	}
	return out.String()
}
