package telegram

import "hookline/shared/simulate"

// shown gives the buttons of all rows, as users see them.
func (m *ReplyMarkup) shown() []simulate.Button {
	if m == nil {
		return nil
	}
	var buttons []simulate.Button
	for _, row := range m.Inline {
		for _, b := range row {
			buttons = append(buttons, simulate.Button{Text: b.Text, URL: b.URL})
		}
	}
	for _, row := range m.Keyboard {
		for _, b := range row {
			buttons = append(buttons, simulate.Button{Text: b.Text})
		}
	}
	return buttons
}
