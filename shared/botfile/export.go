package botfile

import (
	"encoding/json"
	"fmt"
	"slices"

	"hookline/shared/bot"
)

// Export gives the definition as YAML that people read: always the same bytes, credentials as ${NAME}, or "set" where
// they were written out.
func Export(def bot.Definition) ([]byte, error) {
	encoded, err := json.Marshal(def)
	if err != nil {
		return nil, bot.Wrap(bot.Internal, fmt.Sprintf("bot %s cannot be encoded", def.Bot), err)
	}
	return Rewrite(encoded)
}

// Rewrite gives the YAML of a definition's JSON, as Export does: JSON keeps the order of the fields, which a map would lose.
func Rewrite(encoded []byte) ([]byte, error) {
	root, problem := parseJSON(encoded)
	if problem != nil {
		return nil, bot.Errorf(bot.Internal, "the bot cannot be written as YAML: "+problem.Message)
	}
	for i, k := range root.keys {
		if k.name == "channels" {
			tidyChannels(root.items[i])
		}
	}
	var w yamlWriter
	w.fields(root, 0)
	return w.out, nil
}

// tidyChannels drops the provider where it is the channel's name, and puts it first elsewhere.
func tidyChannels(channels *node) {
	for i, channel := range channels.items {
		at := slices.IndexFunc(channel.keys, func(k key) bool { return k.name == "provider" })
		if at < 0 {
			continue
		}
		k, item := channel.keys[at], channel.items[at]
		channel.keys = slices.Delete(channel.keys, at, at+1)
		channel.items = slices.Delete(channel.items, at, at+1)
		if item.scalar != channels.keys[i].name {
			channel.keys = slices.Insert(channel.keys, 0, k)
			channel.items = slices.Insert(channel.items, 0, item)
		}
	}
}
