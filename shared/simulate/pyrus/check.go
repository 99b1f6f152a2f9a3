package pyrus

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The network's limits. That of texts is a guess: only its error is documented.
const (
	textLimit       = 100_000 // characters
	attachmentLimit = 100
	commentLimit    = 10_000
)

var (
	choices = []string{"", "approved", "rejected", "revoked", "acknowledged"}
	actions = []string{"", "finished", "reopened"}
	day     = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)?$`)
	moment  = regexp.MustCompile(`^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)?$`)
)

// check refuses what Pyrus refuses.
func (c *comment) check(t *task) error {
	for _, check := range []func(*task) error{c.checkTexts, c.checkValues, c.checkTimes, c.checkPeople, c.checkFiles, c.checkFields} {
		if err := check(t); err != nil {
			return err
		}
	}
	if len(t.comments) >= commentLimit {
		return badRequest("too_many_comments", "a task has at most %d comments", commentLimit)
	}
	return nil
}

func (c *comment) checkTexts(*task) error {
	switch {
	case c.Text != "" && c.FormattedText != "":
		return refuse(http.StatusForbidden, "both_text_and_formatted_text_specified")
	case utf8.RuneCountInString(c.Text+c.FormattedText) > textLimit:
		return badRequest("max_text_length_exceeded", "a text has at most %d characters", textLimit)
	}
	return nil
}

func (c *comment) checkValues(*task) error {
	switch {
	case !slices.Contains(choices, c.ApprovalChoice):
		return badRequest("invalid_json", "approval_choice %q is none", c.ApprovalChoice)
	case !slices.Contains(actions, c.Action):
		return badRequest("invalid_json", "action %q is none", c.Action)
	case c.Channel != nil && c.Channel.Type == "":
		return badRequest("required_field_missing", "a channel has a type")
	}
	return nil
}

func (c *comment) checkTimes(*task) error {
	switch {
	case !day.MatchString(c.DueDate), !day.MatchString(c.ScheduledDate):
		return badRequest("invalid_json", "a day is written yyyy-MM-dd")
	case !moment.MatchString(c.Due), !moment.MatchString(c.ScheduledDateTime):
		return badRequest("invalid_json", "a time is written yyyy-MM-ddTHH:mm:ssZ")
	case c.Due != "" && c.DueDate != "":
		return badRequest("invalid_json", "due and due_date exclude each other")
	case c.Duration != nil && c.Due == "":
		return badRequest("required_field_missing", "duration needs due")
	}
	return nil
}

func (c *comment) checkPeople(*task) error {
	people := slices.Concat(c.SubscribersAdded, c.SubscribersRemoved, c.SubscribersRerequested, c.ParticipantsAdded, c.ParticipantsRemoved)
	people = slices.Concat(people, slices.Concat(c.ApprovalsAdded...), slices.Concat(c.ApprovalsRemoved...), slices.Concat(c.ApprovalsRerequested...))
	if c.ReassignTo != nil {
		people = append(people, *c.ReassignTo)
	}
	for _, s := range people {
		if (s.ID > 0) == (s.Email != "") || s.Email != "" && !strings.Contains(s.Email, "@") {
			return badRequest("required_field_missing", "a person is named by id or email")
		}
	}
	return nil
}

func (c *comment) checkFiles(t *task) error {
	if len(c.Attachments) > attachmentLimit {
		return badRequest("too_many_attachments", "a comment has at most %d attachments", attachmentLimit)
	}
	for _, f := range c.Attachments {
		if f.URL != "" && f.Name != "" && f.GUID == "" && f.AttachmentID == 0 && f.RootID == 0 {
			continue
		}
		if f.AttachmentID == 0 || !t.holds(f.AttachmentID) { // nothing can be uploaded here
			return badRequest("unrecognized_attachment_id", "no such file")
		}
	}
	return nil
}

// holds tells whether a file is attached to the task or a comment on it.
func (t *task) holds(id int64) bool {
	for _, o := range append([]object{t.fields}, t.comments...) {
		for _, f := range objects(o["attachments"]) {
			if n, _ := whole(f["id"]); n == id {
				return true
			}
		}
	}
	return false
}

func (c *comment) checkFields(t *task) error {
	for _, u := range c.FieldUpdates {
		named := map[string]any{}
		if u.ID != 0 {
			named["id"] = json.Number(strconv.FormatInt(u.ID, 10))
		}
		if u.Code != "" {
			named["code"] = u.Code
		}
		if u.Name != "" {
			named["name"] = u.Name
		}
		fields := objects(t.fields["fields"])
		i := slices.IndexFunc(fields, func(f map[string]any) bool { return same(f, named) })
		switch {
		case len(named) != 1:
			return badRequest("required_field_missing", "a field is named by id, code or name")
		case i < 0:
			return badRequest("invalid_field_id", "the form has no such field")
		case !fitting(fields[i]["type"], u.Value):
			return badRequest("invalid_field_value", "the value does not fit the field")
		}
	}
	return nil
}

// fitting tells whether a value has the shape of the field's type.
func fitting(kind, value any) bool {
	_, isText := value.(string)
	_, isNumber := value.(json.Number)
	_, isList := value.([]any)
	_, isObject := value.(map[string]any)
	switch kind {
	case "text", "email", "phone", "note", "date", "time", "checkmark", "flag":
		return isText
	case "money", "number":
		return isNumber
	case "multiple_choice", "catalog", "person", "form_link", "title":
		return isObject
	case "table", "file":
		return isList
	}
	return true
}
