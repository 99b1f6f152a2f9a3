package pyrus

import (
	"slices"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// option is a setting of response.pyrus: a field of the comment, https://pyrus.com/en/help/api/tasks#add-comment. Those that
// change the task have Once.
type option struct {
	provider.Option
	shape shape // of a Structure
}

var options = slices.Concat(approvalOptions, taskOptions, peopleOptions, timeOptions, deliveryOptions)

var approvalOptions = []option{
	choice("approval_choice", []string{"approved", "rejected", "revoked", "acknowledged"}, "what the bot says to the step it has to approve"),
	structure("approval_steps", listOf(wholeNumber), "the steps that approval_choice is for, a list of numbers"),
	structure("approvals_added", listOf(listOf(onePerson)), "who has to approve too: a list for each step, of people {id} or {email}"),
	structure("approvals_removed", listOf(listOf(onePerson)), "who need not approve any more, as approvals_added"),
	structure("approvals_rerequested", listOf(listOf(onePerson)), "who has to approve once more, as approvals_added"),
}

var taskOptions = []option{
	choice("action", []string{"finished", "reopened"}, "closes the task or opens it again"),
	structure("field_updates", listOf(fieldUpdate), "fields of the form: {id, code or name, and value}; number in place of value "+
		"where a template makes one"),
	structure("added_list_ids", listOf(wholeNumber), "lists that the task is put on"),
	structure("removed_list_ids", listOf(wholeNumber), "lists that it is taken from"),
	{provider.Option{Name: "subject", Type: provider.Text, Once: true, Doc: "the task's new subject"}, nil},
	{provider.Option{Name: "spent_minutes", Type: provider.Number, Once: true, Doc: "minutes that the work took"}, nil},
}

var peopleOptions = []option{
	structure("reassign_to", onePerson, "who becomes responsible for a simple task: {id} or {email}"),
	structure("participants_added", listOf(onePerson), "people {id} or {email} who take part from now on"),
	structure("participants_removed", listOf(onePerson), "those who do not any more"),
	structure("subscribers_added", listOf(onePerson), "people who are told of the task"),
	structure("subscribers_removed", listOf(onePerson), "those who are not any more"),
	structure("subscribers_rerequested", listOf(onePerson), "those who are asked to look once more"),
}

var timeOptions = []option{
	moment("due_date", "when the task is due, a day: 2026-05-31"),
	moment("due", "when it is due, a time: 2026-05-31T12:00:00Z"),
	{provider.Option{Name: "duration", Type: provider.Number, Once: true, Doc: "minutes that it takes, beside due"}, nil},
	flag("cancel_due", true, "the task is not due any more"),
	moment("scheduled_date", "the day until which it is put off"),
	moment("scheduled_datetime_utc", "the time until which it is put off"),
	flag("cancel_schedule", true, "it is not put off any more"),
}

var deliveryOptions = []option{
	{provider.Option{
		Name: "channel", Type: provider.Structure,
		Doc: "sends the comment to the customer too: {type: email, telegram, web … and phone where it needs one}",
	}, outsideChannel},
	flag("skip_notification", false, "nobody is notified of the comment"),
	flag("skip_auto_reopen", false, "the comment does not open a closed task again"),
	flag("skip_satisfaction", false, "the customer is not asked how satisfied they are"),
}

func choice(name string, values []string, doc string) option {
	return option{provider.Option{Name: name, Type: provider.Choice, Values: values, Once: true, Doc: doc}, nil}
}

func structure(name string, s shape, doc string) option {
	return option{provider.Option{Name: name, Type: provider.Structure, Once: true, Doc: doc}, s}
}

func moment(name, doc string) option {
	return option{provider.Option{Name: name, Type: provider.Text, Once: true, Doc: doc}, nil}
}

func flag(name string, once bool, doc string) option {
	return option{provider.Option{Name: name, Once: once, Doc: doc}, nil}
}

func describedOptions() []provider.Option {
	described := make([]provider.Option, len(options))
	for i, o := range options {
		described[i] = o.Option
	}
	return described
}

// acts tells whether options do something where nothing is said.
func acts(set bot.Options) bool {
	return slices.ContainsFunc(options, func(o option) bool { return o.Once && o.isSet(set) })
}

// ofEveryComment gives the options that go with each comment of a text.
func ofEveryComment(set bot.Options) bot.Options {
	var kept bot.Options
	for _, o := range options {
		if o.Once || !o.isSet(set) {
			continue
		}
		if kept == nil {
			kept = bot.Options{}
		}
		kept[o.Name] = set[o.Name]
	}
	return kept
}

// isSet tells whether the option has a value that says something: a template may have made none.
func (o option) isSet(set bot.Options) bool {
	switch value := set[o.Name].(type) {
	case nil:
		return false
	case string:
		return value != ""
	case bool:
		return value
	case []any:
		return len(value) > 0
	}
	return true
}

// commentFields gives the options as fields of a comment.
func commentFields(set bot.Options) (map[string]any, error) {
	made := map[string]any{}
	for _, o := range options {
		if !o.isSet(set) {
			continue
		}
		value := set[o.Name]
		if o.shape != nil {
			var problems []bot.Problem
			if value, problems = o.shape(o.Name, value); len(problems) > 0 {
				return nil, bot.Errorf(bot.Invalid, "response.pyrus."+problems[0].Path+" "+problems[0].Message)
			}
		}
		made[o.Name] = value
	}
	return made, nil
}

// CheckChannel has nothing to add to the description.
func (p *Pyrus) CheckChannel(bot.ChannelSpec) []bot.Problem { return nil }

// exclusive are options of which a comment has one.
var exclusive = [][]string{
	{"due", "due_date", "cancel_due"},
	{"scheduled_date", "scheduled_datetime_utc", "cancel_schedule"},
}

// CheckOptions judges lists and fields, and what does not go together. A text with a template in it is judged when it is sent.
func (p *Pyrus) CheckOptions(set bot.Options) []bot.Problem {
	var problems []bot.Problem
	for _, o := range options {
		if value, ok := set[o.Name]; ok && o.shape != nil {
			_, found := o.shape(o.Name, value)
			problems = append(problems, found...)
		}
	}
	has := func(name string) bool { return option{Option: provider.Option{Name: name}}.isSet(set) }
	for _, names := range exclusive {
		given := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !has(name) })
		if len(given) > 1 {
			problems = append(problems, bot.Problem{Path: given[1], Message: "does not go with " + given[0]})
		}
	}
	if has("duration") && !has("due") {
		problems = append(problems, bot.Problem{Path: "duration", Message: "goes with due only"})
	}
	if has("approval_steps") && !has("approval_choice") {
		problems = append(problems, bot.Problem{Path: "approval_steps", Message: "goes with approval_choice only"})
	}
	return problems
}
