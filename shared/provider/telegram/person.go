package telegram

import (
	"strconv"
	"strings"
	"time"

	"hookline/shared/bot"
)

func formatID(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func personOf(u *user) *bot.Person {
	if u == nil {
		return nil
	}
	return &bot.Person{
		ID: formatID(u.ID), Username: u.Username, FirstName: u.FirstName, LastName: u.LastName,
		Name: fullName(u.FirstName, u.LastName), Language: u.LanguageCode, IsBot: u.IsBot,
	}
}

// senderOf prefers the chat that a message was sent for: its user is then a stand-in, as GroupAnonymousBot is.
func senderOf(u *user, c *chat) *bot.Person {
	if c == nil {
		return personOf(u)
	}
	return &bot.Person{
		ID: formatID(c.ID), Username: c.Username, FirstName: c.FirstName, LastName: c.LastName, Name: titleOf(c),
	}
}

func fullName(first, last string) string { return strings.TrimSpace(first + " " + last) }

func titleOf(c *chat) string {
	if c.Title != "" {
		return c.Title
	}
	return fullName(c.FirstName, c.LastName)
}

var chatTypes = map[string]bot.ChatType{
	"private": bot.Direct, "group": bot.Group, "supergroup": bot.Group, "channel": bot.Broadcast,
}

func chatOf(c *chat) *bot.Chat {
	if c == nil || c.ID == 0 {
		return nil
	}
	return &bot.Chat{ID: formatID(c.ID), Type: chatTypes[c.Type], Title: c.Title}
}

// generalTopic cannot be named when sending: "message thread not found".
const generalTopic = 1

// chatOf gives the message's chat with its topic. Replies have a thread id as well, but only topics can be named.
func (m *message) chatOf() *bot.Chat {
	c := chatOf(m.Chat)
	if c != nil && m.IsTopicMessage && m.ThreadID != generalTopic {
		c.Thread = formatID(m.ThreadID)
	}
	return c
}

const lastSecond = 253402300799 // of the year 9999, beyond which JSON has no times

// timeOf gives no time for 0, as an inaccessible message has it.
func timeOf(unix int64) time.Time {
	if unix <= 0 || unix > lastSecond {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}
