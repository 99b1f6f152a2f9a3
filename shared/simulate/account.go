package simulate

import (
	"container/list"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"
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
	did     int64 // how much the bot has done here
	sent    []*Sent
	changed chan struct{} // closed when the bot has done something
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
	r := &room{chat: chat, threads: map[int64]bool{}, changed: make(chan struct{})}
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

// note notes what the bot did, for the users to see.
func (r *room) note(s *Sent, most int) {
	r.did++
	s.N = r.did
	if len(r.sent) >= most {
		r.sent = append(r.sent[:0:0], r.sent[len(r.sent)-most/2:]...)
	}
	r.sent = append(r.sent, s)
	close(r.changed)
	r.changed = make(chan struct{})
}

// after gives what the bot did after the n-th.
func (r *room) after(n int64) []Sent {
	first := r.did - int64(len(r.sent))
	from := min(max(0, n-first), int64(len(r.sent)))
	seen := make([]Sent, 0, int64(len(r.sent))-from)
	for _, s := range r.sent[from:] {
		seen = append(seen, *s)
	}
	return seen
}
