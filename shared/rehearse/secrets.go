package rehearse

import (
	"regexp"

	"hookline/shared/bot"
)

// A secret has here, in place of its value, one that comes through URLs, JSON and forms as it is, and that is no part of
// another. Turns show it by the secret's name, as they show real values.
const standInBegin, standInEnd = "hookline.secret.", ".end"

var (
	shownSecret = regexp.MustCompile(`\{\{ secret\.(\w+) \}\}`)
	usedSecret  = regexp.MustCompile(`hookline\.secret\.(\w+)\.end`)
)

// withStandIns gives a definition whose secrets have no real values.
func withStandIns(def bot.Definition) bot.Definition {
	secrets := make(map[string]bot.Credential, len(def.Secrets))
	for name := range def.Secrets {
		secrets[name] = bot.Credential{Value: bot.Secret(standInBegin + name + standInEnd)}
	}
	def.Secrets = secrets
	return def
}

// used gives a text that shows secrets by their names as one that holds their values.
func used(text string) string {
	return shownSecret.ReplaceAllString(text, standInBegin+"$1"+standInEnd)
}

// masked is the reverse of used.
func masked(text string) string { return usedSecret.ReplaceAllString(text, "{{ secret.$1 }}") }
