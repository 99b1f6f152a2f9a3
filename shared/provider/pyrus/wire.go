package pyrus

import "encoding/json"

// The shapes of calls and tasks, https://pyrus.com/en/help/api/models: only what events have a place for. Pyrus leaves out
// what is empty, so that an id of 0 is none.

type call struct {
	Event    string          `json:"event"`
	TaskID   int64           `json:"task_id"`
	UserID   int64           `json:"user_id"` // the bot's
	Settings json.RawMessage `json:"bot_settings"`
	Task     *task           `json:"task"`
}

type task struct {
	ID           int64        `json:"id"`
	Text         string       `json:"text"`
	Subject      string       `json:"subject"`
	CreateDate   string       `json:"create_date"`
	LastModified string       `json:"last_modified_date"`
	CloseDate    string       `json:"close_date"`
	IsClosed     bool         `json:"is_closed"`
	Author       *person      `json:"author"`
	Responsible  *person      `json:"responsible"`
	ParentTaskID int64        `json:"parent_task_id"`
	LastNoteID   int64        `json:"last_note_id"`
	FormID       int64        `json:"form_id"`
	CurrentStep  int          `json:"current_step"`
	Fields       []field      `json:"fields"`
	Approvals    [][]approval `json:"approvals"` // by step
	Attachments  []attachment `json:"attachments"`
	Comments     []comment    `json:"comments"`
}

type comment struct {
	ID             int64        `json:"id"`
	Text           string       `json:"text"`
	FormattedText  string       `json:"formatted_text"`
	CreateDate     string       `json:"create_date"`
	Author         *person      `json:"author"`
	ReplyNoteID    int64        `json:"reply_note_id"`
	EditID         int64        `json:"edit_comment_id"`
	DeleteID       int64        `json:"delete_comment_id"`
	ApprovalChoice string       `json:"approval_choice"`
	Attachments    []attachment `json:"attachments"`
	FieldUpdates   []field      `json:"field_updates"`
	Action         string       `json:"action"`
	changes
}

// changes are what a comment may do to its task; only that it did is told.
type changes struct {
	ReassignedTo         present `json:"reassigned_to"`
	ChangedStep          present `json:"changed_step"`
	ResetToStep          present `json:"reset_to_step"`
	ApprovalsAdded       present `json:"approvals_added"`
	ApprovalsRemoved     present `json:"approvals_removed"`
	ApprovalsRerequested present `json:"approvals_rerequested"`
	ParticipantsAdded    present `json:"participants_added"`
	ParticipantsRemoved  present `json:"participants_removed"`
	SubscribersAdded     present `json:"subscribers_added"`
	SubscribersRemoved   present `json:"subscribers_removed"`
	SubscribersRequested present `json:"subscribers_rerequested"`
	Due                  present `json:"due"`
	DueDate              present `json:"due_date"`
	Duration             present `json:"duration"`
	CancelDue            present `json:"cancel_due"`
	ScheduledDate        present `json:"scheduled_date"`
	ScheduledDateTime    present `json:"scheduled_datetime_utc"`
	CancelSchedule       present `json:"cancel_schedule"`
	AddedLists           present `json:"added_list_ids"`
	RemovedLists         present `json:"removed_list_ids"`
	Subject              present `json:"subject"`
	RemovedAttachments   present `json:"removed_attachment_ids"`
}

// present tells whether a field is there and not empty.
type present bool

var empty = map[string]bool{"null": true, "false": true, "0": true, `""`: true, "[]": true, "{}": true}

func (p *present) UnmarshalJSON(data []byte) error {
	*p = present(!empty[string(data)])
	return nil
}

type person struct {
	ID        int64  `json:"id"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Email     string `json:"email"`
	Type      string `json:"type"` // user, bot, role
}

type approval struct {
	Person *person `json:"person"`
	Choice string  `json:"approval_choice"`
}

type attachment struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
	URL  string `json:"url"`
}

type field struct {
	ID    int64           `json:"id"`
	Name  string          `json:"name"`
	Code  string          `json:"code"`
	Value json.RawMessage `json:"value"`
}
