package cli_test

import (
	"strings"
	"testing"
	"time"
)

const auditBody = `{"entries":[
	{"id":"e2","time":"2026-03-01T12:00:00Z","by":"deploy","token":"0123","operation":"put-bot","bot":"pizza","omitted":1200,"changes":[
		{"path":"handlers.start.response.text","what":"changed","before":"a","after":"b"},
		{"path":"channels.telegram.token","what":"new value"}]},
	{"id":"e1","time":"2026-03-01T12:00:00Z","by":"admin","operation":"revoke-token","resource":{"token":"0123","name":"old"}}],"next":"e1"}`

func TestAudit(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Local().Format(time.DateTime)
	s := newServer(t, map[string]answer{
		"GET /v1/audit?limit=2":                       {200, auditBody},
		"GET /v1/audit?limit=2&user=4%232":            {200, auditBody},
		"GET /v1/audit?bot=pizza&limit=500":           {200, auditBody},
		"GET /v1/audit?bot=pizza&cursor=e1&limit=500": {200, `{"entries":[]}`},
		"GET /v1/audit?limit=50":                      {200, `{"entries":"none"}`},
		"GET /v1/audit?bot=burger&limit=50":           {200, `{"entries":[],"next":7}`},
	})
	text := at + "  deploy  put-bot pizza\n  - handlers.start.response.text: \"a\"\n  + handlers.start.response.text: \"b\"\n" +
		"  ~ channels.telegram.token: new value\n  and 1,200 more\n" + at + "  admin  revoke-token name=old token=0123\n"
	run(t, nil, "", "audit", "--limit", "2", "--server", s.URL).want(t, 0, text, "")
	run(t, nil, "", "audit", "--user", "4#2", "--limit", "2", "--server", s.URL).want(t, 0, text, "")
	run(t, nil, "", "audit", "pizza", "--limit", "0", "--server", s.URL).want(t, 0, text, "")
	lines := run(t, nil, "", "audit", "--limit", "2", "-o", "json", "--server", s.URL).stdout
	if strings.Count(lines, "\n") != 2 || !strings.HasPrefix(lines, `{"id":"e2","time":"2026-03-01T12:00:00Z","by":"deploy"`) {
		t.Errorf("audit -o json = %s, want an object a line", lines)
	}
	run(t, nil, "", "audit", "--limit=-1", "--server", s.URL).want(t, 2, "", "--limit must not be negative")
	run(t, nil, "", "audit", "--server", s.URL).want(t, 1, "", "does not list entries as a hookline server does")
	run(t, nil, "", "audit", "burger", "--server", s.URL).want(t, 1, "", "does not list entries as a hookline server does")
}
