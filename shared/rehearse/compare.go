package rehearse

import (
	"encoding/json"
	"strings"

	"hookline/shared/bot"
	"hookline/shared/botfile"
)

// compare says what of a step was not as expected.
func compare(want, got Step, turn bot.Turn) (failures []string) {
	if want.Error == "" && turn.Error != "" {
		failures = append(failures, "the turn failed: "+turn.Error)
	}
	if !strings.Contains(turn.Error, want.Error) {
		failures = append(failures, "the turn was to fail with "+want.Error+diff(want.Error, turn.Error))
	}
	if want.Replies != nil {
		failures = append(failures, differs("replies", *want.Replies, *got.Replies)...)
	}
	if want.State != nil {
		failures = append(failures, differs("state", *want.State, *got.State)...)
	}
	if want.Requests != nil {
		made := []Request{}
		if got.Requests != nil {
			made = *got.Requests
		}
		failures = append(failures, differs("requests", *want.Requests, made)...)
	}
	return failures
}

// differs shows two values as YAML where they are not the same.
func differs(name string, want, got any) []string {
	before, after := shown(name, want), shown(name, got)
	if before == after {
		return nil
	}
	return []string{name + ", - expected, + found:" + diff(before, after)}
}

func shown(name string, value any) string {
	encoded, err := json.Marshal(map[string]any{name: value})
	if err != nil {
		return err.Error()
	}
	text, err := botfile.YAML(encoded)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// diff gives the lines of two texts, those of the one only behind -, those of the other only behind +. It is made for a
// screenful: texts of thousands of lines are shown whole.
func diff(before, after string) string {
	a, b := strings.Split(strings.TrimRight(before, "\n"), "\n"), strings.Split(strings.TrimRight(after, "\n"), "\n")
	common := longest(a, b)
	var out strings.Builder
	line := func(mark, text string) { out.WriteString("\n    " + mark + " " + text) }
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			line(" ", a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			line("-", a[i])
			i++
		default:
			line("+", b[j])
			j++
		}
	}
	return out.String()
}

// maxCompared bounds the table of longest.
const maxCompared = 1000

// longest gives, for each place in two lists, the length of the longest common sequence of what follows.
func longest(a, b []string) [][]int {
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
	}
	if len(a) > maxCompared || len(b) > maxCompared {
		return table
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if table[i][j] = max(table[i+1][j], table[i][j+1]); a[i] == b[j] {
				table[i][j] = table[i+1][j+1] + 1
			}
		}
	}
	return table
}
