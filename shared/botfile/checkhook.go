package botfile

import (
	"fmt"
	"maps"
	"slices"

	"hookline/shared/bot"
)

// hooks checks what is posted to the bot's hooks, and to whom it goes.
func (k *check) hooks() {
	k.roots = hookRoots
	places := make(map[string]int, len(k.def.Hooks))
	for i := range k.def.Hooks {
		h, path := &k.def.Hooks[i], fmt.Sprintf("hooks[%d]", i)
		k.name(join(path, "name"), h.Name)
		if first, taken := places[h.Name]; taken && h.Name != "" {
			k.fail(join(path, "name"), "%q is the name of hooks[%d] already", shorten(h.Name), first)
		} else {
			places[h.Name] = i
		}
		if h.Response == nil {
			k.fail(join(path, "response"), "is required: a hook says something")
		}
		k.response(join(path, "response"), h.Response)
		k.unanswerable(join(path, "response"), h.Response)
		k.recipients(join(path, "recipients"), h.Recipients)
	}
}

// unanswerable refuses what is about the message that is answered: a hook answers none.
func (k *check) unanswerable(path string, r *bot.Response) {
	if r == nil {
		return
	}
	check := func(path string, m bot.Message) {
		if m.ReplyTo {
			k.fail(join(path, "reply_to"), "a hook answers no message that could be quoted")
		}
		if m.Seen {
			k.fail(join(path, "seen"), "a hook answers no message that could be marked")
		}
	}
	check(path, r.Message)
	for i, m := range r.Messages {
		check(fmt.Sprintf("%s.messages[%d]", path, i), m)
	}
}

// maxPlace is longer than any network's id of a chat, thread or user.
const maxPlace = 256

func (k *check) recipients(path string, recipients []bot.Recipient) {
	channels := slices.Sorted(maps.Keys(k.def.Channels))
	type place struct{ channel, chat string }
	places := make(map[place]int, len(recipients))
	for i, r := range recipients {
		path := fmt.Sprintf("%s[%d]", path, i)
		if _, ok := k.def.Channels[r.Channel]; !ok {
			k.fail(join(path, "channel"), "the bot has no channel %q%s", shorten(r.Channel), didYouMean(r.Channel, channels))
		}
		if r.Chat == "" {
			k.fail(join(path, "chat"), "is required: the network's id of the chat")
		}
		for _, id := range []string{r.Chat, r.Thread, r.User} {
			if len(id) > maxPlace {
				k.fail(path, "an id has at most %d bytes", maxPlace)
			}
		}
		at := place{r.Channel, r.Chat}
		if first, taken := places[at]; taken {
			k.fail(path, "is the same chat as recipients[%d]: it would get everything once only", first)
		} else {
			places[at] = i
		}
	}
}

// hookNamed checks the name of a hook that a handler has its chat join or leave.
func (k *check) hookNamed(path, name string) {
	if name == "" {
		return
	}
	var names []string
	for _, h := range k.def.Hooks {
		if h.Name == name {
			return
		}
		names = append(names, h.Name)
	}
	k.fail(path, "the bot has no hook %q%s", shorten(name), didYouMean(name, names))
}
