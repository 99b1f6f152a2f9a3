package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"

	"hookline/shared/bot"
	"hookline/shared/botfile"
)

// document is a bot file's JSON.
type document = map[string]any

// editTries is how often an edit that names no revision is made anew when somebody else published meanwhile.
const editTries = 5

// edit changes a bot's live definition and publishes what comes of it: the checks are those of a whole bot file. In the
// document that is changed credentials have their values: what is not touched stays.
func (a *API) edit(ctx context.Context, name, ifMatch string, change func(document) error) (out *putBotOutput, err error) {
	for range editTries {
		out, err = a.editOnce(ctx, name, ifMatch, change)
		if !errors.Is(err, errMeanwhile) || ifMatch != "" {
			return out, err
		}
	}
	return out, err
}

var errMeanwhile = bot.Errorf(bot.Conflict, "somebody else has published the bot meanwhile")

func (a *API) editOnce(ctx context.Context, name, ifMatch string, change func(document) error) (*putBotOutput, error) {
	head, err := a.Store.BotByName(ctx, account(ctx), name)
	if err != nil {
		return nil, err
	}
	if err := matches(ifMatch, head); err != nil {
		return nil, err
	}
	doc, err := a.document(ctx, head, botfile.Wire)
	if err != nil {
		return nil, err
	}
	if err := change(doc); err != nil {
		return nil, err
	}
	file, err := json.Marshal(doc)
	if err != nil {
		return nil, bot.Wrap(bot.Invalid, "the bot file cannot be written", err)
	}
	def, warnings, err := a.readBot(name, file)
	if p, ok := errors.AsType[*problem](err); ok {
		unnumbered(p.Errors)
	}
	if err != nil {
		return nil, err
	}
	unnumbered(warnings)
	return a.publish(ctx, def, warnings, func(live bot.Head) error {
		if live.Revision != head.Revision {
			return errMeanwhile
		}
		return nil
	})
}

// unnumbered takes the lines out of problems: whoever edits a part has not seen the file.
func unnumbered(problems []bot.Problem) {
	for i := range problems {
		problems[i].Line = 0
	}
}

// document gives a bot's live definition in one of its two forms: as reads show it, or with the values of credentials.
func (a *API) document(ctx context.Context, head bot.Head, form func(bot.Definition) ([]byte, error)) (document, error) {
	def, _, err := a.definition(ctx, head)
	if err != nil {
		return nil, err
	}
	encoded, err := form(def)
	if err != nil {
		return nil, bot.Wrap(bot.Internal, "the bot file cannot be written", err)
	}
	var doc document
	return doc, exactly(encoded, &doc)
}

// masked is the form that reads show.
func masked(def bot.Definition) ([]byte, error) { return json.Marshal(def) }

// bodyOf decodes the body of a change: any JSON but null.
func bodyOf(data []byte, value any) error {
	if bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		return bot.Errorf(bot.Invalid, "the body is null: to remove something, delete it")
	}
	return exactly(data, value)
}

// exactly decodes JSON without losing a digit.
func exactly(data []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(value); err != nil {
		return bot.Wrap(bot.Invalid, "the body is not the JSON that is wanted here", err)
	}
	if decoder.More() {
		return bot.Errorf(bot.Invalid, "the body has more than one JSON value")
	}
	return nil
}

// onlyKnown decodes JSON that has no other fields than value. Its error is that of encoding/json.
func onlyKnown(data []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(value)
}

// merged applies a JSON merge patch, as RFC 7396 says: objects are merged, null removes, everything else replaces.
func merged(target, patch any) any {
	changes, isObject := patch.(map[string]any)
	if !isObject {
		return patch
	}
	object, isObject := target.(map[string]any)
	if object = maps.Clone(object); !isObject {
		object = map[string]any{}
	}
	for name, value := range changes {
		if value == nil {
			delete(object, name)
			continue
		}
		object[name] = merged(object[name], value)
	}
	return object
}
