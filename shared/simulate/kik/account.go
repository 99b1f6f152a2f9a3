package kik

import (
	"container/list"
	"encoding/json"
	"slices"
	"sync"

	"hookline/shared/simulate"
)

// account is one bot on the network: its configuration, its chats, and the messages that wait for it.
type account struct {
	net      *Kik
	username string

	mu      sync.Mutex
	key     string
	config  config
	rooms   map[string]*list.Element // of *room
	recent  *list.List               // of *room, the one used last in front
	codes   map[string]json.RawMessage
	pending []json.RawMessage // messages that no call has taken yet
}

func newAccount(k *Kik, username, key string) *account {
	return &account{
		net: k, username: username, key: key, config: newConfig(),
		rooms: map[string]*list.Element{}, recent: list.New(), codes: map[string]json.RawMessage{},
	}
}

func (a *account) secret() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.key
}

// room is a chat that the bot is in: with one person it is direct, with more a group.
type room struct {
	id      string
	people  []simulate.User // in the order in which they came
	blocked map[string]bool // by username
	screen  simulate.Screen
}

func (r *room) person(username string) (simulate.User, bool) {
	i := slices.IndexFunc(r.people, func(u simulate.User) bool { return string(u.ID) == username })
	if i < 0 {
		return simulate.User{}, false
	}
	return r.people[i], true
}

func (r *room) usernames() (names []string) {
	for _, u := range r.people {
		names = append(names, string(u.ID))
	}
	return names
}

func (r *room) chatType() string {
	if len(r.people) > 1 {
		return "private"
	}
	return "direct"
}

// room gives a chat by id, nil if the bot is in none such. a.mu is held.
func (a *account) room(id string) *room {
	element, ok := a.rooms[id]
	if !ok {
		return nil
	}
	a.recent.MoveToFront(element)
	return element.Value.(*room)
}

// open gives a chat, and makes it if there is none. a.mu is held.
func (a *account) open(id string) *room {
	if r := a.room(id); r != nil {
		return r
	}
	r := &room{id: id, blocked: map[string]bool{}}
	a.rooms[id] = a.recent.PushFront(r)
	if a.recent.Len() > a.net.MaxChats {
		oldest := a.recent.Remove(a.recent.Back()).(*room)
		delete(a.rooms, oldest.id)
	}
	return r
}

// direct gives the chat that a person and the bot have for themselves, nil if there is none. a.mu is held.
func (a *account) direct(username string) *room {
	for element := a.recent.Front(); element != nil; element = element.Next() {
		r := element.Value.(*room)
		if _, ok := r.person(username); ok && len(r.people) == 1 {
			return r
		}
	}
	return nil
}
