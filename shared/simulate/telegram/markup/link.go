package markup

import (
	"net/url"
	"strings"
)

// ValidLink tells whether the servers take text for an address that can be opened: of the web, with or without its
// scheme, or of Telegram itself.
func ValidLink(text string) bool {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.ContainsAny(text, " \t\n") {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return u.Hostname() == "localhost" || strings.ContainsAny(strings.Trim(u.Hostname(), "."), ".:")
	case "tg", "ton":
		return true
	}
	return false
}

// addLink closes a link. The servers take one that cannot be opened for plain text, and one to a user for a mention.
func (o *output) addLink(offset int, address string) {
	switch {
	case strings.HasPrefix(address, "tg://user?id="):
		o.add(Entity{Type: TextMention, Offset: offset})
	case ValidLink(address):
		o.add(Entity{Type: TextLink, Offset: offset, URL: address})
	}
}
