package permabots

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"hookline/shared/bot"
)

const app = "permabots."

// parents are the models that bots are made of, and the field that names what a record of each belongs to.
var parents = map[string]string{
	"bot": "", "telegrambot": "", "kikbot": "", "messengerbot": "", "request": "", "response": "",
	"environmentvar": "bot", "handler": "bot", "hook": "bot", "state": "bot",
	"headerparam": "request", "urlparam": "request",
	"kikrecipient": "hook", "messengerrecipient": "hook", "telegramrecipient": "hook",
}

// tables are a dump's records.
type tables struct {
	records  []*record
	byKey    map[place]*record
	children map[place][]*record
	// left counts the records of models that no bot is made of.
	left  map[string]int
	notes []string
}

// place is a record by its model and key; of children, the model is theirs and the key their parent's.
type place struct{ model, key string }

// readTables reads one record after the other: an archive of messages is not kept in memory.
func readTables(dump io.Reader) (*tables, error) {
	t := &tables{byKey: map[place]*record{}, children: map[place][]*record{}, left: map[string]int{}}
	decoder := json.NewDecoder(dump)
	if first, err := decoder.Token(); err != nil || first != json.Delim('[') {
		return nil, bot.Wrap(bot.Invalid, `not a dump: it must be the list that "manage.py dumpdata permabots" writes`, err)
	}
	for n := 1; decoder.More(); n++ {
		if err := t.add(decoder); err != nil {
			return nil, bot.Errorf(bot.Invalid, fmt.Sprintf("object %d of the dump: %v", n, err))
		}
	}
	if _, err := decoder.Token(); err != nil {
		return nil, bot.Wrap(bot.Invalid, "the dump ends too early", err)
	}
	t.sort()
	return t, nil
}

func (t *tables) add(decoder *json.Decoder) error {
	var object struct {
		Model  string                     `json:"model"`
		PK     json.RawMessage            `json:"pk"`
		Fields map[string]json.RawMessage `json:"fields"`
	}
	if err := decoder.Decode(&object); err != nil {
		return err
	}
	model, ours := strings.CutPrefix(object.Model, app)
	if _, known := parents[model]; !ours || !known {
		t.left[object.Model]++
		return nil
	}
	key, ok := scalar(object.PK)
	if !ok {
		return fmt.Errorf("%s has no pk", object.Model)
	}
	r := &record{model: model, key: key, fields: object.Fields, read: map[string]bool{}}
	at := place{model, key}
	if t.byKey[at] != nil {
		t.notes = append(t.notes, fmt.Sprintf("%s %s: is there twice, the first one is taken", object.Model, key))
		return nil
	}
	t.byKey[at] = r
	t.records = append(t.records, r)
	return nil
}

// sort brings the records in the order of their creation: dumps have that of their random keys.
func (t *tables) sort() {
	slices.SortStableFunc(t.records, func(a, b *record) int { return a.created().Compare(b.created()) })
	for _, r := range t.records {
		if parent := parents[r.model]; parent != "" {
			at := place{r.model, r.text(parent)}
			t.children[at] = append(t.children[at], r)
		}
	}
}

// all gives the records of a model.
func (t *tables) all(model string) (list []*record) {
	for _, r := range t.records {
		if r.model == model {
			r.used = true
			list = append(list, r)
		}
	}
	return list
}

// of gives the records of a model that belong to a record.
func (t *tables) of(parent *record, model string) []*record {
	list := t.children[place{model, parent.key}]
	for _, r := range list {
		r.used = true
	}
	return list
}

// find gives the record of a model that has the key, nil if there is none.
func (t *tables) find(model, key string) *record {
	r := t.byKey[place{model, key}]
	if r != nil {
		r.used = true
	}
	return r
}

// leftovers tells of what no bot was made of.
func (t *tables) leftovers() []string {
	notes := t.notes
	unused, told := map[string]int{}, map[string]bool{}
	for _, r := range t.records {
		if !r.used {
			unused[r.model]++
			continue
		}
		for _, complaint := range r.complaints() {
			if !told[complaint] {
				told[complaint] = true
				notes = append(notes, complaint)
			}
		}
	}
	for _, model := range slices.Sorted(maps.Keys(unused)) {
		notes = append(notes, fmt.Sprintf("%s%s: %d left out: no bot of the dump has a use for them", app, model, unused[model]))
	}
	for _, model := range slices.Sorted(maps.Keys(t.left)) {
		notes = append(notes, fmt.Sprintf("%s: %d left out: %s", cmp.Or(model, "objects without a model"), t.left[model], whyLeft(model)))
	}
	return notes
}

// whyLeft says what becomes of the records of a model.
func whyLeft(model string) string {
	name, ours := strings.CutPrefix(model, app)
	switch {
	case !ours:
		return "not of permabots"
	case strings.HasSuffix(name, "chatstate"):
		return "every conversation begins anew, in no state"
	case slices.Contains(archive, name):
		return "the archive of messages, chats and users stays behind"
	}
	return "not known"
}

var archive = []string{
	"kikchat", "kikmessage", "kikuser", "messengermessage",
	"telegramcallbackquery", "telegramchat", "telegrammessage", "telegramupdate", "telegramuser",
}
