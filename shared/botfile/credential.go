package botfile

import (
	"fmt"
	"maps"
	"slices"

	"hookline/shared/bot"
)

// Resolve fills in the values of credentials that are written ${NAME}, by lookup (os.LookupEnv). Those that have a value
// already keep it. What is unset or empty is a problem; Locate gives it its line.
func Resolve(def *bot.Definition, lookup func(name string) (string, bool)) []bot.Problem {
	var problems []bot.Problem
	fill := func(path string, c *bot.Credential) {
		if c.From == "" || c.Value != "" {
			return
		}
		value, set := lookup(c.From)
		switch {
		case !set:
			problems = append(problems, bot.Problem{Path: path, Message: fmt.Sprintf("the environment variable %s is not set", c.From)})
		case value == "":
			problems = append(problems, bot.Problem{Path: path, Message: fmt.Sprintf("the environment variable %s is empty", c.From)})
		}
		c.Value = bot.Secret(value)
	}
	for _, name := range slices.Sorted(maps.Keys(def.Channels)) {
		credentials := def.Channels[name].Credentials
		for _, field := range slices.Sorted(maps.Keys(credentials)) {
			for i := range credentials[field] {
				fill(join(join("channels", name), field), &credentials[field][i])
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(def.Secrets)) {
		c := def.Secrets[name]
		fill(join("secrets", name), &c)
		def.Secrets[name] = c
	}
	return problems
}
