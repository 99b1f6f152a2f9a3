package permabots

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"hookline/shared/bot"
)

// draft is a bot in the making.
type draft struct {
	*tables
	record  *record
	several bool // the dump has other bots
	def     bot.Definition
	notes   []bot.Problem
	// states are the names of states in the bot file, by those in permabots.
	states map[string]string
	// alike are the handlers and hooks of which the same is to be told.
	alike map[string][]string
}

func (d *draft) note(path, format string, args ...any) {
	d.notes = append(d.notes, bot.Problem{Path: path, Message: fmt.Sprintf(format, args...), Warning: true})
}

func (d *draft) noteAlike(message, name string) {
	if d.alike == nil {
		d.alike = map[string][]string{}
	}
	d.alike[message] = append(d.alike[message], name)
}

func (d *draft) make(bots *names) {
	name := d.record.text("name")
	d.def.Bot = bots.pick(name, "bot")
	if d.def.Bot != name {
		d.def.Description = printable(name)
		d.note("bot", "was named %q", name)
	}
	d.env()
	d.channels()
	d.handlers()
	d.hooks()
	for _, message := range slices.Sorted(maps.Keys(d.alike)) {
		d.note("", "%s: %s", message, strings.Join(d.alike[message], ", "))
	}
}

func (d *draft) env() {
	for _, r := range d.of(d.record, "environmentvar") {
		key := r.text("key")
		if _, twice := d.def.Env[key]; twice {
			d.note("env."+key, "was there several times: the value made last is taken")
		} else if soundsSecret(key) {
			d.note("env."+key, "sounds like a credential, and stands here for all to read: move it to secrets, and write {{ secret.NAME }}")
		}
		if d.def.Env == nil {
			d.def.Env = map[string]string{}
		}
		d.def.Env[key] = r.text("value")
	}
}

var secretWords = regexp.MustCompile(`(?i)token|secret|passw|api.?key|authoriz`)

func soundsSecret(name string) bool { return secretWords.MatchString(name) }
