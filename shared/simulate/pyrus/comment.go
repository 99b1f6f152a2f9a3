package pyrus

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

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
