package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hookline/shared/bot"
)

// printTurn prints one block: when and where, what was said, why each handler fired or lost, what was answered.
func printTurn(w io.Writer, t bot.Turn) {
	fmt.Fprintf(w, "%s  %s", t.Time.Local().Format(time.DateTime), t.Channel)
	if t.Event.Chat != nil {
		fmt.Fprintf(w, "  chat %s", t.Event.Chat.ID)
	}
	fmt.Fprintf(w, "  %s\n", said(t.Event))
	printHandlers(w, t.Handlers)
	for _, made := range t.Requests {
		printRequest(w, made)
	}
	for _, r := range t.Replies {
		printReply(w, r)
	}
	if t.State.Before != t.State.After {
		printRow(w, "state", state(t.State.Before)+" → "+state(t.State.After))
	} else {
		printRow(w, "state", state(t.State.After))
	}
	outcome := string(t.Outcome)
	if t.Tries > 0 {
		outcome += " after " + counted(t.Tries, "try", "tries")
	}
	printRow(w, "outcome", outcome+timings(t.MS))
	if t.Error != "" {
		printRow(w, "error", t.Error)
	}
	for _, note := range t.Notes {
		printRow(w, "note", note)
	}
	printRow(w, "turn", t.ID)
	fmt.Fprintln(w)
}

// maxBody is how many characters are printed of what was sent and answered.
const maxBody = 200

func printRequest(w io.Writer, made bot.Exchange) {
	answered := made.Error
	if made.Status != 0 {
		answered = strings.TrimSpace(fmt.Sprint(made.Status, " ", shorten(made.Answer)))
	}
	printRow(w, "request", strings.TrimSpace(made.Method+" "+made.URL+" "+shorten(made.Body)))
	printRow(w, "answer", answered)
}

func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxBody {
		return string(runes[:maxBody]) + "…"
	}
	return text
}

func printRow(w io.Writer, name, text string) { fmt.Fprintf(w, "  %-8s %s\n", name, text) }

func state(name string) string { return cmp.Or(name, "none") }

// said is an event in one line: who did what.
func said(e bot.Event) string {
	who := "somebody"
	if e.From != nil {
		who = cmp.Or(e.From.FirstName, e.From.Name, e.From.Username, e.From.ID, who)
	}
	what := fmt.Sprintf("%s %q", e.Kind, e.Utterance())
	switch {
	case e.Kind == bot.Text || e.Kind == bot.Command:
		what = fmt.Sprintf("%q", e.Text)
	case e.Utterance() == "":
		what = string(e.Kind)
		if e.Type != "" {
			what += " (" + e.Type + ")"
		}
	}
	return who + ": " + what
}

// maxHandlers is how many handlers are printed of a bot that may have thousands.
const maxHandlers = 20

// why explains the verdicts on handlers that were tried.
var why = map[string]string{
	bot.VerdictDisabled: "lost: it is disabled",
	bot.VerdictKind:     "lost: not for this kind of event",
	bot.VerdictState:    "lost: not in this state",
	bot.VerdictPattern:  "lost: its pattern is not found",
	bot.VerdictFired:    "fired",
}

func printHandlers(w io.Writer, handlers []bot.Verdict) {
	var tried []bot.Verdict
	var others []string
	hidden := 0
	for _, v := range handlers {
		switch {
		case v.Verdict == bot.VerdictNotTried:
			others = append(others, v.Name)
		case v.Verdict == bot.VerdictFired || len(tried) < maxHandlers:
			tried = append(tried, v)
		default:
			hidden++
		}
	}
	width := 0
	for _, v := range tried {
		width = max(width, utf8.RuneCountInString(v.Name))
	}
	for _, v := range tried {
		mark := " "
		if v.Verdict == bot.VerdictFired {
			mark = ">"
		}
		fmt.Fprintf(w, "  %s %-*s  %s%s\n", mark, width, v.Name, cmp.Or(why[v.Verdict], v.Verdict), captured(v.Captures))
	}
	if hidden > 0 {
		fmt.Fprintf(w, "    and %d more that lost; -o json shows all\n", hidden)
	}
	if len(others) > 0 {
		fmt.Fprintf(w, "    not tried: %s\n", listed(others))
	}
}

// listed names the first few of many.
func listed(names []string) string {
	if len(names) <= maxHandlers {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more; -o json shows all", strings.Join(names[:maxHandlers], ", "), len(names)-maxHandlers)
}

func captured(captures map[string]*string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(captures)) {
		if value := captures[name]; value != nil {
			parts = append(parts, fmt.Sprintf("%s = %q", name, *value))
		}
	}
	if parts == nil {
		return ""
	}
	return " with " + strings.Join(parts, ", ")
}

func printReply(w io.Writer, r bot.TurnReply) {
	name := "reply"
	if !r.Sent {
		name = "unsent"
	}
	for _, part := range r.Parts {
		text := fmt.Sprintf("%q", part.Text)
		for _, row := range part.Keyboard {
			for _, button := range row {
				text += " [" + button.Text + "]"
			}
		}
		printRow(w, name, text)
	}
}

// timings shows how long the steps of a turn took.
func timings(ms map[string]float64) string {
	var parts []string
	for _, step := range slices.Sorted(maps.Keys(ms)) {
		took := time.Duration(ms[step] * float64(time.Millisecond)).Round(10 * time.Microsecond)
		parts = append(parts, step+" "+took.String())
	}
	if parts == nil {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
