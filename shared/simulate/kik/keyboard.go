package kik

import "encoding/json"

const (
	maxResponses = 20
	maxFriends   = 100
)

// responseShapes are the answers that a keyboard may suggest.
var responseShapes = map[string]shape{
	"text":    {"type": {true, isText}, "body": {true, isText}, "metadata": {false, isMetadata}},
	"picture": {"type": {true, isText}, "picUrl": {true, isText}, "metadata": {false, isMetadata}},
	"friend-picker": {
		"type": {true, isText}, "body": {false, isText}, "min": {false, isWhole(1, maxFriends)}, "max": {false, isWhole(1, maxFriends)},
		"preselected": {false, isList(maxFriends, isUsername)}, "metadata": {false, isMetadata},
	},
}

var (
	keyboardShape = shape{
		"type": {true, isAmong("suggested")}, "to": {false, isUsername}, "hidden": {false, isFlag},
		"responses": {true, isList(maxResponses, typed(responseShapes))},
	}
	// A static keyboard is for all.
	staticShape = shape{"type": keyboardShape["type"], "responses": keyboardShape["responses"]}
)

func isKeyboard(at string, value json.RawMessage) error {
	_, err := keyboardShape.read(at, value)
	return err
}

func isStaticKeyboard(at string, value json.RawMessage) error {
	_, err := staticShape.read(at, value)
	return err
}

// keyboard is one of a message that has been checked.
type keyboard struct {
	To        string     `json:"to"`
	Hidden    bool       `json:"hidden"`
	Responses []response `json:"responses"`
}

type response struct {
	Type        string          `json:"type"`
	Body        string          `json:"body"`
	PicURL      string          `json:"picUrl"`
	Min         int             `json:"min"`
	Preselected []string        `json:"preselected"`
	Metadata    json.RawMessage `json:"metadata"`
}

// label is what a user sees of an answer.
func (r response) label() string {
	switch {
	case r.Body != "":
		return r.Body
	case r.PicURL != "":
		return r.PicURL
	}
	return "Pick friends"
}
