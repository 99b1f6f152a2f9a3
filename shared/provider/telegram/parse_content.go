package telegram

import (
	"cmp"
	"slices"

	"hookline/shared/bot"
)

// fill puts a message's content into the event and gives its kind, "" if it has none, and Telegram's name of it. The
// order matters: animation comes with document, live_photo with photo, venue with location.
func (m *message) fill(e *bot.Event) (kind bot.EventKind, contentName string) {
	if kind, contentName = m.media(e); kind != "" {
		return kind, contentName
	}
	switch {
	case m.Contact != nil:
		e.Contact = &bot.Contact{
			Name:  fullName(m.Contact.FirstName, m.Contact.LastName),
			Phone: m.Contact.PhoneNumber, UserID: formatID(m.Contact.UserID),
		}
		return bot.Card, "contact"
	case m.Venue != nil:
		e.Location = locationOf(m.Venue.Location, m.Venue.Title)
		return bot.Located, "venue"
	case m.Location != nil:
		e.Location = locationOf(*m.Location, "")
		return bot.Located, "location"
	case m.Poll != nil:
		e.Text = m.Poll.Question
		return bot.Poll, "poll"
	case m.Paid != nil:
		e.Payload = m.Paid.Payload
		return bot.Payment, "successful_payment"
	case m.WebAppData != nil:
		e.Form = &bot.Form{ID: m.WebAppData.ButtonText, Values: map[string]string{"data": m.WebAppData.Data}}
		return bot.Filled, "web_app_data"
	}
	return m.service(e)
}

// service reads the service messages that have fields of their own. Both chats of a migration tell of it.
func (m *message) service(e *bot.Event) (kind bot.EventKind, contentName string) {
	switch {
	case len(m.NewMembers) > 0:
		for _, u := range m.NewMembers {
			e.Members = append(e.Members, *personOf(&u))
		}
		return bot.Join, "new_chat_members"
	case m.LeftMember != nil:
		e.Members = []bot.Person{*personOf(m.LeftMember)}
		return bot.Leave, "left_chat_member"
	case m.MigrateTo != 0:
		e.Moved = m.moved()
		return bot.Room, "migrate_to_chat_id"
	case m.MigratedFrom != 0:
		e.Moved = m.moved()
		return bot.Room, "migrate_from_chat_id"
	}
	return "", ""
}

// moved tells both ids of a chat: each of the two messages names the other one.
func (m *message) moved() *bot.Move {
	if m.Chat == nil || m.Chat.ID == 0 {
		return nil
	}
	return &bot.Move{From: formatID(cmp.Or(m.MigratedFrom, m.Chat.ID)), To: formatID(cmp.Or(m.MigrateTo, m.Chat.ID))}
}

func locationOf(at place, title string) *bot.Location {
	if at.Latitude == "" || at.Longitude == "" {
		return nil // empty numbers are encoded as 0, which is a place
	}
	return &bot.Location{Latitude: at.Latitude, Longitude: at.Longitude, Title: title}
}

func (m *message) media(e *bot.Event) (kind bot.EventKind, contentName string) {
	photo := largest(m.Photo)
	for _, row := range []struct {
		kind bot.EventKind
		name string
		file *file
	}{
		{bot.Animation, "animation", m.Animation},
		{bot.Photo, "live_photo", m.LivePhoto},
		{bot.Photo, "photo", photo},
		{bot.Voice, "voice", m.Voice},
		{bot.Audio, "audio", m.Audio},
		{bot.Video, "video", m.Video},
		{bot.Video, "video_note", m.VideoNote},
		{bot.Sticker, "sticker", m.Sticker},
		{bot.Document, "document", m.Document},
	} {
		if row.file == nil {
			continue
		}
		e.Attachments = append(e.Attachments, attachmentOf(row.name, row.file))
		if row.name == "live_photo" && photo != nil {
			e.Attachments = append(e.Attachments, attachmentOf("photo", photo))
		}
		return row.kind, row.name
	}
	return "", ""
}

// attachmentOf gives no address: Telegram's links to files hold the bot's token.
func attachmentOf(kind string, f *file) bot.Attachment {
	return bot.Attachment{Type: kind, ID: f.FileID, MIME: f.MIMEType, Size: f.FileSize, Name: f.FileName}
}

func largest(sizes []file) *file {
	if len(sizes) == 0 {
		return nil
	}
	best := slices.MaxFunc(sizes, func(a, b file) int {
		// Floats: the product of two hostile integers may overflow.
		switch areaA, areaB := float64(a.Width)*float64(a.Height), float64(b.Width)*float64(b.Height); {
		case areaA < areaB:
			return -1
		case areaA > areaB:
			return 1
		}
		return 0
	})
	return &best
}
