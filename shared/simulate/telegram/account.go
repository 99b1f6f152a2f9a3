package telegram

import (
	"container/list"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"hookline/shared/simulate"
)

// account is one bot on the network: its chats, its webhook, and the updates that wait for it.
type account struct {
	net  *Telegram
	user User

	mu     sync.Mutex
	rooms  map[int64]*list.Element // of *room
	recent *list.List              // of *room, the one used last in front
	// presses are the callback queries that may still be answered.
	presses presses

	hook       *hook // nil: updates wait for getUpdates
	hookError  hookError
	allowed    map[string]bool // nil: all but the optional kinds
	lanes      map[laneKey]*lane
	waiting    int // updates in all lanes
	lastUpdate int64
	arrived    chan struct{} // closed when an update has arrived
	poll       *poll         // the getUpdates that waits, if any
}

// newAccount makes the bot. The id is digits.
func newAccount(t *Telegram, id, username string) *account {
	number, _ := strconv.ParseInt(id, 10, 64)
	return &account{
		net:     t,
		user:    User{ID: number, IsBot: true, FirstName: "Simulated bot " + id, Username: username},
		rooms:   map[int64]*list.Element{},
		recent:  list.New(),
		presses: presses{asked: map[string]press{}},
		lanes:   map[laneKey]*lane{},
		// A network that has been started afresh must not give numbers again that its bots remember.
		lastUpdate: 1 + rand.Int64N(1<<30),
		arrived:    make(chan struct{}),
	}
}

// room is a chat that the bot is in.
type room struct {
	chat   Chat
	lastID int64 // of a message
	// threads are the topics there are.
	threads map[int64]bool
	blocked bool
	movedTo int64
	screen  simulate.Screen
}

// room gives a chat by id, nil if the bot is in none such. a.mu is held.
func (a *account) room(id int64) *room {
	element, ok := a.rooms[id]
	if !ok {
		return nil
	}
	a.recent.MoveToFront(element)
	return element.Value.(*room)
}

// open gives a chat, and makes it if there is none. a.mu is held.
func (a *account) open(chat Chat) *room {
	if r := a.room(chat.ID); r != nil {
		return r
	}
	r := &room{chat: chat, threads: map[int64]bool{}}
	a.rooms[chat.ID] = a.recent.PushFront(r)
	if a.recent.Len() > a.net.MaxChats {
		oldest := a.recent.Remove(a.recent.Back()).(*room)
		delete(a.rooms, oldest.chat.ID)
	}
	return r
}

// message makes the next message of a chat.
func (r *room) message(from User, now time.Time) Message {
	r.lastID++
	return Message{ID: r.lastID, From: &from, Chat: r.chat, Date: now.Unix()}
}
