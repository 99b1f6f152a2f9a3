package pyrus

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hookline/shared/bot"
	"hookline/shared/simulate"
)

// spot is where a talk is: a person in a task, with the lock held.
type spot struct {
	net     *Pyrus
	account *account
	task    *task
	person  Person
}

func id(of simulate.ID) (int64, error) {
	n, err := strconv.ParseInt(string(of), 10, 64)
	if err != nil || n <= 0 {
		return 0, bot.Errorf(bot.Invalid, "tasks and people have whole numbers above 0 for ids")
	}
	return n, nil
}

// in runs f in the talk's task, which is made if there is none.
func (p *Pyrus) in(k simulate.Talk, f func(*spot) error) error {
	user, err := id(k.User.ID)
	if err != nil {
		return err
	}
	chat, err := id(k.Chat)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	a, err := p.named(k.Bot)
	if err != nil {
		return err
	}
	s := &spot{net: p, account: a, task: a.tasks[chat]}
	s.person = Person{ID: user, FirstName: k.User.FirstName, LastName: k.User.LastName, Email: k.User.Email, Type: "user"}
	if user == a.person.ID {
		return bot.Errorf(bot.Invalid, "this is the bot itself")
	}
	if s.task == nil {
		a.makeRoom(p.MaxTasks)
		s.task = newTask(chat, s.person, p.Now())
		a.tasks[chat] = s.task
	}
	return f(s)
}

// makeRoom drops the task that was changed longest ago, if there are too many. p.mu is held.
func (a *account) makeRoom(most int) {
	if len(a.tasks) < most {
		return
	}
	oldest := slices.MinFunc(slices.Collect(maps.Keys(a.tasks)), func(x, y int64) int {
		changed := func(id int64) string { return text(a.tasks[id].fields["last_modified_date"]) }
		return strings.Compare(changed(x), changed(y))
	})
	delete(a.tasks, oldest)
}

// comment adds what the person writes, and calls the bot.
func (s *spot) comment(fields object) (simulate.ID, error) {
	if s.task.removed {
		return "", bot.Errorf(bot.Invalid, "the bot was taken out of this task: put it back first")
	}
	s.net.note++
	added := s.task.add(fields, s.net.note, s.person, s.net.Now())
	return simulate.ID(strconv.FormatInt(s.net.note, 10)), s.net.notify(s.account, s.task, eventOf(added))
}

// Open makes the task, in which the bot takes part from then on, without calling it.
func (p *Pyrus) Open(k simulate.Talk) error {
	return p.in(k, func(*spot) error { return nil })
}

// Say comments on the task.
func (p *Pyrus) Say(k simulate.Talk, said string) (messageID simulate.ID, err error) {
	if said == "" {
		return "", bot.Errorf(bot.Invalid, "nothing was said")
	}
	return p.Post(k, map[string]json.RawMessage{"text": encoded(said)})
}

// Post comments with any fields of a Pyrus comment.
func (p *Pyrus) Post(k simulate.Talk, fields map[string]json.RawMessage) (messageID simulate.ID, err error) {
	said, err := read(fields)
	if err != nil {
		return "", err
	}
	err = p.in(k, func(s *spot) error {
		messageID, err = s.comment(said)
		return err
	})
	return messageID, err
}

// read gives fields with numbers as they are written; empty ones Pyrus does not have.
func read(fields map[string]json.RawMessage) (object, error) {
	var made object
	if err := decode(encoded(fields), &made); err != nil {
		return nil, bot.Errorf(bot.Invalid, "the message is not the JSON that is wanted here")
	}
	maps.DeleteFunc(made, func(_ string, value any) bool { return value == nil })
	if made == nil {
		made = object{}
	}
	return made, nil
}

// postTask makes the task with any fields of a Pyrus task, or gives them to it, and hands it to the bot.
func (p *Pyrus) postTask(k simulate.Talk, d simulate.Doing) (any, error) {
	fields, err := read(d.Message)
	if err != nil {
		return nil, err
	}
	delete(fields, "id")
	delete(fields, "comments")
	return struct{}{}, p.in(k, func(s *spot) error {
		maps.Copy(s.task.fields, fields)
		return p.notify(s.account, s.task, eventComment)
	})
}

// Press answers with one of the choices that the bot listed, or says to an approval what Choice.Data is.
func (p *Pyrus) Press(k simulate.Talk, c simulate.Choice) error {
	return p.in(k, func(s *spot) error {
		if slices.Contains(choices, c.Data) && c.Data != "" {
			_, err := s.comment(object{"approval_choice": c.Data})
			return err
		}
		sent, index, err := s.task.screen.Choose(c)
		if err != nil {
			return err
		}
		answer := c.Data
		if index >= 0 {
			chosen := sent.Native.(native).choices[index]
			if chosen.url != "" {
				return bot.Errorf(bot.Invalid, "the choice is an address to open")
			}
			answer = chosen.answer
		}
		_, err = s.comment(object{"text": answer})
		return err
	})
}

// Block takes the bot out of the task, Unblock puts it back.
func (p *Pyrus) Block(k simulate.Talk) error { return p.setRemoved(k, true) }

// Unblock puts the bot back into the task.
func (p *Pyrus) Unblock(k simulate.Talk) error { return p.setRemoved(k, false) }

func (p *Pyrus) setRemoved(k simulate.Talk, removed bool) error {
	return p.in(k, func(s *spot) error {
		s.task.removed = removed
		return nil
	})
}

// Messages gives the bot's comments on a task.
func (p *Pyrus) Messages(ctx context.Context, k simulate.Talk, n int64, patience time.Duration) ([]simulate.Sent, error) {
	t, err := p.seen(k)
	if err != nil {
		return nil, err
	}
	return p.Watch(ctx, &t.screen, n, patience), nil
}

func (p *Pyrus) seen(k simulate.Talk) (*task, error) {
	chat, err := id(k.Chat)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	a, err := p.named(k.Bot)
	if err != nil {
		return nil, err
	}
	if t := a.tasks[chat]; t != nil {
		return t, nil
	}
	return nil, bot.Errorf(bot.NotFound, "there is no task "+string(k.Chat))
}

// putProfile fills in the bot's page over HTTP.
func (p *Pyrus) putProfile(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	var profile Profile
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, simulate.MaxBody))
	if err == nil {
		err = decode(body.Bytes(), &profile)
	}
	if err == nil {
		err = p.SetProfile(r.PathValue("bot"), profile)
	}
	if err != nil {
		_ = simulate.WriteJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
