package pyrus

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"hookline/shared/simulate"
)

// Person is a user, a bot or a role.
type Person struct {
	ID        int64  `json:"id"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Email     string `json:"email,omitempty"`
	Type      string `json:"type,omitempty"`
}

// object is a task or comment with whatever fields it has. Pyrus never gives empty ones.
type object map[string]any

// task is a task with its comments, in order. Pyrus.mu guards it.
type task struct {
	fields   object
	comments []object
	removed  bool // the bot was taken out of it
	screen   simulate.Screen
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }

func newTask(id int64, author Person, at time.Time) *task {
	return &task{fields: object{"id": id, "create_date": stamp(at), "last_modified_date": stamp(at), "author": author}}
}

// view gives the task as Pyrus does, with its last comments, all of them if last is 0.
func (t *task) view(last int) object {
	shown := maps.Clone(t.fields)
	comments := t.comments
	if last > 0 && len(comments) > last {
		comments = comments[len(comments)-last:]
	}
	if len(comments) > 0 {
		shown["comments"] = comments
	}
	return shown
}

func (t *task) closed() bool { return t.fields["is_closed"] == true }

// add appends a comment and lets it do to the task what it says. A comment opens a closed task, unless skip_auto_reopen.
func (t *task) add(c object, id int64, author Person, at time.Time) object {
	c["id"], c["create_date"], c["author"] = id, stamp(at), author
	t.comments = append(t.comments, c)
	t.fields["last_modified_date"], t.fields["last_note_id"] = stamp(at), id
	switch {
	case c["action"] == "finished":
		t.fields["is_closed"], t.fields["close_date"] = true, stamp(at)
	case c["action"] == "reopened", t.closed() && c["skip_auto_reopen"] != true:
		delete(t.fields, "is_closed")
		delete(t.fields, "close_date")
	}
	if subject, ok := c["subject"].(string); ok {
		t.fields["subject"] = subject
	}
	t.approve(c["approval_choice"], author)
	t.update(objects(c["field_updates"]))
	return c
}

// approve notes what somebody says to the current step. It is ignored if nobody asked them.
func (t *task) approve(choice any, who Person) {
	steps := lists(t.fields["approvals"])
	current, _ := whole(t.fields["current_step"])
	if choice == nil || current < 1 || int(current) > len(steps) {
		return
	}
	for _, approval := range steps[current-1] {
		person, _ := approval["person"].(map[string]any)
		if id, _ := whole(person["id"]); id == who.ID {
			approval["approval_choice"] = choice
		}
	}
}

// update changes fields of the form.
func (t *task) update(updates []map[string]any) {
	for _, update := range updates {
		for _, field := range objects(t.fields["fields"]) {
			if same(field, update) {
				field["value"] = update["value"]
			}
		}
	}
}

// same tells whether an update names the field: by id, code or name.
func same(field, update map[string]any) bool {
	return slices.ContainsFunc([]string{"id", "code", "name"}, func(name string) bool {
		return update[name] != nil && text(update[name]) == text(field[name])
	})
}

// text gives a value as JSON, so that numbers of different types can be compared.
func text(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(encoded)
}

// objects gives the objects of a list.
func objects(value any) []map[string]any {
	items, _ := value.([]any)
	var made []map[string]any
	for _, item := range items {
		if o, ok := item.(map[string]any); ok {
			made = append(made, o)
		}
	}
	return made
}

// lists gives the lists of objects of a list.
func lists(value any) [][]map[string]any {
	items, _ := value.([]any)
	made := make([][]map[string]any, len(items))
	for i, item := range items {
		made[i] = objects(item)
	}
	return made
}

// whole gives a value that is a whole number.
func whole(value any) (int64, bool) {
	switch value := value.(type) {
	case int64:
		return value, true
	case json.Number:
		n, err := value.Int64()
		return n, err == nil
	}
	return 0, false
}
