package permabots

import (
	"fmt"

	"hookline/shared/bot"
)

func (d *draft) hooks() {
	names := newNames(addressNames)
	for i, r := range d.of(d.record, "hook") {
		path := fmt.Sprintf("hooks[%d]", i)
		wanted := r.text("name")
		h := bot.Hook{Name: names.pick(wanted, "hook"), Disabled: !r.enabled()}
		if h.Name != wanted {
			d.note(path+".name", "was %q", wanted)
		}
		r.text("key") // part of its old address, and not shown
		d.note(path, "has another address and token now, which apply prints: your application must post there")
		h.Response = d.response(path+".response", "the hook "+h.Name, r.text("response"))
		for _, n := range networks {
			h.Recipients = append(h.Recipients, d.recipients(path+".recipients", r, n)...)
		}
		d.def.Hooks = append(d.def.Hooks, h)
	}
}

// recipients gives those of a hook on one network.
func (d *draft) recipients(path string, hook *record, n network) (list []bot.Recipient) {
	records := d.of(hook, n.recipients)
	_, there := d.def.Channels[n.provider]
	if !there && len(records) > 0 {
		d.note(path, "%d on %s left out: the bot is not there", len(records), n.provider)
	}
	chats := map[string]bool{}
	for _, r := range records {
		made := bot.Recipient{Channel: n.provider, Chat: r.text("chat_id")}
		if name := r.text("name"); name != "" {
			made.Vars = map[string]string{"name": name}
		}
		if n.provider == "kik" {
			made.User = r.text("username")
		}
		switch {
		case !there:
		case chats[made.Chat]:
			d.note(path, "the chat %s on %s was there several times: it is there once now", made.Chat, n.provider)
		default:
			chats[made.Chat] = true
			list = append(list, made)
		}
	}
	return list
}
