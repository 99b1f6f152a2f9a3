package messenger

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

var personShape = regexp.MustCompile(`^[0-9]{1,20}$`)

// spot is where a talk is: its person's thread with a page, with the lock held.
type spot struct {
	page   *page
	thread *thread
}

// in runs f in the talk's thread, which is made if there is none, with the lock held.
func (m *Messenger) in(k simulate.Talk, f func(*spot) error) error {
	k.User.ID = cmp.Or(k.User.ID, k.Chat)
	switch {
	case !personShape.MatchString(string(k.User.ID)):
		return bot.Errorf(bot.Invalid, "a person has a number for an id")
	case k.Chat != "" && k.Chat != k.User.ID || k.Thread != "":
		return bot.Errorf(bot.Invalid, "messenger has neither groups nor threads: a chat has the id of its person")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p, err := m.named(k.Bot)
	if err != nil {
		return err
	}
	return f(&spot{p, p.open(k.User)})
}

// act has an event of the person's delivered, and lets the page write for another day.
func (s *spot) act(key string, fields map[string]any) error {
	if s.thread.blocked {
		return bot.Errorf(bot.Invalid, "the person has blocked the page: unblock it first")
	}
	now := s.page.net.Now()
	person := string(s.thread.user.ID)
	whole := map[string]any{"sender": object{"id": person}, "recipient": object{"id": s.page.id}, "timestamp": now.UnixMilli()}
	maps.Copy(whole, fields)
	if err := s.page.push(person, key, whole); err != nil {
		return err
	}
	if key != "read" && key != "delivery" {
		s.thread.acted = now
	}
	if key == "message" || key == "postback" {
		s.thread.quick = ""
	}
	return nil
}

func newID() string { return "m_" + rand.Text() }

// Open makes the talk's chat, so that the bot can write to it, and says nothing.
func (m *Messenger) Open(k simulate.Talk) error {
	return m.in(k, func(s *spot) error {
		s.thread.acted = m.Now()
		return nil
	})
}

// Say sends a text to the bot.
func (m *Messenger) Say(k simulate.Talk, text string) (simulate.ID, error) {
	if text == "" {
		return "", bot.Errorf(bot.Invalid, "nothing was said")
	}
	id := newID()
	return simulate.ID(id), m.in(k, func(s *spot) error {
		return s.act("message", object{"message": object{"mid": id, "text": text}})
	})
}

// Post sends an event of any kind: fields are those of one in messaging, put over what it has anyway; those in standby are
// of one that the app only looks on at. A message gets an id if it has none.
func (m *Messenger) Post(k simulate.Talk, fields map[string]json.RawMessage) (id simulate.ID, err error) {
	key := ""
	whole := object{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		whole[name] = fields[name]
		if !slices.Contains([]string{"sender", "recipient", "timestamp"}, name) {
			key = name
		}
	}
	switch key {
	case "message", "postback":
		whole[key], id = identified(fields[key])
	case standby:
		delete(whole, standby)
		if json.Unmarshal(fields[key], &whole) != nil {
			return "", bot.Errorf(bot.Invalid, "standby has the fields of an event")
		}
	}
	return id, m.in(k, func(s *spot) error { return s.act(key, whole) })
}

// identified gives a message with its id, a new one if it has none. What is no object stays what it is.
func identified(message json.RawMessage) (json.RawMessage, simulate.ID) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(message, &fields) != nil || fields == nil {
		return message, ""
	}
	var id simulate.ID
	if given, ok := fields["mid"]; ok {
		_ = json.Unmarshal(given, &id) // one that is no text is for the bot to judge
		return message, id
	}
	id = simulate.ID(newID())
	fields["mid"] = json.RawMessage(strconv.Quote(string(id)))
	with, err := json.Marshal(fields)
	if err != nil {
		return message, "" // it was decoded before: it cannot be
	}
	return with, id
}

// Start presses the get-started button, with what a link carried, if one was followed.
func (m *Messenger) Start(k simulate.Talk, ref string) (simulate.ID, error) {
	id := newID()
	return simulate.ID(id), m.in(k, func(s *spot) error {
		if s.page.profile.GetStarted == nil {
			return bot.Errorf(bot.Invalid, "the page has no get-started button")
		}
		pressed := object{"mid": id, "title": "Get Started", "payload": s.page.profile.GetStarted.Payload}
		if ref != "" {
			pressed["referral"] = object{"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
		}
		return s.act("postback", object{"postback": pressed})
	})
}

// Menu chooses from the page's persistent menu.
func (m *Messenger) Menu(k simulate.Talk, c simulate.Choice) error {
	return m.in(k, func(s *spot) error {
		for _, menu := range s.page.profile.Menu {
			for i, b := range menu.Actions {
				if c.Place == i+1 || c.Place == 0 && c.Label == b.Title {
					return s.press(action{title: b.Title, payload: b.Payload, opens: b.URL != ""})
				}
			}
		}
		return bot.Errorf(bot.NotFound, "the menu has no such entry")
	})
}

// Press presses a button. Quick replies are gone once something was said, by whomever.
func (m *Messenger) Press(k simulate.Talk, c simulate.Choice) error {
	return m.in(k, func(s *spot) error {
		pressed, index, err := s.thread.screen.Choose(c)
		if err != nil {
			return err
		}
		if index < 0 {
			return s.press(action{title: c.Data, payload: c.Data})
		}
		chosen := pressed.Native.(native).actions[index]
		if chosen.quick && s.thread.quick != pressed.Message {
			return bot.Errorf(bot.NotFound, "these quick replies are gone: something was said since")
		}
		return s.press(chosen)
	})
}

func (s *spot) press(a action) error {
	switch {
	case a.opens:
		return bot.Errorf(bot.Invalid, "the button "+a.title+" sends nothing to the bot")
	case a.quick:
		return s.act("message", object{"message": object{"mid": newID(), "text": a.title, "quick_reply": object{"payload": a.payload}}})
	}
	return s.act("postback", object{"postback": object{"mid": newID(), "title": a.title, "payload": a.payload}})
}

// Block makes the person block the page, which cannot write to the person any more.
func (m *Messenger) Block(k simulate.Talk) error { return m.setBlocked(k, true) }

// Unblock undoes Block.
func (m *Messenger) Unblock(k simulate.Talk) error { return m.setBlocked(k, false) }

func (m *Messenger) setBlocked(k simulate.Talk, blocked bool) error {
	return m.in(k, func(s *spot) error {
		s.thread.blocked = blocked
		return nil
	})
}

// Messages gives what the bot did in a chat after the n-th, oldest first, and waits up to patience for something.
func (m *Messenger) Messages(ctx context.Context, k simulate.Talk, n int64, patience time.Duration) ([]simulate.Sent, error) {
	t, err := m.seen(k)
	if err != nil {
		return nil, err
	}
	return m.Watch(ctx, &t.screen, n, patience), nil
}

func (m *Messenger) seen(k simulate.Talk) (*thread, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, err := m.named(k.Bot)
	if err != nil {
		return nil, err
	}
	if t := p.thread(string(cmp.Or(k.Chat, k.User.ID))); t != nil {
		return t, nil
	}
	return nil, bot.Errorf(bot.NotFound, "nobody of this id has been on the page")
}

// userRoutes are the addresses of the users' side, with what else people can do, and the app's page at Meta.
func (m *Messenger) userRoutes() http.Handler {
	mux := m.Routes(m)
	mux.Handle("POST /chat/{bot}/{chat}/start", simulate.Act(func(k simulate.Talk, d simulate.Doing) (any, error) {
		id, err := m.Start(k, d.Text)
		return map[string]simulate.ID{"message_id": id}, err
	}))
	mux.Handle("POST /chat/{bot}/{chat}/menu", simulate.Act(func(k simulate.Talk, d simulate.Doing) (any, error) {
		return struct{}{}, m.Menu(k, d.Button)
	}))
	mux.HandleFunc("PUT /page/{page}", m.putCallback)
	return mux
}

func (m *Messenger) putCallback(w http.ResponseWriter, r *http.Request) {
	var entered Callback
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, simulate.MaxBody)).Decode(&entered)
	if err != nil {
		err = bot.Wrap(bot.Invalid, "the body is not the JSON that is wanted here", err)
	} else {
		err = m.SetCallback(r.PathValue("page"), entered)
	}
	if err != nil {
		_ = simulate.WriteJSON(w, bot.KindOf(err).HTTPStatus(), map[string]string{"error": bot.PublicMessage(err)})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
