// Package permabots makes bot files of what the program permabots kept: it reads what Django's dumpdata wrote. What a bot
// file cannot say, or says in another way, is told in notes; nothing is dropped in silence but owners, ids and times.
package permabots

import (
	"io"

	"hookline/shared/bot"
)

// Result is what a dump was made into.
type Result struct {
	// Bots in the order in which they were created.
	Bots []Bot
	// Notes are about what belongs to no bot.
	Notes []string
}

// Bot is a bot of a dump. Its definition is right as far as the dump was: it is not checked here.
type Bot struct {
	Definition bot.Definition
	// Notes are warnings, with paths in the definition. They never show a credential.
	Notes []bot.Problem
}

// Import reads a dump of permabots 2 ("manage.py dumpdata permabots"). Credentials of channels become ${NAME}, and a note
// says what to set NAME to. What is no dump, or has no bot in it, is an error of kind invalid.
func Import(dump io.Reader) (Result, error) {
	t, err := readTables(dump)
	if err != nil {
		return Result{}, err
	}
	records := t.all("bot")
	if len(records) == 0 {
		return Result{}, bot.Errorf(bot.Invalid, `no bot is in it: it must be what "manage.py dumpdata permabots" writes`)
	}
	var result Result
	names := newNames(addressNames)
	for _, r := range records {
		d := &draft{tables: t, record: r, several: len(records) > 1}
		d.make(names)
		result.Bots = append(result.Bots, Bot{d.def, d.notes})
	}
	result.Notes = t.leftovers()
	return result, nil
}
