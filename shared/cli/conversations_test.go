package cli_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const twoChannels = `{"bots":[{"bot":"pizza","version":1,"channels":[{"name":"telegram","provider":"telegram"},{"name":"second","provider":"telegram"}]}]}`

func conversationJSON(chat, user, state string) string {
	return fmt.Sprintf(`{"channel":"telegram","chat":%q,"user":%q,"state":%q,"version":7}`, chat, user, state)
}

func TestConversations(t *testing.T) {
	const all = "GET /v1/bots/pizza/conversations?"
	first := `{"conversations":[` + conversationJSON("1", "7", "choosing") + `,` + conversationJSON("-5", "7", "") + `],"next":"n"}`
	second := `{"conversations":[` + conversationJSON("1", "7", "choosing") + `,` + conversationJSON("2", "8", "done") + `]}`
	tests := []struct {
		name    string
		args    []string
		answers map[string]answer
		code    int
		out     string
		err     string
	}{
		{"all pages, each once", nil, map[string]answer{all + "limit=100": {200, first}, all + "cursor=n&limit=98": {200, second}}, 0,
			"CHANNEL   CHAT  USER  STATE     SINCE  LAST EVENT\n" +
				"telegram  1     7     choosing  -      -\ntelegram  -5    7     none      -      -\ntelegram  2     8     done      -      -\n", ""},
		{"of a user", []string{"pizza", "--user", "7", "--channel", "second", "-o", "json"},
			map[string]answer{all + "channel=second&limit=100&user=7": {200, second}}, 0,
			conversationJSON("1", "7", "choosing") + "\n" + conversationJSON("2", "8", "done") + "\n", ""},
		{"a few in a chat", []string{"pizza", "--chat=-5", "-n", "2"}, map[string]answer{all + "chat=-5&limit=2": {200, first}}, 0,
			"telegram  -5    7     none", ""},
		{"none", nil, map[string]answer{all + "limit=100": {200, `{"conversations":[]}`}}, 0, "no conversations\n", ""},
		{"none of them", []string{"-n", "0"}, nil, 2, "", "--limit must be at least 1"},
		{"moved chat", nil, map[string]answer{all + "limit=100": {200, `{"conversations":[{"channel":"telegram","chat":"1","user":"7","moved_to":"-100"}]}`}}, 0,
			"(the chat is -100 now)", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answers := map[string]answer{"GET /v1/bots": {200, twoChannels}}
			for call, a := range test.answers {
				answers[call] = a
			}
			s := newServer(t, answers)
			run(t, nil, "", append([]string{"conversations", "--server", s.URL}, test.args...)...).want(t, test.code, test.out, test.err)
		})
	}
}

func TestConversationIsChanged(t *testing.T) {
	const place = "/v1/bots/pizza/channels/telegram/conversations/-5/7"
	tests := []struct {
		name, bots string
		args       []string
		code       int
		out, err   string
		call, body string
	}{
		{"moved", oneBot, []string{"move", "--", "pizza", "-5", "7", "done"}, 0, "the conversation of 7 in -5 on telegram is in state done\n", "",
			"PATCH " + place, `{"state":"done"}`},
		{"reset", twoChannels, []string{"reset", "--channel", "telegram", "--", "pizza", "-5", "7"}, 0, "on telegram is reset\n", "",
			"PATCH " + place, `{"reset":true}`},
		{"reset, as JSON", oneBot, []string{"reset", "-o", "json", "--", "pizza", "-5", "7"}, 0, conversationJSON("-5", "7", "done") + "\n", "",
			"PATCH " + place, `{"reset":true}`},
		{"deleted", oneBot, []string{"delete", "--", "pizza", "-5", "7"}, 0, "on telegram is deleted\n", "", "DELETE " + place, ""},
		{"on one of two channels", twoChannels, []string{"reset", "--", "pizza", "-5", "7"}, 2, "", "which channel? --channel telegram, second", "GET /v1/bots", ""},
		{"unknown", oneBot, []string{"delete", "pizza", "1", "7"}, 1, "", "no such address", "DELETE " + strings.Replace(place, "-5", "1", 1), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, map[string]answer{
				"GET /v1/bots": {200, test.bots}, "PATCH " + place: {200, conversationJSON("-5", "7", "done")}, "DELETE " + place: {204, ""},
			})
			args := append([]string{"--server", s.URL, "conversations"}, test.args...)
			run(t, nil, "", args...).want(t, test.code, test.out, test.err)
			if last := s.calls[len(s.calls)-1]; last != test.call {
				t.Errorf("last call = %s, want %s", last, test.call)
			}
			if diff := cmp.Diff(test.body, s.bodies[test.call]); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}
