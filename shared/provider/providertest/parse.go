package providertest

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hookline/shared/bot"
)

const eventsSuffix = ".events.json"

func (s Suite) parse(t *testing.T) {
	calls, err := fs.Glob(s.Calls, "*"+eventsSuffix)
	if err != nil || len(calls) == 0 {
		t.Fatalf("Glob(*%s) = %q, %v, want some", eventsSuffix, calls, err)
	}
	bodies, _ := fs.Glob(s.Calls, "*.json")
	if len(bodies) != 2*len(calls) {
		t.Errorf("Calls holds %d files, %d of them events: want a body for each", len(bodies), len(calls))
	}
	for _, file := range calls {
		name := strings.TrimSuffix(file, eventsSuffix)
		t.Run(name, func(t *testing.T) {
			s.golden(t, read(t, s.Calls, name+".json"), read(t, s.Calls, file))
		})
	}
}

func (s Suite) golden(t *testing.T, body, events []byte) {
	var want []bot.Event
	decoder := json.NewDecoder(bytes.NewReader(events))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&want); err != nil {
		t.Fatalf("events of the call: %v", err)
	}
	got, err := s.Provider.Parse(s.Channel, body)
	if err != nil {
		t.Fatalf("Parse() = %v, want no error", err)
	}
	s.sane(t, got)
	again, _ := s.Provider.Parse(s.Channel, body)
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("Parse() of the same call again differs (-first +again):\n%s", diff)
	}
	for i := range got {
		got[i].Provider, got[i].Channel, got[i].Raw = "", "", nil
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("Parse() differs (-want +got):\n%s", diff)
	}
}

// sane checks what holds for every event of every network.
func (s Suite) sane(t *testing.T, events []bot.Event) {
	t.Helper()
	seen := map[string]bool{}
	for _, e := range events {
		if e.ID == "" || seen[e.ID] {
			t.Errorf("Parse() gives id %q, want one of its own for each event", e.ID)
		}
		seen[e.ID] = true
		if e.Provider != s.Provider.Describe().Name || e.Channel != s.Channel.ID || e.Kind == "" {
			t.Errorf("Parse(%s) gives provider %q, channel %q, kind %q, want all three", e.Raw, e.Provider, e.Channel, e.Kind)
		}
		if !e.ReceivedAt.IsZero() {
			t.Errorf("Parse() sets ReceivedAt %v, want it left to the caller", e.ReceivedAt)
		}
		if !json.Valid(e.Raw) {
			t.Errorf("Parse() gives raw %q, want JSON", e.Raw)
		}
		if e.Kind == bot.Text && strings.TrimSpace(e.Text) == "" {
			t.Errorf("Parse(%s) gives kind text and text %q, want no text that says nothing", e.Raw, e.Text)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Errorf("Parse() gives an event that cannot be encoded: %v", err)
		}
	}
}

// hostile feeds bodies that are not the network's.
func (s Suite) hostile(t *testing.T) {
	for _, test := range []struct{ name, body string }{
		{"G12 empty", ""},
		{"G12 white space", " \n"},
		{"G12 not JSON", "a=b&c=d"},
		{"G12 cut off", `{"a":`},
		{"G12 two values", `{} {}`},
		{"G12 array", `[]`},
		{"G12 array of objects", `[{}]`},
		{"G12 string", `"text"`},
		{"G12 number", `1`},
		{"G12 null", `null`},
		{"G12 empty object", `{}`},
		{"G14 deep arrays", strings.Repeat("[", 1<<20)},
		{"G14 deep objects", strings.Repeat(`{"a":`, 1<<18) + "1" + strings.Repeat("}", 1<<18)},
		{"G14 huge number", "1" + strings.Repeat("0", 1<<16)},
		{"G14 not UTF-8", "{\"a\":\"\xff\xfe\"}"},
		{"G14 NUL", "\x00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := s.Provider.Parse(s.Channel, []byte(test.body))
			if len(events) > 0 || bot.KindOf(err) != bot.Invalid {
				t.Errorf("Parse() = %d events, %v, want none and kind invalid", len(events), err)
			}
		})
	}
	s.mutilated(t)
}

// mutilated puts a value of another type in every place of every captured call: nothing may panic, and what comes of
// it must be sane all the same.
func (s Suite) mutilated(t *testing.T) {
	bodies, _ := fs.Glob(s.Calls, "*.json")
	for _, file := range bodies {
		if strings.HasSuffix(file, eventsSuffix) {
			continue
		}
		t.Run("G15 "+file, func(t *testing.T) {
			for body := range mutations(read(t, s.Calls, file)) {
				events, _ := s.Provider.Parse(s.Channel, body)
				s.sane(t, events)
			}
		})
	}
}

func read(t *testing.T, files fs.FS, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
