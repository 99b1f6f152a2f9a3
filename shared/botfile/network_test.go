package botfile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookline/shared/bot"
	"hookline/shared/botfile"
	"hookline/shared/provider"
)

// office is a network that has more to say to a bot file than its description.
type office struct{ network }

func (office) CheckChannel(spec bot.ChannelSpec) []bot.Problem {
	if _, ok := spec.Settings["menu"].([]any); !ok && spec.Settings["menu"] != nil {
		return []bot.Problem{{Path: "menu", Message: "must be a list"}}
	}
	return nil
}

func (office) CheckOptions(options bot.Options) []bot.Problem {
	if options["approve"] != nil && options["reject"] != nil {
		return []bot.Problem{{Path: "reject", Message: "not together with approve"}}
	}
	return nil
}

var offices = botfile.Checker{Providers: provider.NewSet(office{network{provider.Description{
	Name: "office",
	Fields: []provider.Field{
		{Name: "key", Secret: true, Doc: "signs"},
		{Name: "menu", Structured: true, Doc: "what can be chosen"},
	},
	Options: []provider.Option{
		{Name: "approve", Type: provider.Text}, {Name: "reject", Type: provider.Text},
		{Name: "delay", Type: provider.Number}, {Name: "fields", Type: provider.Structure},
	},
}}})}

func TestOptionTypes(t *testing.T) {
	const path = "f:7: handlers[0].response.office"
	tests := []struct {
		name    string
		options string
		want    []string
	}{
		{"text", "{approve: '{{ pattern.x }}'}", nil},
		{"text that is none", "{approve: true}", []string{path + ".approve: must be text"}},
		{"template of a text", "{approve: '{{ x }}'}", []string{path + `.approve: templates know no name "x"`}},
		{"number", "{delay: 500}", nil},
		{"number that is none", "{delay: '500'}", []string{path + ".delay: must be a whole number of at most nine digits"}},
		{"number that is not whole", "{delay: 1.5}", []string{path + ".delay: must be a whole number of at most nine digits"}},
		{"structure", "{fields: [{code: a, value: '{{ event.text }}', on: true}, 7]}", nil},
		{"template inside a structure", "{fields: [{code: a}, {value: {deep: '{{ x }}'}}]}", []string{path + `.fields[1].value.deep: templates know no name "x"`}},
		{"the network's own complaint", "{approve: a, reject: b}", []string{path + ".reject: not together with approve"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := "bot: a\nchannels:\n  office: {key: x}\nhandlers:\n  - name: x\n    response:\n      office: " + test.options
			_, problems := offices.Read("f", []byte(file))
			if diff := cmp.Diff(test.want, formatted(problems)); diff != "" {
				t.Errorf("Read(%s) (-want +got):\n%s", test.options, diff)
			}
		})
	}
}

func TestStructuredSetting(t *testing.T) {
	file := "bot: a\nchannels:\n  office:\n    key: ${K}\n    menu: [{text: Help, n: 10000000000000001}, {text: Site, url: 'https://x'}]\n"
	def, problems := offices.Read("f", []byte(file))
	if botfile.HasErrors(problems) {
		t.Fatalf("Read() = %q", formatted(problems))
	}
	text, err := botfile.Export(def)
	if err != nil {
		t.Fatal(err)
	}
	again, problems := offices.Read("f", text)
	if diff := cmp.Diff(def, again); diff != "" || botfile.HasErrors(problems) {
		t.Errorf("Read(Export()) = %q, differs (-first +again):\n%s", formatted(problems), diff)
	}
	wire, err := botfile.Wire(def)
	if err != nil || !strings.Contains(string(wire), `"menu":[{"n":10000000000000001,"text":"Help"}`) {
		t.Errorf("Wire() = %s, %v, want the menu in it, numbers exact", wire, err)
	}
	_, problems = offices.Read("f", []byte("bot: a\nchannels:\n  office: {menu: yes please}\nhandlers: [{name: x}]"))
	want := []string{"f:3: channels.office.menu: must be a list"}
	if diff := cmp.Diff(want, formatted(problems)); diff != "" {
		t.Errorf("Read() of another menu (-want +got):\n%s", diff)
	}
}
