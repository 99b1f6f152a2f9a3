package telegram

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// fileIDShape is what all ids of files look like. Which of them there are is not known.
var fileIDShape = regexp.MustCompile(`^[A-Za-z0-9_-]{20,200}$`)

// file is the content of the method that sends files of a kind; its parameter is named as the kind.
func file(kind bot.EventKind) content {
	return func(p params) (Message, simulate.Shown, error) {
		source := strings.TrimSpace(p[string(kind)])
		if err := checkSource(kind, source); err != nil {
			return Message{}, simulate.Shown{}, err
		}
		caption, entities, err := written(p, "caption", "caption_entities")
		if err != nil {
			return Message{}, simulate.Shown{}, err
		}
		if utf8.RuneCountInString(caption) > maxCaptionRunes {
			return Message{}, simulate.Shown{}, badRequest("message caption is too long")
		}
		m := Message{Caption: caption, CaptionEntities: entities}
		m.attach(kind, source)
		shown := simulate.Shown{Text: caption, Media: &bot.Media{Kind: kind, Source: source}}
		if caption != "" {
			shown.Format = format(p)
		}
		return m, shown, nil
	}
}

// checkSource takes an id of a file, or an address from which the real servers would fetch one.
func checkSource(kind bot.EventKind, source string) error {
	if source == "" {
		return badRequest("there is no %s in the request", kind)
	}
	if fileIDShape.MatchString(source) {
		return nil
	}
	u, err := url.Parse(source)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return badRequest("wrong file identifier/HTTP URL specified")
	}
	return nil
}

// attach puts the file into the message, with ids that are the same for the same source.
func (m *Message) attach(kind bot.EventKind, source string) {
	sum := sha256.Sum256([]byte(source))
	f := File{ID: base64.RawURLEncoding.EncodeToString(sum[:]), UniqueID: base64.RawURLEncoding.EncodeToString(sum[:10])}
	if fileIDShape.MatchString(source) {
		f.ID = source
	}
	switch kind {
	case bot.Photo:
		f.Width, f.Height = 90, 90
		m.Photo = []File{f}
	case bot.Audio:
		f.Duration = 1
		m.Audio = &f
	case bot.Video:
		f.Width, f.Height, f.Duration = 90, 90, 1
		m.Video = &f
	case bot.Document:
		m.Document = &f
	}
}

// location is the content of sendLocation.
func location(p params) (Message, simulate.Shown, error) {
	at, err := place(p)
	if err != nil {
		return Message{}, simulate.Shown{}, err
	}
	return Message{Location: at}, simulate.Shown{Location: &bot.Location{Latitude: at.Latitude, Longitude: at.Longitude}}, nil
}

// venueOf is the content of sendVenue.
func venueOf(p params) (Message, simulate.Shown, error) {
	m, shown, err := location(p)
	switch {
	case err != nil:
		return m, shown, err
	case strings.TrimSpace(p["title"]) == "":
		return m, shown, badRequest("title is empty")
	case strings.TrimSpace(p["address"]) == "":
		return m, shown, badRequest("address is empty")
	}
	m.Venue = &Venue{Location: *m.Location, Title: p["title"], Address: p["address"]}
	shown.Location.Title = p["title"]
	return m, shown, nil
}

func place(p params) (*Location, error) {
	latitude, err := degrees(p, "latitude", 90)
	if err != nil {
		return nil, err
	}
	longitude, err := degrees(p, "longitude", 180)
	return &Location{latitude, longitude}, err
}

func degrees(p params, name string, most float64) (json.Number, error) {
	if p[name] == "" {
		return "", badRequest("%s is empty", name)
	}
	value, err := strconv.ParseFloat(p[name], 64)
	if err != nil || !(math.Abs(value) <= most) { // not a number is no place either
		return "", badRequest("wrong location specified")
	}
	return json.Number(strconv.FormatFloat(value, 'f', -1, 64)), nil
}
