package cli_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOutputAsYAML(t *testing.T) {
	s := newServer(t, map[string]answer{"PUT /v1/bots/pizza": {200, `{"bot":"pizza","version":3,"changed":true,
		"channels":[{"name":"telegram","provider":"telegram","id":"yes: <no> \"","address":"","steps":["one\ntwo","- three"]}],"hooks":[],
		"changes":[{"path":"a","what":"changed","before":{"on":[[1,2.50],[]],"7":null},"after":{}}]}`}})
	got := run(t, nil, "", "apply", "-o", "yaml", "--no-connect", "--server", s.URL, file(t, "pizza.yaml", "bot: pizza\n"))
	want := `bots:
  -
    bot: "pizza"
    version: 3
    changed: true
    channels:
      -
        name: "telegram"
        provider: "telegram"
        id: "yes: <no> \""
        address: ""
        steps:
          - "one\ntwo"
          - "- three"
    hooks: []
    changes:
      -
        path: "a"
        what: "changed"
        before:
          "on":
            -
              - 1
              - 2.50
            - []
          "7": null
        after: {}
`
	if diff := cmp.Diff(want, got.stdout); diff != "" || got.code != 0 {
		t.Errorf("apply -o yaml = %d %s (-want +got)\n%s", got.code, got.stderr, diff)
	}
}
