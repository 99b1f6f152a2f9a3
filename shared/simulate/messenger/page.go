package messenger

import (
	"container/list"
	"time"

	"hookline/shared/simulate"
)

// app is who pages are subscribed to. Messenger.mu guards it.
type app struct {
	id, secret string
	callback   string // "" if there is none
	fields     []string
}

// app gives an app by id, nil if there are too many. m.mu is held.
func (m *Messenger) app(id string) *app {
	if a, ok := m.apps[id]; ok {
		return a
	}
	if len(m.apps) >= m.MaxPages {
		return nil
	}
	a := &app{id: id, secret: defaultSecret(id)}
	m.apps[id] = a
	return a
}

// secretOf gives an app's secret, whether it was ever seen or not. m.mu is held.
func (m *Messenger) secretOf(appID string) string {
	if a, ok := m.apps[appID]; ok {
		return a.secret
	}
	return defaultSecret(appID)
}

// page is a bot, as its users see it. Messenger.mu guards it.
type page struct {
	net        *Messenger
	id         string
	app        *app            // whose token called last
	subscribed []*subscription // apps
	profile    profile
	files      map[string]bool          // by attachment_id
	people     map[string]*list.Element // of *thread, by id
	recent     *list.List               // of *thread, the one used last in front
}

// subscription is an app that is told of what happens on a page.
type subscription struct {
	app    *app
	fields []string
}

// page gives a page by id, nil if there are too many. m.mu is held.
func (m *Messenger) page(id string) *page {
	if p, ok := m.pages[id]; ok {
		return p
	}
	if len(m.pages) >= m.MaxPages {
		return nil
	}
	p := &page{net: m, id: id, files: map[string]bool{}, people: map[string]*list.Element{}, recent: list.New()}
	m.pages[id] = p
	return p
}

// thread is what a person and a page have said to one another.
type thread struct {
	user    simulate.User
	blocked bool
	acted   time.Time   // when the person last did something; a zero one never has
	quick   simulate.ID // message whose quick replies are on the person's screen
	screen  simulate.Screen
}

// thread gives a person's, nil if the person has never been here. m.mu is held.
func (p *page) thread(person string) *thread {
	element, ok := p.people[person]
	if !ok {
		return nil
	}
	p.recent.MoveToFront(element)
	return element.Value.(*thread)
}

// open gives a person's thread, and makes it if there is none. m.mu is held.
func (p *page) open(u simulate.User) *thread {
	person := string(u.ID)
	if t := p.thread(person); t != nil {
		return t
	}
	t := &thread{user: u}
	p.people[person] = p.recent.PushFront(t)
	if p.recent.Len() > p.net.MaxChats {
		oldest := p.recent.Remove(p.recent.Back()).(*thread)
		delete(p.people, string(oldest.user.ID))
	}
	return t
}
