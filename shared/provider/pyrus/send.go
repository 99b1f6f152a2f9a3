package pyrus

import (
	"context"
	"encoding/json"
	"html"
	"net/url"
	"path"
	"strconv"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/provider"
)

// Send adds a comment to the task for each part, each within provider.CallTimeout.
func (p *Pyrus) Send(ctx context.Context, ch bot.Channel, r bot.Reply) (provider.Receipt, error) {
	receipt := provider.Receipt{Sent: r.Sent}
	path, err := taskPath(r.Chat)
	if err != nil {
		return receipt, err
	}
	for _, part := range r.Parts[min(r.Sent, len(r.Parts)):] {
		comment, err := newComment(part)
		if err != nil {
			return receipt, err
		}
		var answer json.RawMessage
		if err := p.invoke(ctx, ch, provider.Call{Address: path + "/comments", Body: comment}, &answer); err != nil {
			return receipt, err
		}
		receipt.Sent++
		receipt.MessageIDs = append(receipt.MessageIDs, newestOf(answer))
	}
	return receipt, nil
}

// newestOf gives the id of the newest comment of a task that the API answered with, "" if it tells none. An answer of
// another shape is no failure: the comment is there.
func newestOf(answer json.RawMessage) string {
	var got struct {
		Task struct {
			Comments []struct {
				ID int64 `json:"id"`
			} `json:"comments"`
		} `json:"task"`
	}
	_ = json.Unmarshal(answer, &got)
	newest := int64(0)
	for _, comment := range got.Task.Comments {
		newest = max(newest, comment.ID)
	}
	return formatID(newest)
}

func taskPath(chat string) (string, error) {
	id, err := strconv.ParseInt(chat, 10, 64)
	if err != nil || id <= 0 {
		return "", bot.Errorf(bot.Invalid, "chat is not the id of a task")
	}
	return "/tasks/" + formatID(id), nil
}

// newComment makes the body of https://pyrus.com/en/help/api/tasks#add-comment. It has text or formatted_text, never both:
// Pyrus refuses that.
func newComment(p bot.Part) (map[string]any, error) {
	comment, err := commentFields(p.Options)
	if err != nil {
		return nil, err
	}
	text, field, lineEnd := p.Text, "text", "\n"
	choices := choicesOf(p.Keyboard)
	if p.Format == bot.FormatHTML {
		field, lineEnd = "formatted_text", "<br>"
		for i := range choices {
			choices[i] = html.EscapeString(choices[i])
		}
		text = strings.ReplaceAll(text, "\n", lineEnd)
	}
	if len(choices) > 0 {
		text += lineEnd + lineEnd + strings.Join(choices, lineEnd)
	}
	if strings.TrimSpace(text) != "" {
		comment[field] = text
	}
	if p.Media != nil {
		comment["attachments"] = []any{attached(p.Media)}
	}
	return comment, nil
}

// choicesOf gives a line for each button.
func choicesOf(rows [][]bot.Button) []string {
	var lines []string
	for _, row := range rows {
		for _, b := range row {
			line := "• " + b.Text
			switch {
			case b.URL != "":
				line += ": " + b.URL
			case b.Payload != b.Text:
				line += " (" + b.Payload + ")"
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// attached gives a file as a comment has it: by address, by the id of an attachment, or by the guid of an upload.
func attached(m *bot.Media) map[string]any {
	if id, err := strconv.ParseInt(m.Source, 10, 64); err == nil {
		return map[string]any{"attachment_id": id}
	}
	u, err := url.Parse(m.Source)
	if err != nil || u.Host == "" {
		return map[string]any{"guid": m.Source}
	}
	name := path.Base(u.Path)
	if name == "." || name == "/" {
		name = string(m.Kind)
	}
	return map[string]any{"url": m.Source, "name": name}
}
