package pyrus

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"hookline/shared/simulate"
)

// comment is the body of https://pyrus.com/en/help/api/tasks#add-comment. A field that it does not have is refused, so that
// mistakes show.
type comment struct {
	Text          string `json:"text"`
	FormattedText string `json:"formatted_text"`
	Subject       string `json:"subject"`

	ApprovalChoice string        `json:"approval_choice"`
	ApprovalSteps  []json.Number `json:"approval_steps"`
	Action         string        `json:"action"`
	Attachments    []file        `json:"attachments"`
	FieldUpdates   []update      `json:"field_updates"`
	ReassignTo     *someone      `json:"reassign_to"`

	ApprovalsAdded       [][]someone `json:"approvals_added"`
	ApprovalsRemoved     [][]someone `json:"approvals_removed"`
	ApprovalsRerequested [][]someone `json:"approvals_rerequested"`

	SubscribersAdded       []someone `json:"subscribers_added"`
	SubscribersRemoved     []someone `json:"subscribers_removed"`
	SubscribersRerequested []someone `json:"subscribers_rerequested"`
	ParticipantsAdded      []someone `json:"participants_added"`
	ParticipantsRemoved    []someone `json:"participants_removed"`

	DueDate           string `json:"due_date"`
	Due               string `json:"due"`
	Duration          *int   `json:"duration"`
	CancelDue         bool   `json:"cancel_due"`
	ScheduledDate     string `json:"scheduled_date"`
	ScheduledDateTime string `json:"scheduled_datetime_utc"`
	CancelSchedule    bool   `json:"cancel_schedule"`

	AddedListIDs   []int64 `json:"added_list_ids"`
	RemovedListIDs []int64 `json:"removed_list_ids"`
	SpentMinutes   *int    `json:"spent_minutes"`

	Channel *struct {
		Type  string `json:"type"`
		Phone string `json:"phone"`
	} `json:"channel"`
	SkipSatisfaction bool `json:"skip_satisfaction"`
	SkipNotification bool `json:"skip_notification"`
	SkipAutoReopen   bool `json:"skip_auto_reopen"`
}

type someone struct {
	ID    int64  `json:"id"`
	Email string `json:"email"`
}

type file struct {
	GUID         string `json:"guid"`
	AttachmentID int64  `json:"attachment_id"`
	RootID       int64  `json:"root_id"`
	URL          string `json:"url"`
	Name         string `json:"name"`
}

type update struct {
	ID    int64  `json:"id"`
	Code  string `json:"code"`
	Name  string `json:"name"`
	Value any    `json:"value"`
}

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

// addComment adds a comment of the bot's.
func (p *Pyrus) addComment(a *account, r *http.Request, body []byte) (done, error) {
	t, err := a.task(r)
	if err != nil {
		return done{}, err
	}
	var given comment
	if err := decodeStrictly(body, &given); err != nil {
		return done{}, err
	}
	if err := given.check(t); err != nil {
		return done{}, err
	}
	var said object
	if err := decode(body, &said); err != nil {
		return done{}, err
	}
	if len(said) == 0 {
		return done{}, badRequest("text_missing", "the comment says and does nothing")
	}
	p.note++
	added := t.add(said, p.note, a.person, p.Now())
	told := t.screen.Show(show(added, given), p.MaxMessages)
	if a.profile.OwnComments {
		err = p.notify(a, t, eventOf(said))
	}
	return done{encoded(object{"task": t.view(0)}), told}, err
}

func decodeStrictly(body []byte, into *comment) error {
	if err := decode(body, &object{}); err != nil {
		return err
	}
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return badRequest("invalid_json", "%v", err)
	}
	return nil
}

// show gives a comment as people see it.
func show(added object, given comment) simulate.Sent {
	id, _ := whole(added["id"])
	sent := simulate.Sent{Message: simulate.ID(strconv.FormatInt(id, 10))}
	sent.Shown = seen(given)
	sent.Native = native{Comment: encoded(added), choices: choicesIn(sent.Shown.Text)}
	for _, c := range choicesIn(sent.Shown.Text) {
		sent.Shown.Buttons = append(sent.Shown.Buttons, simulate.Button{Text: c.label, URL: c.url})
	}
	return sent
}
