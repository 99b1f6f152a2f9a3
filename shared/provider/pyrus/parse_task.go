package pyrus

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"hookline/shared/bot"
)

// What is said of a change of a task.
const (
	changeClosed       = "closed"
	changeReopened     = "reopened"
	changeReassigned   = "reassigned"
	changeStep         = "step"
	changeApprovals    = "approvals"
	changeParticipants = "participants"
	changeDue          = "due"
	changeSchedule     = "schedule"
	changeLists        = "lists"
	changeSubject      = "subject"
	changeFiles        = "files"
)

// change says what a comment does to its task, the weightiest first, "" if nothing.
func (n *comment) change() string {
	for _, row := range []struct {
		change string
		is     present
	}{
		{changeClosed, n.Action == "finished"},
		{changeReopened, n.Action == "reopened"},
		{changeReassigned, n.ReassignedTo},
		{changeStep, n.ChangedStep || n.ResetToStep},
		{changeApprovals, n.ApprovalsAdded || n.ApprovalsRemoved || n.ApprovalsRerequested},
		{
			changeParticipants, n.ParticipantsAdded || n.ParticipantsRemoved || n.SubscribersAdded || n.SubscribersRemoved ||
				n.SubscribersRequested,
		},
		{changeDue, n.Due || n.DueDate || n.Duration || n.CancelDue},
		{changeSchedule, n.ScheduledDate || n.ScheduledDateTime || n.CancelSchedule},
		{changeLists, n.AddedLists || n.RemovedLists},
		{changeSubject, n.Subject},
		{changeFiles, n.RemovedAttachments},
	} {
		if row.is {
			return row.change
		}
	}
	return ""
}

func (c *call) publicTask() *bot.Task {
	t := c.Task
	made := &bot.Task{
		ID: formatID(c.TaskID), Subject: t.Subject, Text: t.Text, Closed: t.IsClosed || t.CloseDate != "",
		Parent: formatID(t.ParentTaskID), Form: formatID(t.FormID), Step: max(0, t.CurrentStep),
		Responsible: personOf(t.Responsible), Fields: texts(t.Fields), Settings: settings(c.Settings),
	}
	for i, step := range t.Approvals {
		for _, a := range step {
			made.Approvals = append(made.Approvals, bot.Approval{Step: i + 1, Person: personOf(a.Person), Choice: a.Choice})
		}
	}
	return made
}

// settings gives the bot's settings. Pyrus has them as a text, which often is JSON.
func settings(raw json.RawMessage) json.RawMessage {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil
	}
	text = strings.TrimSpace(text)
	var compact bytes.Buffer
	switch {
	case text == "":
		return nil
	case strings.Contains("{[", text[:1]) && json.Compact(&compact, []byte(text)) == nil:
		return compact.Bytes()
	}
	return raw
}

func personOf(p *person) *bot.Person {
	if p == nil {
		return nil
	}
	return &bot.Person{
		ID: formatID(p.ID), FirstName: p.FirstName, LastName: p.LastName, Name: p.fullName(), Email: p.Email,
		IsBot: p.Type == "bot" || p.Type == "role",
	}
}

func (p *person) fullName() string { return strings.TrimSpace(p.FirstName + " " + p.LastName) }

func attachmentsOf(files []attachment) []bot.Attachment {
	var made []bot.Attachment
	for _, f := range files {
		made = append(made, bot.Attachment{Type: "file", ID: formatID(f.ID), URL: f.URL, Size: f.Size, Name: f.Name})
	}
	return made
}

// formatID gives "" for what is no id.
func formatID(id int64) string {
	if id <= 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func idOr(id, other int64) int64 {
	if id > 0 {
		return id
	}
	return other
}

// firstTime reads the first of the times that is one.
func firstTime(written ...string) time.Time {
	for _, text := range written {
		at, err := time.Parse(time.RFC3339, text)
		if at = at.UTC(); err == nil && at.Year() > 0 && at.Year() <= 9999 { // other years have no JSON
			return at
		}
	}
	return time.Time{}
}
