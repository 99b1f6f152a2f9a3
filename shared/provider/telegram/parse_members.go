package telegram

import "hookline/shared/bot"

// ownMembership reads that the bot itself came or went. In a private chat kicked means that the user blocked it.
func (p *parser) ownMembership() []bot.Event {
	e, before, after := p.memberEvent()
	switch {
	case after && !before:
		e.Kind = bot.Join
	case before && !after:
		e.Kind = bot.Leave
	}
	e.Self = true
	return []bot.Event{e}
}

func (p *parser) membership() []bot.Event {
	e, _, _ := p.memberEvent()
	return []bot.Event{e}
}

func (p *parser) memberEvent() (e bot.Event, before, after bool) {
	var u memberUpdate
	p.decode(&u)
	e = bot.Event{
		Kind: bot.Member, Type: p.kind, Time: timeOf(u.Date), Chat: chatOf(u.Chat), From: personOf(u.From),
		Member: &bot.Membership{},
	}
	if u.Old != nil {
		e.Member.Before, before = u.Old.Status, u.Old.present()
	}
	if u.New != nil {
		e.Member.Status, after = u.New.Status, u.New.present()
		if u.New.User != nil {
			e.Members = []bot.Person{*personOf(u.New.User)}
		}
	}
	return e, before, after
}

func (m *member) present() bool {
	switch m.Status {
	case "creator", "administrator", "member":
		return true
	}
	return m.Status == "restricted" && m.IsMember
}

func (p *parser) joinRequest() []bot.Event {
	e := p.query()[0]
	e.Kind, e.Member = bot.Member, &bot.Membership{Status: "requested"}
	return []bot.Event{e}
}

// divide makes the bot's own coming or going an event apart, before that of the others.
func (p *parser) divide(e bot.Event) []bot.Event {
	self, others := e, e
	self.Self, self.Members, others.Members = true, nil, nil
	for _, m := range e.Members {
		if m.ID != "" && m.ID == p.ch.Identity.Account {
			self.Members = append(self.Members, m)
		} else {
			others.Members = append(others.Members, m)
		}
	}
	var events []bot.Event
	if len(self.Members) > 0 {
		events = append(events, self)
	}
	if len(others.Members) > 0 {
		events = append(events, others)
	}
	return events
}
